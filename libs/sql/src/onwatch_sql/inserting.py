"""Inserts of rows that may be there already, which SQLite and PostgreSQL have and standard SQL lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(dialect: sa.Dialect, table: sa.Table, row: Mapping[str, Any]) -> sa.Insert:
    """Insert the row, or nothing if there is one with its primary key.

    With `returning`, it returns a row if it was inserted; the driver of PostgreSQL does not always count it.
    """
    key = table.primary_key.columns
    if dialect.name == "postgresql":
        return postgresql.insert(table).values(row).on_conflict_do_nothing(index_elements=key)
    return sqlite.insert(table).values(row).on_conflict_do_nothing(index_elements=key)


def insert_or_replace(dialect: sa.Dialect, table: sa.Table, row: Mapping[str, Any]) -> sa.Insert:
    """Insert the row, or set these values of the one with its primary key."""
    key = table.primary_key.columns
    if dialect.name == "postgresql":
        return postgresql.insert(table).values(row).on_conflict_do_update(index_elements=key, set_=row)
    return sqlite.insert(table).values(row).on_conflict_do_update(index_elements=key, set_=row)
