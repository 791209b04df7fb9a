"""SQLite engines: one file for one process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from onwatch_sql.pool import ClosingPool

DRIVER = "sqlite+aiosqlite"

PRAGMAS = (
    "PRAGMA journal_mode = WAL",  # readers do not wait for the writer
    "PRAGMA synchronous = FULL",  # a committed transaction survives a power cut
    "PRAGMA foreign_keys = ON",
)
LOCK_WAIT_S = 20.0
"""For the end of another transaction of this process, which on a busy disk waits for seconds until it is written."""


def sqlite_engine(url: URL, schema: str) -> AsyncEngine:
    """An engine for the file, whose folder is created. SQLite has no schemas: the file belongs to one service."""
    pool: dict[str, Any] = {}
    limit = {} if "timeout" in url.query else {"timeout": LOCK_WAIT_S}
    if url.database not in (None, "", ":memory:"):
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        pool["poolclass"] = ClosingPool
    engine = create_async_engine(
        url, execution_options={"schema_translate_map": {schema: None}}, connect_args=limit, **pool
    )
    event.listen(engine.sync_engine, "connect", _on_connect)
    event.listen(engine.sync_engine, "begin", _on_begin)
    return engine


def writing(engine: AsyncEngine) -> AsyncEngine:
    """The same engine for transactions that read before they write: on SQLite they take the write lock at their start.

    Otherwise two of them could both read, and the second would fail or overwrite the first. On PostgreSQL the rows
    are locked as they are read (`FOR UPDATE`).
    """
    return engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin after the first read only; `_on_begin` does it earlier
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
