"""Videos of a version before sites get theirs when the catalog starts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from onwatch_catalog.records.database import make_engine
from onwatch_catalog.records.tables import sites
from onwatch_contracts.messages import SiteChangedV1
from onwatch_runtime.bus import PrivateQueue


async def test_a_video_without_a_site_gets_one_that_is_published(
    staging: Any, empty_database: Any, memory_bus: Any, clip: Path
) -> None:
    async with staging(database_url=empty_database.database) as stage:
        video_id = await stage.add(clip, name="cam_20260701_080000")
    engine = make_engine(empty_database)
    async with engine.begin() as connection:
        await connection.execute(sa.delete(sites))
    await engine.dispose()

    published: asyncio.Queue[Any] = asyncio.Queue()
    consumer = await memory_bus.subscribe(PrivateQueue("sites", (SiteChangedV1,)), published.put)
    async with staging(database_url=empty_database.database) as stage:
        message = await asyncio.wait_for(published.get(), 60)
        answer = await stage.http.get(f"/api/videos/{video_id}/site")
    await consumer.close()

    assert (message.video_id, message.revision) == (video_id, 1)
    assert message.site.recorded_at.isoformat() == "2026-07-01T08:00:00+00:00"
    assert answer.json()["recorded_at"] == "2026-07-01T08:00:00Z"


async def test_a_video_whose_file_is_gone_gets_a_site_too(staging: Any, empty_database: Any, clip: Path) -> None:
    async with staging(database_url=empty_database.database) as stage:
        video_id = await stage.add(clip)
        for path in (stage.folder / "media" / video_id).iterdir():
            path.unlink()
    engine = make_engine(empty_database)
    async with engine.begin() as connection:
        await connection.execute(sa.delete(sites))
    await engine.dispose()

    async with staging(database_url=empty_database.database) as stage:
        for _ in range(1000):
            answer = await stage.http.get(f"/api/videos/{video_id}/site")
            if answer.headers["etag"] == '"1"':
                break
            await asyncio.sleep(0)

        assert answer.headers["etag"] == '"1"'
