from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from onwatch_sql.sqlite import LOCK_WAIT_S, sqlite_engine, writing


async def test_the_file_uses_a_write_ahead_log_in_a_created_folder(tmp_path: Path) -> None:
    engine = sqlite_engine(make_url(f"sqlite+aiosqlite:///{tmp_path}/deep/shop.db"), "shop")
    async with engine.connect() as connection:
        assert await connection.scalar(sa.text("PRAGMA journal_mode")) == "wal"
        assert await connection.scalar(sa.text("PRAGMA foreign_keys")) == 1
    await engine.dispose()

    assert (tmp_path / "deep" / "shop.db").is_file()


async def test_tables_with_a_schema_are_created_without_it(tmp_path: Path) -> None:
    engine = sqlite_engine(make_url(f"sqlite+aiosqlite:///{tmp_path}/shop.db"), "shop")
    wares = sa.Table("wares", sa.MetaData(schema="shop"), sa.Column("id", sa.Integer, primary_key=True))
    async with engine.begin() as connection:
        await connection.run_sync(wares.metadata.create_all)
        await connection.execute(sa.insert(wares).values(id=7))
        assert await connection.scalar(sa.text("SELECT id FROM wares")) == 7
    await engine.dispose()


@pytest.mark.parametrize(("query", "wait_s"), [("", LOCK_WAIT_S), ("?timeout=0.5", 0.5)])
async def test_the_wait_for_the_lock_is_that_of_the_url_or_the_default(
    tmp_path: Path, query: str, wait_s: float
) -> None:
    engine = sqlite_engine(make_url(f"sqlite+aiosqlite:///{tmp_path}/shop.db{query}"), "shop")
    async with engine.connect() as connection:
        assert await connection.scalar(sa.text("PRAGMA busy_timeout")) == 1000 * wait_s
    await engine.dispose()


async def test_a_writing_transaction_holds_the_lock_from_its_start(tmp_path: Path) -> None:
    engine = sqlite_engine(make_url(f"sqlite+aiosqlite:///{tmp_path}/shop.db"), "shop")
    async with writing(engine).begin() as first:
        await first.execute(sa.text("SELECT 1"))
        async with engine.connect() as reader:  # does not wait
            await reader.execute(sa.text("PRAGMA busy_timeout = 1"))
        async with engine.connect() as second:
            with pytest.raises(OperationalError, match="database is locked"):
                await second.execute(sa.text("CREATE TABLE wares (id INTEGER)"))
    await engine.dispose()
