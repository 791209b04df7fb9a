"""A gateway dies with fifty viewers, a gateway dies with all of them, a worker dies under two."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from faults.arena import HEARTBEAT_S, Arena, arena_in
from faults.checks import check_rows, runs_in_sql
from faults.running import left_alone
from faults.viewers import PersistentViewer
from onwatch_contracts.messages import DemandWantedV1
from onwatch_testkit.servers.local import PostgresServer, RabbitServer, RedisServer, require
from onwatch_testkit.user import until

pytestmark = [
    pytest.mark.connected,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

VIEWERS = 50
EXPIRY_S = 3 * HEARTBEAT_S


@pytest.fixture
async def arena(tmp_path: Path) -> AsyncIterator[Arena]:
    for server in (RabbitServer, RedisServer, PostgresServer):
        require(server)
    async with arena_in(tmp_path) as arena:
        yield arena


@asynccontextmanager
async def watching(arena: Arena, video_id: str, count: int, *gateways: str) -> AsyncIterator[list[PersistentViewer]]:
    viewers = [PersistentViewer(video_id, gateways, arena.status_of) for _ in range(count)]
    tasks = [asyncio.create_task(viewer.watch()) for viewer in viewers]
    try:
        yield viewers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def all_see_frames(viewers: list[PersistentViewer]) -> None:
    seen = [viewer.frames for viewer in viewers]

    async def everybody_saw_more() -> bool:
        return all(viewer.frames > before for viewer, before in zip(viewers, seen, strict=True))

    await until(everybody_saw_more, "frames for everybody")


async def holder_of_a_run(arena: Arena) -> str:
    """The detector that has one; another may just be asking for it, and be refused."""
    holders: list[str] = []

    async def one_has() -> bool:
        counts = {
            name: await arena.fleet.gauge(arena.http, name, "onwatch_detector_runs_active")
            for name in ("detector-1", "detector-2")
        }
        holders[:] = [name for name, count in counts.items() if count]
        return len(holders) == 1

    await until(one_has, "one detector with a run")
    return holders[0]


def viewers_wanting(arena: Arena) -> int:
    """As the newest wish of each living source says, by those who heard it."""
    newest: dict[str, DemandWantedV1] = {}
    for message in arena.ear.recent:
        if isinstance(message, DemandWantedV1):
            newest[message.source_id] = message
    now = time.time()
    return sum(wish.viewers for wish in newest.values() if wish.expires_at.timestamp() > now)


async def test_fifty_viewers_of_a_gateway_that_dies_come_back_at_the_other(arena: Arena):
    one, other = arena.gateways
    video_id = await arena.upload(arena.clips[0], "watched")
    async with watching(arena, video_id, VIEWERS, one, other) as viewers:
        await all_see_frames(viewers)
        arena.fleet.kill("gateway-1")
        await all_see_frames(viewers)
        assert {viewer.connections for viewer in viewers} == {2}

        async def only_the_living_count() -> bool:
            return viewers_wanting(arena) <= VIEWERS

        await until(only_the_living_count, "the demand of the dead gateway to expire")
        arena.fleet.start("gateway-1")


async def test_when_the_only_gateway_dies_the_detectors_stop(arena: Arena):
    one, _ = arena.gateways
    arena.fleet.kill("gateway-2")
    video_id = await arena.upload(arena.clips[0], "watched")
    async with watching(arena, video_id, 2, one) as viewers:
        await all_see_frames(viewers)
        await holder_of_a_run(arena)
        arena.fleet.kill("gateway-1")

        async def nobody_works() -> bool:
            return sum(await arena.fleet.active_runs(arena.http)) == 0

        await until(nobody_works, "the detector to let go")


async def test_watched_with_pauses_by_two_and_with_a_worker_killed_the_rows_are_those_of_the_background(arena: Arena):
    expected = await left_alone(arena)
    one, other = arena.gateways
    video_id = await arena.upload(arena.clips[1], "watched")
    async with watching(arena, video_id, 2, one, other) as viewers:
        await all_see_frames(viewers)
        holder = await holder_of_a_run(arena)
        arena.fleet.kill(holder)
        arena.fleet.start(holder)
        await all_see_frames(viewers)
        await arena.fleet.until_ready(arena.http)

    async def is_paused() -> bool:
        return sum(await arena.fleet.active_runs(arena.http)) == 0

    await until(is_paused, "the pause that nobody watching brings")
    async with watching(arena, video_id, 1, other):

        async def is_in_sql() -> bool:
            return bool(await runs_in_sql(arena, video_id))

        await until(is_in_sql, "the end")
    check_rows("watched", await runs_in_sql(arena, video_id), expected[1])
