"""Reads the rows of a snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from onwatch_sql.database import Database
from onwatch_sql.dump.copy_text import line_of
from onwatch_sql.dump.tables import TableShape

CHUNK_BYTES = 4 << 20
FETCHED_ROWS = 500


def chunks_of(shape: TableShape) -> Iterator[bytes]:
    """All rows as text, in chunks of whole lines: of some megabytes, unless one row is larger."""
    rows = _lines_of_sqlite(shape) if shape.connection.dialect.name == "sqlite" else _lines_of_postgresql(shape)
    return _chunked(rows)


def size_bytes(database: Database, connection: sa.Connection) -> int:
    """About what the tables occupy on their disk."""
    if connection.dialect.name == "sqlite":
        pages, page_bytes = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size")
        )
        return int(pages * page_bytes)
    query = (
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :schema AND c.relkind = 'r'"
    )
    return int(connection.execute(sa.text(query), {"schema": database.schema}).scalar_one())


def _chunked(lines: Iterable[bytes]) -> Iterator[bytes]:
    pending: list[bytes] = []
    pending_bytes = 0
    for line in lines:
        pending.append(line)
        pending_bytes += len(line)
        if pending_bytes >= CHUNK_BYTES:
            yield b"".join(pending)
            pending, pending_bytes = [], 0
    if pending:
        yield b"".join(pending)


def _lines_of_sqlite(shape: TableShape) -> Iterator[bytes]:
    kinds = shape.kinds(shape.columns)
    query = f"SELECT {shape.quoted_columns(shape.columns)} FROM {shape.quoted}"  # noqa: S608 names of our own tables
    cursor = shape.connection.exec_driver_sql(query)
    for rows in cursor.partitions(FETCHED_ROWS):
        yield "".join(line_of(row, kinds) for row in rows).encode()


def _lines_of_postgresql(shape: TableShape) -> Iterator[bytes]:
    query = f"COPY {shape.quoted} ({shape.quoted_columns(shape.columns)}) TO STDOUT"
    with shape.psycopg.cursor() as cursor, cursor.copy(query) as copy:
        for block in copy:
            yield bytes(block)
