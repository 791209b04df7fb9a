from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from onwatch_catalog.database import make_engine, migrate


async def test_migrating_twice_is_the_same_as_once(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path / 'deep' / 'catalog.db'}")
    await migrate(engine)
    await migrate(engine)

    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
        mode = await connection.scalar(sa.text("PRAGMA journal_mode"))

    assert set(names) == {"videos", "doomed_folders", "outbox", "alembic_version_catalog"}
    assert mode == "wal"
    await engine.dispose()
