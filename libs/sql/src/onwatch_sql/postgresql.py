"""Engines on PostgreSQL, with limits on all that could wait for ever."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from onwatch_sql.errors import UnknownDatabase
from onwatch_sql.settings import DatabaseSettings

# A process that is frozen within a transaction would keep its locks for ever.
IDLE_IN_TRANSACTION_LIMIT_S = 60.0

# A server whose machine is gone says nothing: without these, the kernel waits a quarter of an hour, or two.
NOTICE_A_LOST_SERVER = {
    "keepalives_idle": 10,  # seconds
    "keepalives_interval": 5,  # seconds
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds
}


def pooled_engine(url: URL, settings: DatabaseSettings, application: str) -> AsyncEngine:
    """An engine for a service's work; `application` is how the server's lists call its connections."""
    return _engine(
        url,
        settings,
        application,
        statement_timeout_s=settings.database_statement_timeout_s,
        pool_size=settings.database_pool_size,
        max_overflow=0,  # the limit is the limit: what all instances may open has to fit the server's
        pool_timeout=settings.database_pool_timeout_s,
        # A connection that the server has closed meanwhile is noticed before it is used.
        pool_pre_ping=True,
    )


def migration_engine(url: URL, settings: DatabaseSettings, application: str) -> AsyncEngine:
    """One session, without a limit for a statement: to build an index may take its time."""
    return _engine(
        url,
        settings,
        application,
        statement_timeout_s=0.0,
        lock_timeout_s=settings.database_migration_timeout_s,
        poolclass=NullPool,
    )


def _engine(
    url: URL,
    settings: DatabaseSettings,
    application: str,
    *,
    statement_timeout_s: float,
    lock_timeout_s: float = 0.0,
    **pool: Any,
) -> AsyncEngine:
    if url.drivername not in ("postgresql", "postgresql+psycopg"):
        raise UnknownDatabase(url.drivername)
    limits_s = {
        "statement_timeout": statement_timeout_s,
        "lock_timeout": lock_timeout_s,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_LIMIT_S,
    }
    options = ["-c timezone=UTC", *(f"-c {name}={round(limit_s * 1000)}" for name, limit_s in limits_s.items())]
    arguments = {
        "application_name": application,
        "connect_timeout": settings.database_connect_timeout_s,
        **NOTICE_A_LOST_SERVER,
        "options": " ".join([*options, *url.normalized_query.get("options", ())]),
    }
    return create_async_engine(url.set(drivername="postgresql+psycopg"), connect_args=arguments, **pool)
