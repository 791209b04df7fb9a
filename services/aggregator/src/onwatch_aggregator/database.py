"""The database engine, and bringing its tables up to date: SQLite or PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema

from onwatch_aggregator.errors import StoreUnavailable, UnknownDatabase
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_aggregator.tables import SCHEMA

MIGRATIONS = "onwatch_aggregator:migrations"
VERSION_TABLE = "alembic_version_aggregator"  # its own, should services share a SQLite file

# Whoever migrates holds this advisory lock of the database. Any number will do that is the same in every version of
# the aggregator and no other service's.
MIGRATION_LOCK = int.from_bytes(b"owaggreg")

# A process that is frozen within a transaction would keep its locks for ever.
IDLE_IN_TRANSACTION_LIMIT_S = 60.0

# A server whose machine is gone says nothing: without these, the kernel waits a quarter of an hour, or two.
NOTICE_A_LOST_SERVER = {
    "keepalives_idle": 10,  # seconds
    "keepalives_interval": 5,  # seconds
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds
}

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",  # readers do not wait for the writer
    "PRAGMA synchronous = FULL",  # what was answered survives a power cut
    "PRAGMA busy_timeout = 5000",  # milliseconds
    "PRAGMA foreign_keys = ON",
)


def make_engine(settings: AggregatorSettings) -> AsyncEngine:
    """An engine that connects when it is first used; the folder of a SQLite file is made.

    `UnknownDatabase` for an address of another kind.
    """
    url = make_url(settings.database)
    if url.drivername == "sqlite+aiosqlite":
        return _sqlite(url)
    return _postgresql(
        url,
        settings,
        statement_timeout_s=settings.database_statement_timeout_s,
        pool_size=settings.database_pool_size,
        max_overflow=0,  # the limit is the limit: what all instances may open has to fit the server's
        pool_timeout=settings.database_pool_timeout_s,
        # A connection that the server has closed meanwhile is noticed before it is used.
        pool_pre_ping=True,
    )


def writing(engine: AsyncEngine) -> AsyncEngine:
    """The same engine for transactions that read before they write: on SQLite they take the write lock first.

    Otherwise two of them could both read, and the second would fail or overwrite the first. On PostgreSQL what is
    read is locked row by row (`FOR UPDATE`).
    """
    return engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")


async def migrate(settings: AggregatorSettings) -> None:
    """Bring the tables up to the newest version, all or nothing; nothing happens if they are.

    Instances that start at once on PostgreSQL take turns; a SQLite file is one process's own. `StoreUnavailable` when
    the database is not reached, or when another instance has not ended its turn within `database_migration_timeout_s`.
    """
    engine = writing(_migration_engine(settings))
    try:
        async with engine.connect() as connection:
            await _take_turn(connection)
            async with connection.begin():
                await connection.run_sync(_upgrade)
    except (OperationalError, InterfaceError) as error:
        raise StoreUnavailable("The database", error) from error
    finally:
        await engine.dispose()


def _migration_engine(settings: AggregatorSettings) -> AsyncEngine:
    """One session, without a limit for a statement: to build an index may take its time."""
    url = make_url(settings.database)
    if url.drivername == "sqlite+aiosqlite":
        return _sqlite(url)
    return _postgresql(
        url,
        settings,
        statement_timeout_s=0.0,
        lock_timeout_s=settings.database_migration_timeout_s,
        poolclass=NullPool,
    )


async def _take_turn(connection: AsyncConnection) -> None:
    """Wait until nobody else migrates. The turn ends with the session, however that ends."""
    if connection.dialect.name == "postgresql":
        await connection.execute(sa.select(sa.func.pg_advisory_lock(MIGRATION_LOCK)))
        await connection.commit()


def _upgrade(connection: sa.Connection) -> None:
    schema = SCHEMA if connection.dialect.name == "postgresql" else None
    # Looked for first: a role that may not make schemas can use one that was made for it.
    if schema is not None and not sa.inspect(connection).has_schema(schema):
        connection.execute(CreateSchema(schema))
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.attributes.update(connection=connection, schema=schema, version_table=VERSION_TABLE)
    command.upgrade(config, "head")


# --- PostgreSQL ----------------------------------------------------------------------------------


def _postgresql(
    url: URL, settings: AggregatorSettings, *, statement_timeout_s: float, lock_timeout_s: float = 0.0, **pool: Any
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
        "application_name": "onwatch-aggregator",
        "connect_timeout": settings.database_connect_timeout_s,
        **NOTICE_A_LOST_SERVER,
        "options": " ".join([*options, *url.normalized_query.get("options", ())]),
    }
    return create_async_engine(url.set(drivername="postgresql+psycopg"), connect_args=arguments, **pool)


# --- SQLite --------------------------------------------------------------------------------------


def _sqlite(url: URL) -> AsyncEngine:
    if url.database not in (None, "", ":memory:"):
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    # SQLite has no schemas: the file is the aggregator's own.
    engine = create_async_engine(url, execution_options={"schema_translate_map": {SCHEMA: None}})
    event.listen(engine.sync_engine, "connect", _on_connect)
    event.listen(engine.sync_engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin late, after the first read; `_on_begin` does it
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
