from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from onwatch_aggregator.database import make_engine, migrate


async def test_the_folder_of_the_file_is_made_and_migrating_twice_is_once(tmp_path: Path):
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path / 'not' / 'there' / 'analytics.db'}")
    await migrate(engine)
    await migrate(engine)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    assert set(names) == {"alembic_version_aggregator", "runs", "vehicles"}
    await engine.dispose()
