"""PostgreSQL engines, with a limit for everything that could wait for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from onwatch_runtime.tls import TlsFiles
from onwatch_sql.errors import UnknownDatabase
from onwatch_sql.pool import ClosingPool
from onwatch_sql.settings import DatabaseSettings

# A process frozen within a transaction would keep its locks for ever.
IDLE_IN_TRANSACTION_LIMIT_S = 60.0

# With Linux's defaults, a server whose machine is lost is noticed after a quarter of an hour, or two hours if idle.
TCP_LIMITS = {
    "keepalives_idle": 10,  # seconds
    "keepalives_interval": 5,  # seconds
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds
}


TLS_MODES = ("require", "verify-ca", "verify-full")


def pooled_engine(url: URL, settings: DatabaseSettings, application: str) -> AsyncEngine:
    """The engine of a service; `application` names its connections in `pg_stat_activity`."""
    return _engine(
        url,
        settings,
        application,
        statement_timeout_s=settings.database_statement_timeout_s,
        poolclass=ClosingPool,
        pool_size=settings.database_pool_size,
        max_overflow=0,  # so that the connections of all instances can be planned to fit the server's limit
        pool_timeout=settings.database_pool_timeout_s,
        # Detects a connection closed by the server before it is used.
        pool_pre_ping=True,
    )


def migration_engine(url: URL, settings: DatabaseSettings, application: str) -> AsyncEngine:
    """One session, without a statement timeout: building an index may take long."""
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
        **TCP_LIMITS,
        **_tls_options(url, settings.tls),
        "options": " ".join([*options, *url.normalized_query.get("options", ())]),
    }
    return create_async_engine(url.set(drivername="postgresql+psycopg"), connect_args=arguments, **pool)


def _tls_options(url: URL, tls: TlsFiles) -> Mapping[str, str]:
    """The files for a URL that asks for TLS (`sslmode`) and does not name its own."""
    if url.query.get("sslmode") not in TLS_MODES:
        return {}
    files = {"sslrootcert": tls.ca, "sslcert": tls.certificate, "sslkey": tls.key}
    return {option: str(file) for option, file in files.items() if file is not None and option not in url.query}
