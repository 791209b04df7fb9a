"""The services as processes of their own, on RabbitMQ, Redis and PostgreSQL: two gateways, two detectors."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest

from onwatch.testing_user import assert_true, rows_of, until, upload, watching, write_short_clip
from onwatch_runtime.testing.servers import PostgresServer, RabbitServer, RedisServer, free_port

pytestmark = pytest.mark.connected

GRACE_S = 10.0
SERVICES = ("dashboard", "gateway", "detector", "detector", "gateway", "aggregator", "catalog")


@dataclass
class Fleet:
    """Processes by name (`gateway-1`), where they listen, and what they were told."""

    environ: dict[str, str]
    log_dir: Path
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        service = name.partition("-")[0]
        port = self.ports.setdefault(name, free_port())
        environ = self.environ | {f"ONWATCH_{service.upper()}_PORT": str(port)}
        with (self.log_dir / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", f"onwatch_{service}"], env=environ, stdout=log, stderr=log
            )

    def terminate(self, name: str) -> int:
        """SIGTERM; the exit code."""
        self.processes[name].send_signal(signal.SIGTERM)
        return self.processes[name].wait(timeout=2 * GRACE_S)

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait()

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def log_of(self, name: str) -> str:
        return (self.log_dir / f"{name}.log").read_text()

    async def until_ready(self, http: httpx.AsyncClient) -> None:
        for name in self.processes:
            await until(
                lambda name=name: self._is_ready(http, name), f"{name} to be ready", lambda name=name: self.log_of(name)
            )

    async def _is_ready(self, http: httpx.AsyncClient, name: str) -> bool:
        assert self.processes[name].poll() is None, f"{name} has died:\n{self.log_of(name)}"
        try:
            return (await http.get(f"{self.url(name)}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def is_alive(self, http: httpx.AsyncClient, name: str) -> bool:
        try:
            return (await http.get(f"{self.url(name)}/healthz")).status_code == 200
        except httpx.TransportError:
            return False

    async def active_runs(self, http: httpx.AsyncClient) -> list[int]:
        """Runs that each detector holds."""
        found = []
        for name in sorted(name for name in self.processes if name.startswith("detector")):
            if self.processes[name].poll() is None:
                text = (await http.get(f"{self.url(name)}/metrics")).text
                line = next(line for line in text.splitlines() if line.startswith("onwatch_detector_runs_active "))
                found.append(int(float(line.split()[1])))
        return found

    def stop_all(self) -> dict[str, int]:
        """SIGTERM to each; exit codes by name."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        return {name: process.wait(timeout=2 * GRACE_S) for name, process in self.processes.items()}


@pytest.fixture
def fleet(
    rabbit_server: RabbitServer, redis_server: RedisServer, postgres_server: PostgresServer, tmp_path: Path
) -> Iterator[Fleet]:
    database = f"fleet_{os.getpid()}_{tmp_path.name.replace('-', '_')}".lower()[:60]
    with closing(psycopg.connect(postgres_server.url, autocommit=True)) as owner:
        owner.execute(f'CREATE DATABASE "{database}"')
    media = tmp_path / "media"
    catalog, aggregator, dashboard = free_port(), free_port(), free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ONWATCH_")}
    environ = inherited | {
        "ONWATCH_CATALOG_DATABASE_URL": postgres_server.url_of(database),
        "ONWATCH_CATALOG_MEDIA_DIR": str(media),
        "ONWATCH_AGGREGATOR_DATABASE_URL": postgres_server.url_of(database),
        "ONWATCH_AGGREGATOR_REDIS_URL": redis_server.url,
        "ONWATCH_DETECTOR_MEDIA_DIR": str(media),
        "ONWATCH_DETECTOR_DATA_DIR": str(tmp_path),
        "ONWATCH_DETECTOR_DOWNLOAD": "false",
        "ONWATCH_DETECTOR_SLOTS": "1",
        "ONWATCH_DETECTOR_THREADS": "1",
    }
    for asking in ("GATEWAY", "DETECTOR"):
        environ[f"ONWATCH_{asking}_CATALOG_URL"] = f"http://127.0.0.1:{catalog}"
        environ[f"ONWATCH_{asking}_AGGREGATOR_URL"] = f"http://127.0.0.1:{aggregator}"
    environ["ONWATCH_GATEWAY_DASHBOARD_URL"] = f"http://127.0.0.1:{dashboard}"
    for service in ("CATALOG", "GATEWAY", "DETECTOR", "AGGREGATOR", "DASHBOARD"):
        environ[f"ONWATCH_{service}_BUS_URL"] = rabbit_server.url
        environ[f"ONWATCH_{service}_GRACE_S"] = str(GRACE_S)
    fleet = Fleet(environ, tmp_path, {"catalog-1": catalog, "aggregator-1": aggregator, "dashboard-1": dashboard})
    yield fleet
    for process in fleet.processes.values():
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("short") / "short.mp4"
    write_short_clip(path)
    return path


@asynccontextmanager
async def started(fleet: Fleet) -> AsyncIterator[httpx.AsyncClient]:
    """All seven, in an order that suits none of them."""
    counts: dict[str, int] = {}
    for service in SERVICES:
        counts[service] = counts.get(service, 0) + 1
        fleet.start(f"{service}-{counts[service]}")
    async with httpx.AsyncClient(timeout=30) as http:
        await fleet.until_ready(http)
        yield http


async def test_two_viewers_at_two_gateways_share_one_worker_and_everybody_stops_cleanly(
    fleet: Fleet, short_clip: Path
) -> None:
    async with started(fleet) as http:
        gateway = fleet.url("gateway-1")
        video_id = await upload(http, gateway, short_clip)
        async with watching(fleet.url("gateway-2"), video_id) as stays:
            async with watching(fleet.url("gateway-1"), video_id) as leaves:
                await until(lambda: leaves.has_frames(5), "frames at the first gateway")
                await until(lambda: stays.has_frames(5), "frames at the second gateway")
                assert sorted(await fleet.active_runs(http)) == [0, 1], "one worker does it for both"
            await until(stays.has_ended, "the end, for the one who stays", lambda: fleet.log_of("aggregator-1"))
        assert_true(await rows_of(http, gateway, video_id))
    assert fleet.stop_all() == dict.fromkeys(fleet.processes, 0)


async def test_two_videos_have_two_workers_and_one_killed_changes_no_row(fleet: Fleet, short_clip: Path) -> None:
    async with started(fleet) as http:
        gateway = fleet.url("gateway-1")
        one, other = await upload(http, gateway, short_clip), await upload(http, gateway, short_clip)
        async with watching(fleet.url("gateway-1"), one) as first, watching(fleet.url("gateway-2"), other) as second:
            await until(lambda: first.has_frames(30), "frames of one")
            await until(lambda: second.has_frames(30), "frames of the other")
            assert await fleet.active_runs(http) == [1, 1]
            fleet.kill("detector-1")
            fleet.start("detector-1")
            await until(first.has_ended, "the end of one", lambda: fleet.log_of("detector-2"))
            await until(second.has_ended, "the end of the other", lambda: fleet.log_of("detector-1"))
        rows = await rows_of(http, gateway, one)
        assert rows == await rows_of(http, gateway, other), "a worker killed in one of them changed nothing"
        assert_true(rows)


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
                    await until(viewer.has_ended, f"the end, {name} having been stopped", partial(fleet.log_of, name))
            if name == "gateway-1":  # its viewers come back, as the page does
                async with watching(fleet.url(name), video_id) as again:
                    await until(again.has_ended, "the end for the viewer who came back")
            assert_true(await rows_of(http, fleet.url("gateway-2"), video_id))


NAMES = ("aggregator", "catalog", "dashboard", "detector", "gateway")


ROTATIONS = [NAMES[place:] + NAMES[:place] for place in range(len(NAMES))]
"""Each comes first once, and each last."""


@pytest.mark.parametrize("order", ROTATIONS, ids="-".join)
async def test_any_service_may_come_first_and_any_last(fleet: Fleet, order: tuple[str, ...]) -> None:
    await start_in(order, fleet)


@pytest.mark.orders
@pytest.mark.parametrize("order", [*itertools.permutations(NAMES)], ids="-".join)
async def test_every_order_of_starting_comes_up(fleet: Fleet, order: tuple[str, ...]) -> None:
    await start_in(order, fleet)


async def start_in(order: tuple[str, ...], fleet: Fleet) -> None:
    """Each starts once the one before is alive, which it is whoever else is there; all get ready, and stop cleanly."""
    async with httpx.AsyncClient() as http:
        for name in order:
            fleet.start(f"{name}-1")
            await until(partial(fleet.is_alive, http, f"{name}-1"), f"{name} to be alive, whoever else is")
        await fleet.until_ready(http)
    assert fleet.stop_all() == dict.fromkeys(fleet.processes, 0)


async def test_a_service_waits_for_what_it_depends_on_and_says_so(fleet: Fleet) -> None:
    port = free_port()
    fleet.environ["ONWATCH_AGGREGATOR_REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    fleet.start("aggregator-1")
    async with httpx.AsyncClient() as http:

        async def says_it_waits() -> bool:
            return "waiting for redis" in fleet.log_of("aggregator-1")

        await until(partial(fleet.is_alive, http, "aggregator-1"), "the process to be alive")
        await until(says_it_waits, "a line in the log", lambda: fleet.log_of("aggregator-1"))
        assert (await http.get(f"{fleet.url('aggregator-1')}/readyz")).status_code == 503
    assert fleet.stop_all() == {"aggregator-1": 0}
