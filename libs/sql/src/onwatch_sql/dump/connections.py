"""Connections for dumping and loading: without the limits of a service, since both may take long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from onwatch_sql.database import Database
from onwatch_sql.postgresql import TCP_LIMITS
from onwatch_sql.settings import DatabaseSettings
from onwatch_sql.sqlite import DRIVER

NO_LIMITS = "-c timezone=UTC -c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=60000"
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
BUSY_MS = 5000

Owned = tuple[Database, DatabaseSettings]


def sqlite_file(settings: DatabaseSettings) -> Path | None:
    """None for PostgreSQL."""
    url = make_url(settings.database)
    return Path(str(url.database)) if url.drivername == DRIVER else None


@contextmanager
def snapshots(owned: Sequence[Owned], application: str) -> Iterator[list[sa.Connection]]:
    """A connection to each database, all begun before the first is read.

    Databases at the same address share one snapshot; others have one each, some milliseconds apart.
    """
    with _connections(owned, application, is_read_only=True) as connections:
        for connection in dict.fromkeys(connections):
            _begin_snapshot(connection)
        yield connections


@contextmanager
def sessions(owned: Sequence[Owned], application: str) -> Iterator[list[sa.Connection]]:
    """A connection to each database that may write; what is not committed at the end is rolled back.

    Databases at the same address share one connection, and with it the transaction.
    """
    with _connections(owned, application, is_read_only=False) as connections:
        yield connections


@contextmanager
def _connections(owned: Sequence[Owned], application: str, *, is_read_only: bool) -> Iterator[list[sa.Connection]]:
    with ExitStack() as stack:
        by_address: dict[str, sa.Connection] = {}
        for database, settings in owned:
            if settings.database not in by_address:
                connection = stack.enter_context(
                    _connection(database, settings, application, is_read_only=is_read_only)
                )
                by_address[settings.database] = connection
        yield [by_address[settings.database] for _, settings in owned]


def _begin_snapshot(connection: sa.Connection) -> None:
    """A snapshot begins with the first read, not with BEGIN."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(SNAPSHOT)
        connection.exec_driver_sql("SELECT 1 FROM pg_catalog.pg_namespace LIMIT 1")
    else:
        connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1")


@contextmanager
def _connection(
    database: Database, settings: DatabaseSettings, application: str, *, is_read_only: bool
) -> Iterator[sa.Connection]:
    file = sqlite_file(settings)
    if file is None:
        engine = _postgresql(settings, application)
    else:
        engine = _sqlite(file, database.schema, is_read_only=is_read_only)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _postgresql(settings: DatabaseSettings, application: str) -> sa.Engine:
    url = make_url(settings.database)
    arguments = {
        "application_name": application,
        "connect_timeout": settings.database_connect_timeout_s,
        **TCP_LIMITS,
        "options": " ".join([NO_LIMITS, *url.normalized_query.get("options", ())]),
    }
    return sa.create_engine(url.set(drivername="postgresql+psycopg"), connect_args=arguments, poolclass=NullPool)


def _sqlite(file: Path, schema: str, *, is_read_only: bool) -> sa.Engine:
    """A file that is only read is not created."""
    mode = "ro" if is_read_only else "rwc"
    url = sa.URL.create("sqlite", database=file.absolute().as_uri(), query={"mode": mode, "uri": "true"})
    engine = sa.create_engine(url, poolclass=NullPool, execution_options={"schema_translate_map": {schema: None}})
    event.listen(engine, "connect", _without_own_transactions)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _without_own_transactions(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
