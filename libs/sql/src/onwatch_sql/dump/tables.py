"""The tables of a database as they are, whatever version made them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from onwatch_sql.database import Database
from onwatch_sql.dump.copy_text import Kind, kind_of


@dataclass(frozen=True)
class TableShape:
    """A table with the kinds of its columns."""

    table: sa.Table
    connection: sa.Connection

    @property
    def name(self) -> str:
        return self.table.name

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.columns)

    def kinds(self, columns: tuple[str, ...]) -> list[Kind]:
        return [kind_of(self.table.columns[name].type) for name in columns]

    @property
    def psycopg(self) -> Any:
        """The connection of the driver, for COPY."""
        return self.connection.connection.driver_connection

    @property
    def quoted(self) -> str:
        return self.connection.dialect.identifier_preparer.format_table(self.table)

    def quoted_columns(self, columns: tuple[str, ...]) -> str:
        quote = self.connection.dialect.identifier_preparer.quote
        return ", ".join(quote(name) for name in columns)


def tables_of(database: Database, connection: sa.Connection) -> list[TableShape]:
    """Without the table of Alembic; a table comes after those that it refers to."""
    metadata = sa.MetaData()
    metadata.reflect(connection, schema=database.schema_on(connection.dialect))
    return [TableShape(table, connection) for table in metadata.sorted_tables if table.name != database.version_table]


def last_ids(database: Database, connection: sa.Connection) -> dict[str, int]:
    """The last id that each table with numbered rows has given out: one of a deleted row is not given out again."""
    if connection.dialect.name == "sqlite":
        return _last_ids_of_sqlite(connection)
    found = {}
    for shape in tables_of(database, connection):
        if (sequence := _sequence(shape)) is not None:
            last, is_used = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()  # noqa: S608 a name that the server gave
            if is_used:
                found[shape.name] = last
    return found


def set_last_ids(database: Database, connection: sa.Connection, last: dict[str, int]) -> None:
    """The next ids follow these, and all of the rows."""
    for shape in tables_of(database, connection):
        if (value := last.get(shape.name)) is None:
            continue
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (shape.name,))
            connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (shape.name, value))
        elif (sequence := _sequence(shape)) is not None:
            connection.execute(sa.select(sa.func.setval(sequence, value)))


def _last_ids_of_sqlite(connection: sa.Connection) -> dict[str, int]:
    if not sa.inspect(connection).has_table("sqlite_sequence"):
        return {}
    found = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
    return {row.name: row.seq for row in found}


def _sequence(shape: TableShape) -> str | None:
    """Of the column that numbers the rows; None where there is none."""
    for column in shape.table.primary_key.columns:
        if isinstance(column.type, sa.Integer):
            query = sa.select(sa.func.pg_get_serial_sequence(shape.quoted, column.name))
            if (sequence := shape.connection.scalar(query)) is not None:
                return str(sequence)
    return None
