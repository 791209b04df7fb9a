"""Writes many rows at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


async def write_rows(connection: AsyncConnection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as part of the connection's transaction; one at a time is in memory, except for SQLite."""
    if connection.dialect.name == "postgresql":
        await _copy(connection, table, rows)
    elif values := list(rows):
        await connection.execute(sa.insert(table), values)


async def _copy(connection: AsyncConnection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows by COPY, several times as fast as INSERT."""
    driver = cast("psycopg.AsyncConnection[Any]", (await connection.get_raw_connection()).driver_connection)
    names = [column.name for column in table.c]
    as_json = {column.name for column in table.c if isinstance(column.type, sa.JSON)}
    into = connection.dialect.identifier_preparer.format_table(table)
    async with driver.cursor() as cursor, cursor.copy(f"COPY {into} ({', '.join(names)}) FROM STDIN".encode()) as copy:
        for row in rows:
            await copy.write_row([json.dumps(row[name]) if name in as_json else row[name] for name in names])
