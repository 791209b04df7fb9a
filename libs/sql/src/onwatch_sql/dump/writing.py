"""Loads rows into new tables, in one transaction: without its commit everything is as it was."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import sqlalchemy as sa

from onwatch_sql.database import Database
from onwatch_sql.dump.copy_text import values_of
from onwatch_sql.dump.tables import TableShape

ROWS_AT_ONCE = 500
FUNCTIONS = (
    "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
    " WHERE n.nspname = :schema"
)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = :schema"


def drop_tables(database: Database, connection: sa.Connection) -> None:
    """Everything in the schema of the service on PostgreSQL, which stays: a role may not be allowed to create one."""
    given = {"schema": database.schema}
    quote = connection.dialect.identifier_preparer.quote
    for name in connection.scalars(sa.text(TABLES), given).all():
        connection.exec_driver_sql(f"DROP TABLE {quote(database.schema)}.{quote(name)} CASCADE")
    for function in connection.scalars(sa.text(FUNCTIONS), given).all():
        connection.exec_driver_sql(f"DROP FUNCTION {function} CASCADE")


def load(shape: TableShape, columns: tuple[str, ...], chunks: Iterable[bytes]) -> int:
    """Insert the rows; their number. `ValueError` for text that is no row, and for columns that the table lacks."""
    if unknown := set(columns) - set(shape.columns):
        raise ValueError(f"table {shape.name} has no column {', '.join(sorted(unknown))}")
    if shape.connection.dialect.name == "sqlite":
        return sum(_load_into_sqlite(shape, columns, chunk) for chunk in chunks)
    return _load_into_postgresql(shape, columns, chunks)


def broken_references(connection: sa.Connection) -> list[str]:
    """Tables with rows whose reference leads nowhere. SQLite is asked; PostgreSQL has refused such rows."""
    if connection.dialect.name != "sqlite":
        return []
    return sorted({row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")})


def _load_into_sqlite(shape: TableShape, columns: tuple[str, ...], chunk: bytes) -> int:
    kinds = shape.kinds(columns)
    places = ", ".join("?" for _ in columns)
    query = f"INSERT INTO {shape.quoted} ({shape.quoted_columns(columns)}) VALUES ({places})"  # noqa: S608 names of our own tables
    lines = iter(chunk.decode().split("\n")[:-1])
    count = 0
    while rows := [values_of(line, kinds) for line in islice(lines, ROWS_AT_ONCE)]:
        shape.connection.exec_driver_sql(query, rows)
        count += len(rows)
    return count


def _load_into_postgresql(shape: TableShape, columns: tuple[str, ...], chunks: Iterable[bytes]) -> int:
    query = f"COPY {shape.quoted} ({shape.quoted_columns(columns)}) FROM STDIN"
    with shape.psycopg.cursor() as cursor:
        with cursor.copy(query) as copy:
            for chunk in chunks:
                copy.write(chunk)
        return int(cursor.rowcount)
