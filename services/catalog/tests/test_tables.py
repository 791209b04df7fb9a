from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import sqlite

from onwatch_catalog.database import VERSION_TABLE, make_engine
from onwatch_catalog.settings import CatalogSettings
from onwatch_catalog.tables import SCHEMA, Id, UtcDateTime, metadata


async def test_the_migrations_make_exactly_these_tables(database: CatalogSettings) -> None:
    engine = make_engine(database)
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert found == []


def without_schema() -> sa.MetaData:
    copied = sa.MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(copied, schema=None)
    return copied


def differences(connection: sa.Connection) -> list[Any]:
    has_schemas = connection.dialect.name == "postgresql"
    expected = metadata if has_schemas else without_schema()
    options = {
        "version_table": VERSION_TABLE,
        "version_table_schema": SCHEMA if has_schemas else None,
        "include_schemas": has_schemas,
        "compare_type": True,
    }
    return compare_metadata(MigrationContext.configure(connection, opts=options), expected)


@pytest.mark.connected
async def test_postgresql_compares_every_id_byte_by_byte(postgres_with_tables: CatalogSettings) -> None:
    """Alembic does not compare collations."""
    with psycopg.connect(postgres_with_tables.database) as connection:
        found = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'catalog' AND collation_name = 'C'"
        ).fetchall()
    ids = [(table.name, column.name) for table in metadata.sorted_tables for column in table.c if column.type is Id]
    assert sorted(found) == sorted(ids)


def test_moments_are_kept_in_utc() -> None:
    column, dialect = UtcDateTime(), sqlite.dialect()
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)

    assert column.process_bind_param(noon.astimezone(timezone(timedelta(hours=5))), dialect) == noon
    assert column.process_result_value(noon.replace(tzinfo=None), dialect) == noon
    assert column.process_bind_param(None, dialect) is None
    assert column.process_result_value(None, dialect) is None
