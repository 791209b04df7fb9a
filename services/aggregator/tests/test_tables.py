from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.database import VERSION_TABLE
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_aggregator.tables import SCHEMA, Id, UtcDateTime, ZoneId, metadata, vehicles
from onwatch_contracts.http import Vehicle


async def test_the_migrations_make_exactly_these_tables(engine: AsyncEngine):
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def without_schema() -> sa.MetaData:
    copied = sa.MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(copied, schema=None, referred_schema_fn=lambda *_: sa.BLANK_SCHEMA)
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
async def test_postgresql_compares_every_id_byte_by_byte(postgres_with_tables: AggregatorSettings):
    """Alembic does not compare collations."""
    with psycopg.connect(postgres_with_tables.database) as connection:
        found = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'analytics' AND collation_name = 'C'"
        ).fetchall()
    ids = [
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.c
        if column.type in (Id, ZoneId)
    ]
    assert sorted(found) == sorted(ids)


def test_a_row_of_vehicles_has_the_published_names():
    assert [column.name for column in vehicles.c] == ["run_id", *Vehicle.model_fields]


async def test_moments_are_kept_in_utc(engine: AsyncEngine):
    moment = datetime(2026, 1, 1, 12, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=2)))
    async with engine.connect() as connection:
        kept = (await connection.execute(sa.select(sa.literal(moment, UtcDateTime)))).scalar_one()
    assert kept == moment
    assert kept.tzinfo is UTC
