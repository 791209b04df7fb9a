"""How much longer the list of videos takes with 100,000 of them than with 100, in SQLite."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa

from bench.doors.report import table
from onwatch_catalog.records.database import make_engine, migrate
from onwatch_catalog.records.listing import Listing
from onwatch_catalog.records.name_key import name_key
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.records.tables import videos
from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.http import VideoSort

FEW, MANY, QUICK_MANY = 100, 100_000, 20_000
WINDOW = 48
"""What the page requests at once."""
GOAL = 1.2
NEWEST_AT = datetime(2026, 1, 1, tzinfo=UTC)
LISTINGS: Mapping[str, tuple[Listing, float]] = {
    "newest first": (Listing(), 0),
    "by name": (Listing(sort=VideoSort.NAME), 0),
    "newest first, the last window, as the page requests it: from the end": (Listing().reversed(), 0),
    "newest first, the window in the middle": (Listing(), 0.5),
    "newest first, the last window, by its offset": (Listing(), 1),
    "that have a word in their names": (Listing(words=("gate",)), 0),
}
"""And the share of the other videos that is skipped."""


def measured(*, quick: bool) -> str:
    return asyncio.run(_measured(QUICK_MANY if quick else MANY, 20 if quick else 60))


async def _measured(many: int, rounds: int) -> str:
    took: dict[tuple[str, int], list[float]] = {}
    async with _filled(FEW) as small, _filled(many) as large:
        for _ in range(rounds):
            for name, (listing, share) in LISTINGS.items():
                for store, count in ((small, FEW), (large, many)):
                    skipped = round(share * (count - WINDOW))
                    began_s = time.process_time()
                    found = await store.page(WINDOW, None, listing, skipped)
                    took.setdefault((name, count), []).append(1000 * (time.process_time() - began_s))
                    if len(found) != WINDOW:
                        raise SystemExit(f"{name}: {len(found)} of {count} videos instead of {WINDOW}")
    rows = []
    for name in LISTINGS:
        few_ms, many_ms = median(took[name, FEW]), median(took[name, many])
        rows.append([name, f"{few_ms:.2f} ms", f"{many_ms:.2f} ms", f"{many_ms / few_ms:.2f}"])
    return (
        f"CPU time for {WINDOW} videos of the list, median of {rounds} times, on SQLite:\n\n"
        f"{table(['videos', f'of {FEW:,}', f'of {many:,}', f'ratio (goal {GOAL:g})'], rows)}"
    )


@asynccontextmanager
async def _filled(count: int) -> AsyncIterator[SqlStore]:
    with tempfile.TemporaryDirectory(prefix="onwatch-bench-") as folder:
        settings = CatalogSettings(database_url=f"sqlite+aiosqlite:///{Path(folder) / 'catalog.db'}")
        await migrate(settings)
        engine = make_engine(settings)
        try:
            async with engine.begin() as connection:
                for rows in _rows(count):
                    await connection.execute(sa.insert(videos), rows)
            yield SqlStore(engine)
        finally:
            await engine.dispose()


def _rows(count: int) -> Iterator[list[dict[str, Any]]]:
    numbers = iter(range(count))
    while rows := [_row(number) for _, number in zip(range(1000), numbers, strict=False)]:
        yield rows


def _row(number: int) -> dict[str, Any]:
    name = f"recording of the gate {number}"
    at = NEWEST_AT - timedelta(seconds=number)
    return {
        "id": f"video-{number:06}",
        "name": name,
        "name_key": name_key(name),
        "media_type": "video/mp4",
        "file_path": f"video-{number:06}/source.mp4",
        "duration_s": float(number % 3600),
        "fps": 25.0,
        "width": 1280,
        "height": 720,
        "size_bytes": 1000 * number,
        "created_at": at,
        "status": "ready",
        "status_at": at,
        "epoch": 0,
        "anchor": "bottom_center",
        "engine": "auto",
    }
