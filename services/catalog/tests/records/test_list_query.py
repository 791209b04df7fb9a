"""That SQLite answers from indexes alone; `bench.listing` measures both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from onwatch_catalog.records.database import DATABASE, make_engine
from onwatch_catalog.records.list_query import COLUMNS, page_query
from onwatch_catalog.records.listing import Listing
from onwatch_catalog.records.paging import PageKey
from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.http import VideoSort


@pytest.fixture
async def sqlite(tmp_path: Path) -> CatalogSettings:
    settings = CatalogSettings(database_url=f"sqlite+aiosqlite:///{tmp_path / 'catalog.db'}")
    await DATABASE.migrate(settings)
    return settings


async def plan_of(settings: CatalogSettings, query: sa.Select[tuple[str]]) -> str:
    engine = make_engine(settings)
    text = str(query.compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True}))
    async with engine.connect() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text.replace('catalog.', '')}")
        found = [row[3] for row in plan]
    await engine.dispose()
    return "; ".join(found)


@pytest.mark.parametrize("sort", VideoSort)
async def test_a_page_in_any_order_is_read_from_an_index_and_never_sorted(
    sqlite: CatalogSettings, sort: VideoSort
) -> None:
    plan = await plan_of(sqlite, page_query(Listing(sort=sort), None).limit(50).offset(500))

    assert "COVERING INDEX" in plan
    assert "TEMP B-TREE" not in plan


async def test_a_page_begins_at_its_key(sqlite: CatalogSettings) -> None:
    plan = await plan_of(sqlite, page_query(Listing(sort=VideoSort.NAME), PageKey("elm", "v")).limit(50))

    assert plan.startswith("SEARCH videos USING COVERING INDEX ix_videos_name_key_id")


async def test_a_search_reads_the_names_from_an_index(sqlite: CatalogSettings) -> None:
    plan = await plan_of(sqlite, page_query(Listing(words=("elm",)), None).limit(50))

    assert plan == "SCAN videos USING COVERING INDEX ix_videos_listing"


def test_every_order_has_a_column() -> None:
    assert {Listing(sort=sort).field for sort in VideoSort} == set(COLUMNS)
