"""Deleting a streaming video while a process is killed or frozen, on real servers: no orphans stay."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import pytest
import websockets
from fleet import Fleet, fleet_on, until

from onwatch.doctor.examination import doctor_for, purge_dead
from onwatch.doctor.stores import locate_stores
from onwatch_runtime.clock import SystemClock
from onwatch_synthetic import SHORT, write_clip
from onwatch_testkit.servers import PostgresServer, RabbitServer, RedisServer

pytestmark = [pytest.mark.slow, pytest.mark.connected]

STARTED = ("aggregator-1", "catalog-1", "detector-1", "gateway-1")
SWEEP_S = 2.0
PATIENCE_S = 120.0


@pytest.fixture
def fleet(
    rabbit_server: RabbitServer, redis_server: RedisServer, postgres_server: PostgresServer, tmp_path: Path
) -> Iterator[Fleet]:
    database = f"delete_{os.getpid()}_{tmp_path.name.replace('-', '_')}".lower()[:60]
    with fleet_on(rabbit_server, redis_server, postgres_server, tmp_path, database, tmp_path / "media") as fleet:
        fleet.environ["ONWATCH_AGGREGATOR_FINISH_RETRY_S"] = str(SWEEP_S)
        fleet.environ["ONWATCH_AGGREGATOR_REDIS_URL"] = redis_server.url.removesuffix("/0") + "/8"
        yield fleet


@pytest.fixture(scope="module")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("short") / "short.mp4"
    write_clip(path, SHORT)
    return path


@dataclass
class Viewer:
    """A viewer of a video, and what it has received."""

    video_id: str
    frames: int = 0
    states: list[str] = field(default_factory=list)

    async def listen(self, socket: websockets.ClientConnection) -> None:
        async for message in socket:
            if isinstance(message, bytes):
                self.frames += 1
            elif (said := json.loads(message))["type"] == "state":
                self.states.append(said["state"])

    async def sees(self) -> bool:
        return self.frames >= 5

    async def is_told(self) -> bool:
        return "deleted" in self.states


@asynccontextmanager
async def streaming(fleet: Fleet, http: httpx.AsyncClient, clip: Path) -> AsyncIterator[Viewer]:
    """Upload a video and watch it."""
    content = await asyncio.to_thread(clip.read_bytes)
    gateway = fleet.url("gateway-1")
    uploaded = await http.post(f"{gateway}/api/videos", files={"file": ("a.mp4", content, "video/mp4")})
    viewer = Viewer(uploaded.json()["id"])
    async with websockets.connect(gateway.replace("http", "ws") + "/ws", compression=None, open_timeout=60) as socket:
        listening = asyncio.create_task(viewer.listen(socket))
        for kind in ("subscribe", "start"):
            await socket.send(json.dumps({"type": kind, "video_id": viewer.video_id}))
        await until(viewer.sees, "frames", partial(fleet.log_of, "detector-1"), PATIENCE_S)
        yield viewer
        await until(viewer.is_told, "the viewer's notification", partial(fleet.log_of, "gateway-1"), PATIENCE_S)
    await asyncio.gather(listening, return_exceptions=True)


async def no_orphans_stay(fleet: Fleet, http: httpx.AsyncClient) -> None:
    """Wait until the detector is idle and the doctor finds no orphans; no video is left."""

    async def is_free() -> bool:
        return await fleet.active_runs(http) == [0]

    await until(is_free, "the detector to be free", partial(fleet.log_of, "detector-1"), PATIENCE_S)
    patient = locate_stores(fleet.log_dir, environ=fleet.environ)
    async with doctor_for(patient, min_age_s=4 * SWEEP_S, settle_s=1, clock=SystemClock()) as doctor:
        await asyncio.sleep(4 * SWEEP_S)  # the doctor spares what is younger, because the sweep may still remove it

        async def finds_nothing() -> bool:
            return await doctor.examine() == ()

        await until(finds_nothing, "the sweep to remove the rest", partial(fleet.log_of, "aggregator-1"), PATIENCE_S)
        assert await doctor.catalog.video_ids() == set()
        assert (await doctor.aggregator.take_inventory(0)).stored_videos == set()
    assert not await asyncio.to_thread(lambda: list(patient.catalog.media.iterdir()))


async def test_a_deletion_completes_although_a_process_is_killed_or_frozen(fleet: Fleet, short_clip: Path) -> None:
    for name in STARTED:
        fleet.start(name)
    async with httpx.AsyncClient(timeout=60) as http:
        await fleet.until_ready(http)
        await purge_dead(locate_stores(fleet.log_dir, environ=fleet.environ))
        url = f"{fleet.url('gateway-1')}/api/videos"

        async with streaming(fleet, http, short_clip) as viewer:  # the catalog is killed during the deletion
            deleting = asyncio.create_task(http.delete(f"{url}/{viewer.video_id}"))
            await asyncio.sleep(0.01)
            fleet.kill("catalog-1")
            await asyncio.gather(deleting, return_exceptions=True)
            fleet.start("catalog-1")
            await fleet.until_ready(http)
            assert (await http.delete(f"{url}/{viewer.video_id}")).status_code in (204, 404)
        await no_orphans_stay(fleet, http)

        async with streaming(fleet, http, short_clip) as viewer:  # the aggregator is down when it is published
            fleet.kill("aggregator-1")
            assert (await http.delete(f"{url}/{viewer.video_id}")).status_code == 204
            fleet.start("aggregator-1")
            await fleet.until_ready(http)
        await no_orphans_stay(fleet, http)

        async with streaming(fleet, http, short_clip) as viewer:  # the detector is frozen meanwhile
            fleet.processes["detector-1"].send_signal(signal.SIGSTOP)
            assert (await http.delete(f"{url}/{viewer.video_id}")).status_code == 204
            await asyncio.sleep(SWEEP_S)
            fleet.processes["detector-1"].send_signal(signal.SIGCONT)
        await no_orphans_stay(fleet, http)
