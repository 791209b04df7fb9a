"""Viewers while processes die: one of two gateways, the only gateway, a detector."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio

from faults.checks import check_rows, runs_in_sql
from faults.environment import Environment, environment_in
from faults.runner import delete_all_videos, reference_rows
from faults.viewers import WATCHDOG_S, PersistentViewer
from faults.workload import WATCHED
from onwatch_contracts.messages import DemandWantedV1
from onwatch_testkit.api_client import TIMEOUT_S, until
from onwatch_testkit.servers import PostgresServer, RabbitServer, RedisServer, require

pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.connected,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

VIEWERS = 50
# In one process, which reads late on a busy machine: to connect all of them again would keep it still busier.
PATIENCE_OF_MANY_S = 30.0
ENDLESS, MEDIUM = range(2)  # clips of `WATCHED`


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_environment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Environment]:
    """Its start takes as long as the tests."""
    for server in (RabbitServer, RedisServer, PostgresServer):
        require(server)
    async with environment_in(tmp_path_factory.mktemp("watching"), WATCHED) as environment:
        environment.http.timeout = httpx.Timeout(TIMEOUT_S)  # no schedule needs an answer soon
        yield environment


@pytest_asyncio.fixture(loop_scope="module")
async def environment(shared_environment: Environment) -> AsyncIterator[Environment]:
    """With every process running, and without videos and demand of the previous test."""
    await shared_environment.restart_stopped()
    yield shared_environment
    await shared_environment.restart_stopped()
    await delete_all_videos(shared_environment)

    async def all_idle() -> bool:
        return sum(await shared_environment.fleet.active_runs(shared_environment.http)) == 0

    await until(all_idle, "the detectors to release the runs")
    shared_environment.listener.clear()


@asynccontextmanager
async def watching(
    environment: Environment, video_id: str, count: int, *gateways: str, patience_s: float = WATCHDOG_S
) -> AsyncIterator[list[PersistentViewer]]:
    viewers = [PersistentViewer(video_id, gateways, environment.status_of, patience_s=patience_s) for _ in range(count)]
    tasks = [asyncio.create_task(viewer.watch()) for viewer in viewers]
    try:
        yield viewers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def all_see_frames(viewers: list[PersistentViewer]) -> None:
    """Wait until each has received a frame since the call."""
    seen = [viewer.frames for viewer in viewers]

    async def all_saw_more() -> bool:
        return all(viewer.frames > before for viewer, before in zip(viewers, seen, strict=True))

    await until(all_saw_more, "a frame for each viewer")


async def all_reconnect(viewers: list[PersistentViewer], connections: list[int]) -> None:
    """Wait until each has connected more often than before; frames may still come from a dead gateway's sockets."""

    async def all_connected_again() -> bool:
        return all(viewer.connections > before for viewer, before in zip(viewers, connections, strict=True))

    await until(all_connected_again, "a new connection of each viewer")


async def holder_of_a_run(environment: Environment) -> str:
    """The name of the detector that holds one; the other may be requesting it in this moment, and is refused."""
    holders: list[str] = []

    async def one_holds_it() -> bool:
        counts = {
            name: await environment.fleet.gauge(environment.http, name, "onwatch_detector_runs_active")
            for name in ("detector-1", "detector-2")
        }
        holders[:] = [name for name, count in counts.items() if count]
        return len(holders) == 1

    await until(one_holds_it, "one detector with a run")
    return holders[0]


def viewers_in_demand(environment: Environment) -> int:
    """By the newest unexpired demand request of each source."""
    newest: dict[str, DemandWantedV1] = {}
    for message in environment.listener.recent:
        if isinstance(message, DemandWantedV1):
            newest[message.source_id] = message
    now = time.time()
    return sum(demand.viewers for demand in newest.values() if demand.expires_at.timestamp() > now)


async def test_fifty_viewers_of_a_killed_gateway_reconnect_to_the_other(environment: Environment):
    one, other = environment.gateways
    video_id = await environment.upload(environment.clips[ENDLESS], "watched")
    async with watching(environment, video_id, VIEWERS, one, other, patience_s=PATIENCE_OF_MANY_S) as viewers:
        await all_see_frames(viewers)
        # On a busy machine some may have had no answer of it in time, and be at the other one already.
        of_the_killed = [viewer for viewer in viewers if viewer.gateway == one]
        assert of_the_killed
        connections = [viewer.connections for viewer in of_the_killed]
        environment.fleet.kill("gateway-1")
        await all_reconnect(of_the_killed, connections)
        await all_see_frames(viewers)

        async def only_the_living_count() -> bool:
            return viewers_in_demand(environment) == VIEWERS

        await until(only_the_living_count, "the demand of the dead gateway to expire")


async def test_when_the_only_gateway_dies_the_detectors_pause(environment: Environment):
    one, _ = environment.gateways
    environment.fleet.kill("gateway-2")
    video_id = await environment.upload(environment.clips[ENDLESS], "watched")
    async with watching(environment, video_id, 2, one) as viewers:
        await all_see_frames(viewers)
        await holder_of_a_run(environment)
        environment.fleet.kill("gateway-1")

        async def all_idle() -> bool:
            return sum(await environment.fleet.active_runs(environment.http)) == 0

        await until(all_idle, "the detector to release the run")


async def test_a_video_watched_with_a_pause_and_a_killed_detector_has_the_rows_of_the_background_analysis(
    environment: Environment,
):
    (expected,) = await reference_rows(environment, [MEDIUM])
    one, other = environment.gateways
    video_id = await environment.upload(environment.clips[MEDIUM], "watched")
    async with watching(environment, video_id, 2, one, other) as viewers:
        await all_see_frames(viewers)
        holder = await holder_of_a_run(environment)
        environment.fleet.kill(holder)
        environment.fleet.start(holder)
        await all_see_frames(viewers)
        await environment.fleet.until_ready(environment.http)

    async def is_paused() -> bool:
        return sum(await environment.fleet.active_runs(environment.http)) == 0

    await until(is_paused, "the pause without viewers")
    async with watching(environment, video_id, 1, other):

        async def is_in_sql() -> bool:
            return bool(await runs_in_sql(environment, video_id))

        await until(is_in_sql, "the end")
    check_rows("watched", await runs_in_sql(environment, video_id), expected)
