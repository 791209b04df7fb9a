"""The services as separate processes on RabbitMQ, Redis and PostgreSQL, with two gateways and two detectors."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from fleet import Fleet, fleet_on
from service_process import run_module

from onwatch_testkit.api_client import assert_true, rows_of, until, upload, watching, write_short_clip
from onwatch_testkit.servers import PostgresServer, RabbitServer, RedisServer, free_port

pytestmark = pytest.mark.connected

STARTED = ("dashboard", "gateway", "detector", "detector", "gateway", "aggregator", "catalog")


@pytest.fixture
def fleet(
    rabbit_server: RabbitServer, redis_server: RedisServer, postgres_server: PostgresServer, tmp_path: Path
) -> Iterator[Fleet]:
    database = f"fleet_{os.getpid()}_{tmp_path.name.replace('-', '_')}".lower()[:60]
    with fleet_on(rabbit_server, redis_server, postgres_server, tmp_path, database, tmp_path / "media") as fleet:
        yield fleet


@pytest.fixture(scope="module")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("short") / "short.mp4"
    write_short_clip(path)
    return path


@asynccontextmanager
async def started(fleet: Fleet) -> AsyncIterator[httpx.AsyncClient]:
    """All seven, started before what they depend on."""
    counts: dict[str, int] = {}
    for service in STARTED:
        counts[service] = counts.get(service, 0) + 1
        fleet.start(f"{service}-{counts[service]}")
    async with httpx.AsyncClient(timeout=60) as http:
        await fleet.until_ready(http)
        yield http


async def shared_out(fleet: Fleet, http: httpx.AsyncClient, runs: list[int]) -> bool:
    return sorted(await fleet.active_runs(http)) == runs


async def test_two_viewers_at_two_gateways_share_one_detector_and_every_process_stops_cleanly(
    fleet: Fleet, short_clip: Path
) -> None:
    fleet.run = run_module  # as they are deployed
    async with started(fleet) as http:
        gateway = fleet.url("gateway-1")
        video_id = await upload(http, gateway, short_clip)
        # The clip lasts a few seconds: both have to be connected before one of them starts it.
        async with watching(fleet.url("gateway-2"), video_id, starts=False) as stays:
            async with watching(fleet.url("gateway-1"), video_id, starts=False) as leaves:
                await stays.start()
                await leaves.start()
                await until(lambda: leaves.has_frames(5), "frames at the first gateway")
                await until(lambda: stays.has_frames(5), "frames at the second gateway")
                # The other may be claiming the run in this moment, and is refused.
                await until(lambda: shared_out(fleet, http, [0, 1]), "one detector for both viewers")
            await until(stays.has_ended, "the end, for the one who stays", lambda: fleet.log_of("aggregator-1"))
        assert_true(await rows_of(http, gateway, video_id))
    assert fleet.stop_all() == dict.fromkeys(fleet.processes, 0)


@pytest.mark.slow
async def test_two_videos_run_on_two_detectors_and_a_killed_one_changes_no_row(fleet: Fleet, short_clip: Path) -> None:
    async with started(fleet) as http:
        gateway = fleet.url("gateway-1")
        one, other = await upload(http, gateway, short_clip), await upload(http, gateway, short_clip)
        async with (
            watching(fleet.url("gateway-1"), one, starts=False) as first,
            watching(fleet.url("gateway-2"), other, starts=False) as second,
        ):
            await first.start()
            await second.start()
            # First: both runs are only active as long as their clips last.
            await until(lambda: shared_out(fleet, http, [1, 1]), "a run on each detector")
            await until(lambda: first.has_frames(10), "frames of one")
            await until(lambda: second.has_frames(10), "frames of the other")
            fleet.kill("detector-1")
            fleet.start("detector-1")
            await until(first.has_ended, "the end of one", lambda: fleet.log_of("detector-2"))
            await until(second.has_ended, "the end of the other", lambda: fleet.log_of("detector-1"))
        rows = await rows_of(http, gateway, one)
        assert rows == await rows_of(http, gateway, other), "a killed detector changes no row"
        assert_true(rows)


@pytest.mark.slow
async def test_a_run_whose_only_detector_is_killed_is_paused_and_resumed_by_the_next(
    fleet: Fleet, short_clip: Path
) -> None:
    fleet.environ |= {"ONWATCH_AGGREGATOR_LEASE_S": "2", "ONWATCH_AGGREGATOR_LOST_AFTER_S": "4"}
    for service in ("dashboard", "gateway", "detector", "aggregator", "catalog"):
        fleet.start(f"{service}-1")
    async with httpx.AsyncClient(timeout=60) as http:
        await fleet.until_ready(http)
        gateway = fleet.url("gateway-1")
        video_id = await upload(http, gateway, short_clip)

        async def has_status(status: str) -> bool:
            return bool((await http.get(f"{gateway}/api/videos/{video_id}")).json()["status"] == status)

        async with watching(gateway, video_id) as viewer:

            async def is_told_of_the_pause() -> bool:
                return viewer.states[-1] == "paused"

            await until(lambda: viewer.has_frames(20), "frames", lambda: fleet.log_of("detector-1"))
            await until(lambda: has_status("streaming"), "the stream in the catalog")
            fleet.kill("detector-1")
            await until(lambda: has_status("paused"), "the pause in the catalog", lambda: fleet.log_of("aggregator-1"))
            await until(is_told_of_the_pause, "the pause for the viewer", lambda: fleet.log_of("gateway-1"))
            fleet.start("detector-1")
            await until(viewer.has_ended, "the end", lambda: fleet.log_of("detector-1"))
        assert_true(await rows_of(http, gateway, video_id))


@pytest.mark.slow
async def test_each_service_may_be_stopped_during_a_run_and_nothing_is_lost(fleet: Fleet, short_clip: Path) -> None:
    async with started(fleet) as http:
        for name in ("detector-1", "aggregator-1", "catalog-1", "dashboard-1", "gateway-1"):
            video_id = await upload(http, fleet.url("gateway-2"), short_clip)
            async with watching(fleet.url("gateway-1"), video_id) as viewer:
                await until(partial(viewer.has_frames, 20), f"frames before {name} is stopped")
                assert await asyncio.to_thread(fleet.terminate, name) == 0, fleet.log_of(name)
                fleet.start(name)
                await fleet.until_ready(http)
                if name != "gateway-1":
                    await until(viewer.has_ended, f"the end after {name} was stopped", partial(fleet.log_of, name))
            if name == "gateway-1":  # its viewers reconnect, as the page does
                async with watching(fleet.url(name), video_id) as again:
                    await until(again.has_ended, "the end for the viewer who reconnected")
            assert_true(await rows_of(http, fleet.url("gateway-2"), video_id))


NAMES = ("aggregator", "catalog", "dashboard", "detector", "gateway")


ROTATIONS = [NAMES[place:] + NAMES[:place] for place in range(len(NAMES))]
"""Each service is first once, and last once."""


@pytest.mark.parametrize("order", ROTATIONS, ids="-".join)
@pytest.mark.slow
async def test_services_start_in_any_order(fleet: Fleet, order: tuple[str, ...]) -> None:
    await start_in(order, fleet)


@pytest.mark.orders
@pytest.mark.parametrize("order", [*itertools.permutations(NAMES)], ids="-".join)
async def test_services_start_in_every_order(fleet: Fleet, order: tuple[str, ...]) -> None:
    await start_in(order, fleet)


async def start_in(order: tuple[str, ...], fleet: Fleet) -> None:
    """Start each when the previous one is alive, which depends on no other; all get ready, and stop cleanly."""
    async with httpx.AsyncClient(timeout=60) as http:
        for name in order:
            fleet.start(f"{name}-1")
            await until(partial(fleet.is_alive, http, f"{name}-1"), f"{name} to be alive without the others")
        await fleet.until_ready(http)
    assert fleet.stop_all() == dict.fromkeys(fleet.processes, 0)


@pytest.mark.slow
async def test_a_service_waits_for_its_dependencies_and_logs_it(fleet: Fleet) -> None:
    port = free_port()
    fleet.environ["ONWATCH_AGGREGATOR_REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    fleet.start("aggregator-1")
    async with httpx.AsyncClient(timeout=60) as http:

        async def says_it_waits() -> bool:
            return "waiting for redis" in fleet.log_of("aggregator-1")

        await until(partial(fleet.is_alive, http, "aggregator-1"), "the process to be alive")
        await until(says_it_waits, "a line in the log", lambda: fleet.log_of("aggregator-1"))
        assert (await http.get(f"{fleet.ops_url('aggregator-1')}/readyz")).status_code == 503
    assert fleet.stop_all() == {"aggregator-1": 0}
