"""Inserts of rows that may be there already, which SQLite and PostgreSQL have and standard SQL lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

_INSERT = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def insert_new(dialect: sa.Dialect, table: sa.Table, row: Mapping[str, Any]) -> sa.Insert:
    """Insert the row, or nothing if there is one with its primary key; the count of rows says which."""
    return _INSERT[dialect.name](table).values(row).on_conflict_do_nothing(index_elements=table.primary_key.columns)


def insert_or_replace(dialect: sa.Dialect, table: sa.Table, row: Mapping[str, Any]) -> sa.Insert:
    """Insert the row, or set these values of the one with its primary key."""
    insert = _INSERT[dialect.name](table).values(row)
    return insert.on_conflict_do_update(index_elements=table.primary_key.columns, set_=row)
