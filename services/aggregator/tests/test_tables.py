from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.tables import UtcDateTime, metadata, vehicles
from onwatch_contracts.http import Vehicle


async def test_the_migrations_make_exactly_these_tables(engine: AsyncEngine):
    def differences(connection: sa.Connection) -> Any:
        context = MigrationContext.configure(connection, opts={"version_table": "alembic_version_aggregator"})
        return compare_metadata(context, metadata)

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_a_row_of_vehicles_has_the_published_names():
    assert [column.name for column in vehicles.c] == ["run_id", *Vehicle.model_fields]


async def test_moments_are_kept_in_utc(engine: AsyncEngine):
    moment = datetime(2026, 1, 1, 12, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=2)))
    async with engine.connect() as connection:
        kept = (await connection.execute(sa.select(sa.literal(moment, UtcDateTime)))).scalar_one()
    assert kept == moment
    assert kept.tzinfo is UTC
