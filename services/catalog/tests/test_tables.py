from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import sqlite

from onwatch_catalog.database import make_engine, migrate
from onwatch_catalog.tables import UtcDateTime, metadata


async def test_the_migrations_make_the_tables(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path / 'catalog.db'}")
    await migrate(engine)

    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(sync, opts={"version_table": "alembic_version_catalog"}), metadata
            )
        )
    await engine.dispose()

    assert differences == []


def test_moments_are_kept_in_utc() -> None:
    column, dialect = UtcDateTime(), sqlite.dialect()
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)

    assert column.process_bind_param(noon.astimezone(timezone(timedelta(hours=5))), dialect) == noon
    assert column.process_result_value(noon.replace(tzinfo=None), dialect) == noon
    assert column.process_bind_param(None, dialect) is None
    assert column.process_result_value(None, dialect) is None
