"""The database engine, and bringing its tables up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

MIGRATIONS = "onwatch_catalog:migrations"

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",  # readers do not wait for the writer
    "PRAGMA synchronous = FULL",  # what was answered survives a power cut
    "PRAGMA busy_timeout = 5000",  # milliseconds
    "PRAGMA foreign_keys = ON",
)


def make_engine(url: str) -> AsyncEngine:
    """An engine that connects when it is first used; the folder of a SQLite file is made."""
    parsed = make_url(url)
    # A connection that the server has closed meanwhile is noticed before it is used.
    engine = create_async_engine(parsed, pool_pre_ping=True)
    if parsed.get_backend_name() == "sqlite":
        _make_folder(parsed)
        _set_up_sqlite(engine.sync_engine)
    return engine


def writing(engine: AsyncEngine) -> AsyncEngine:
    """The same engine for transactions that read before they write: on SQLite they take the write lock first.

    Otherwise two of them could both read, and the second would fail or overwrite the first.
    """
    return engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")


async def migrate(engine: AsyncEngine) -> None:
    """Bring the tables up to the newest version; nothing happens if they are."""
    async with writing(engine).begin() as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: sa.Connection) -> None:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _make_folder(url: URL) -> None:
    if url.database not in (None, "", ":memory:"):
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)


def _set_up_sqlite(engine: sa.Engine) -> None:
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin late, after the first read; `_on_begin` does it
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
