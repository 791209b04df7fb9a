"""A process that saves results is killed again and again: there are always those of one recount, whole."""

from __future__ import annotations

import asyncio
import random
import sys
from asyncio.subprocess import PIPE
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.recounts.sql_store import SqlRecountStore
from onwatch_aggregator.recounts.store import Found
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_contracts.values import ExitReason
from onwatch_counting.site import SiteResults, ZoneVisit

KILLS = 8
PATIENCE_S = 60.0

SAVER = """
import asyncio, sys
from datetime import timedelta
from onwatch_aggregator.recounts.sql_store import SqlRecountStore
from onwatch_aggregator.recounts.store import Found, StoredSite
from onwatch_aggregator.results.database import make_engine
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_contracts.site import Site
from onwatch_contracts.values import ExitReason
from onwatch_counting.site import SiteResults, ZoneVisit
from onwatch_runtime.clock import SystemClock

def visit(number):
    return ZoneVisit("roi", number, 1, None, "car", 0.0, 1.0, ExitReason.LEFT, False, 1.0, 0.0, 0, False)

async def main():
    store = SqlRecountStore(make_engine(AggregatorSettings.load(None, {}, database_url=sys.argv[1])))
    known = await store.site("video")
    revision = known.revision if known else 0
    while True:
        revision += 1
        now = SystemClock().now()
        await store.put_site("video", StoredSite(revision, Site()))
        await store.request("video", now, again=True)  # the site is the same
        job = await store.claim(f"attempt-{revision}", now, now + timedelta(days=1), 5)
        found = Found(SiteResults(visits=tuple(visit(n) for n in range(1, 201 + job.revision))), ())
        print(revision, flush=True)
        assert await store.save(job, found, now)

asyncio.run(main())
"""


def expected(revision: int) -> Found:
    visits = (
        ZoneVisit("roi", n, 1, None, "car", 0.0, 1.0, ExitReason.LEFT, False, 1.0, 0.0, 0, False)
        for n in range(1, 201 + revision)
    )
    return Found(SiteResults(visits=tuple(visits)), ())


@pytest.mark.slow
async def test_results_are_always_those_of_one_recount(
    database: AggregatorSettings, engine: AsyncEngine, store: SqlRecountStore, save_run: Any
) -> None:
    await save_run()
    after = random.Random(12)  # noqa: S311 an order, no secret
    seen = set()
    for _ in range(KILLS):
        await _save_until_killed(database.database, saves=after.randint(2, 4), turns=after.randint(0, 400))

        stored = await store.results("video")

        assert stored is not None
        assert stored.found == expected(stored.revision)
        seen.add(stored.revision)
    assert len(seen) > 1


async def _save_until_killed(url: str, *, saves: int, turns: int) -> None:
    """Kill it within its last save, some turns of this process after that began."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SAVER, url, stdout=PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(saves):
                assert await process.stdout.readline(), "the process has ended"
            for _ in range(turns):
                await asyncio.sleep(0)
    finally:
        process.kill()
        await process.wait()
