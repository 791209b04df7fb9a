"""Deleting a video in every state, with a crash of the catalog after each step: no orphans stay, viewers are notified.

The services share one broker and one Redis, which outlive them, on a clock that the test advances. Crashes of the
aggregator at each step are tested in `services/aggregator/tests/runs/test_deletion.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import starmap
from pathlib import Path
from typing import Any

import httpx
import pytest
from fakeredis import FakeAsyncRedis
from prometheus_client import CollectorRegistry
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

import onwatch_aggregator.doctor
import onwatch_aggregator.service
import onwatch_catalog.doctor
import onwatch_catalog.service
import onwatch_detector.service
import onwatch_gateway.service
from onwatch.all_in_one import client_of
from onwatch.configuration import Configuration, configure
from onwatch_catalog.analysis.demand import AnalysisDemand
from onwatch_catalog.disk_reserve import DiskReserve
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.media.files import MediaFolder
from onwatch_catalog.outbox.relay import OutboxRelay
from onwatch_catalog.records.database import make_engine
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.videos.library import VideoLibrary
from onwatch_catalog.videos.pending_deletions import PendingDeletions
from onwatch_runtime.bus import Consumer, PrivateQueue, Publisher, SharedQueue
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.process import Service
from onwatch_testkit.blob_engine import BlobEngine
from onwatch_testkit.clock import FakeClock, flowing, until
from onwatch_testkit.executors import InlineExecutor
from onwatch_testkit.fault_injector import Crash, CrashAfter, FaultInjector
from onwatch_testkit.ids import counting_ids
from onwatch_testkit.inline_inspector import InlineInspector
from onwatch_testkit.slow import some_of
from onwatch_testkit.system import PATIENT_GATEWAY, ROI, RecordingViewer
from onwatch_testkit.websocket import connect

SWEEP_S = 5.0


class Broker(MemoryBus):
    """A bus whose consumers a test can pause, unbind or close."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.by_name: dict[str, Consumer] = {}

    async def subscribe(self, queue: SharedQueue | PrivateQueue, handler: Any) -> Consumer:
        consumer = self.by_name[queue.name] = await super().subscribe(queue, handler)
        return consumer


class Switch:
    """The address of a service that a test can stop."""

    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.app or PlainTextResponse("nobody is here", 503))(scope, receive, send)


@dataclass
class System:
    """Broker, Redis and data folder, and the services around them."""

    configuration: Configuration
    clock: FakeClock
    bus: Broker
    redis: FakeAsyncRedis
    catalog: Switch
    http: httpx.AsyncClient
    gateway: Service
    detector: Service
    ids: Callable[[], str] = field(default_factory=counting_ids)
    catalog_life: AsyncExitStack | None = None

    async def start_catalog(self) -> None:
        service = onwatch_catalog.service.build(
            self.configuration.catalog, bus=self.bus, clock=self.clock, new_id=self.ids
        )
        self.catalog_life = AsyncExitStack()
        await self.catalog_life.enter_async_context(service.lifespan())
        self.catalog.app = service.app

    async def stop_catalog(self) -> None:
        self.catalog.app = None
        if self.catalog_life is not None:
            async with flowing(self.clock):
                await self.catalog_life.aclose()

    async def upload(self, clip: Path) -> str:
        content = await asyncio.to_thread(clip.read_bytes)
        answer = await self.http.post("/api/videos", files={"file": ("a.mp4", content, "video/mp4")})
        assert answer.status_code == 201, answer.text
        video_id: str = answer.json()["id"]
        await self.http.patch(f"/api/videos/{video_id}", json={"roi": ROI, "anchor": "center"})
        return video_id

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        await until(self.clock, condition, what)

    async def passing(self, seconds: float) -> None:
        """Advance the clock in steps, each with real time for the databases."""
        for _ in range(round(seconds / 2.5)):
            await self.clock.advance(2.5)
            await asyncio.sleep(0.01)

    async def until_no_orphans(self, video_id: str) -> None:
        """Advance until the sweeps have removed everything."""
        found = []
        for _ in range(400):
            found = await self.findings(video_id)
            if not found:
                return
            await self.passing(SWEEP_S)
        raise AssertionError(f"still there: {found}")

    async def findings(self, video_id: str) -> list[tuple[str, str]]:
        """What is stored of the video, or of no video."""
        aggregator = onwatch_aggregator.doctor.doctor(self.configuration.aggregator, clock=self.clock, redis=self.redis)
        catalog = onwatch_catalog.doctor.doctor(self.configuration.catalog, clock=self.clock)
        async with aggregator as of_aggregator, catalog as of_catalog:
            seen = await of_aggregator.take_inventory(0)
            videos = await of_catalog.video_ids()
            assert video_id not in videos
            leased = seen.leased(self.clock.now())
            found = [*await of_catalog.findings(leased, -1e9), *of_aggregator.findings(seen, videos, 0)]
            return [(finding.kind, finding.subject) for finding in found]


@asynccontextmanager
async def a_system(data_dir: Path, clock: FakeClock) -> AsyncIterator[System]:
    environ = {"ONWATCH_DETECTOR_SLOTS": "1", "ONWATCH_AGGREGATOR_FINISH_RETRY_S": str(SWEEP_S), **PATIENT_GATEWAY}
    configuration = configure(data_dir, environ=environ).without_logins()
    bus, redis, ids, door = Broker(clock), FakeAsyncRedis(), counting_ids("s"), Switch()
    common: dict[str, Any] = {"bus": bus, "clock": clock, "new_id": ids}
    aggregator = onwatch_aggregator.service.build(configuration.aggregator, redis=redis, **common)
    detector = onwatch_detector.service.build(
        configuration.detector,
        catalog=client_of(door),
        aggregator=client_of(aggregator.app),
        open_engine=BlobEngine,
        new_thread=InlineExecutor,
        **common,
    )
    upstreams = onwatch_gateway.service.Upstreams(door, aggregator.app, PlainTextResponse("the page"))
    gateway = onwatch_gateway.service.build(configuration.gateway, upstreams=upstreams, **common)
    stack = AsyncExitStack()
    stack.push_async_callback(redis.aclose)
    stack.push_async_callback(bus.close)
    for service in (aggregator, detector, gateway):
        await stack.enter_async_context(service.lifespan())
    http = await stack.enter_async_context(client_of(gateway.app))
    system = System(configuration, clock, bus, redis, door, http, gateway, detector, ids)
    stack.push_async_callback(system.stop_catalog)
    await system.start_catalog()
    try:
        yield system
    finally:
        async with flowing(clock):
            await stack.aclose()


# --- the states of a video -----------------------------------------------------------------------


@dataclass
class Case:
    """A video and a subscribed viewer."""

    system: System
    clip: Path
    video_id: str
    watcher: RecordingViewer

    def runs_active(self) -> float:
        return self.system.detector.registry.get_sample_value("onwatch_detector_runs_active") or 0

    async def started(self) -> None:
        await self.watcher.send("start", self.video_id)

    async def ready(self) -> None:
        """Uploaded and never started."""

    async def queued(self) -> None:
        """Another video has the only slot."""
        other = await self.system.upload(self.clip)
        await self.system.http.post(f"/api/videos/{other}/analysis")
        await self.system.until(lambda: self.runs_active() == 1, "the slot to be taken")
        await self.started()

    async def streaming(self) -> None:
        await self.started()
        await self.system.until(lambda: len(self.watcher.read().frames) >= 10, "frames")

    async def paused(self) -> None:
        await self.streaming()
        await self.watcher.send("stop", self.video_id)
        await self.system.until(lambda: "paused" in self.watcher.states(), "the pause")

    async def finishing(self) -> None:
        """The final batch is committed and not yet written to SQL."""
        await self.system.bus.by_name["aggregator.finished"].pause()
        await self.started()
        await self.system.until(
            lambda: any(said["coverage"]["fraction"] == 1 for said in self.watcher.of("metrics")), "the final batch"
        )

    async def persisted(self) -> None:
        await self.started()
        await self.system.until(lambda: "finished" in self.watcher.states(), "the end")


@asynccontextmanager
async def a_case(data_dir: Path, clock: FakeClock, clip: Path) -> AsyncIterator[Case]:
    async with a_system(data_dir, clock) as system, connect(system.gateway.app, "/ws") as viewer:
        case = Case(system, clip, await system.upload(clip), RecordingViewer(viewer))
        await case.watcher.send("subscribe", case.video_id)
        await system.until(lambda: bool(case.watcher.of("subscribed")), "the subscription")
        yield case


STATES: dict[str, Callable[[Case], Awaitable[None]]] = {
    "ready": Case.ready,
    "queued": Case.queued,
    "streaming": Case.streaming,
    "paused": Case.paused,
    "finishing": Case.finishing,
    "persisted": Case.persisted,
}


# --- crashes of the catalog ----------------------------------------------------------------------


class HalfRemoved(MediaFolder):
    """Crashes between the removal of the file and of the thumbnail."""

    def remove(self, video_id: str) -> None:
        for path in (self.root / video_id).glob("source.*"):
            path.unlink()
        raise Crash


async def crashing_delete(system: System, video_id: str, steps: int, *, half_removed: bool = False) -> None:
    """The deletion by a catalog that crashes after that many steps."""
    settings = system.configuration.catalog
    engine, crash_after = make_engine(settings), CrashAfter(steps)
    store: Any = FaultInjector(SqlStore(engine), crash_after)
    whole = FaultInjector(MediaFolder(settings.media), crash_after)
    files: Any = HalfRemoved(settings.media) if half_removed else whole
    publisher, instruments = Publisher(system.bus, system.clock, system.ids), Instruments(CollectorRegistry())
    relay = OutboxRelay(store, system.bus, system.clock, 5, 1)
    demand = AnalysisDemand(store, publisher, system.clock, 1, 2, 6)
    deletions, reserve = PendingDeletions(store, files), DiskReserve(None, system.clock)
    catalog = VideoLibrary(store, files, InlineInspector(), deletions, publisher, relay, demand, instruments, reserve)
    try:
        await catalog.delete(video_id)
        await relay.send_all()
    finally:
        await engine.dispose()


CRASHES: dict[str, dict[str, Any]] = {
    "the row is gone": {"steps": 1},
    "the file is gone, the thumbnail is not": {"steps": 99, "half_removed": True},
    "the folder is gone": {"steps": 5},
    "nothing is published yet": {"steps": 8},
    "published and not yet marked as published": {"steps": 10},
}


# Every state with the first crash, every crash with a stream: the catalog deletes alike in every state.
CASES = [*((state, "the row is gone") for state in STATES), *(("streaming", crash) for crash in list(CRASHES)[1:])]


@pytest.mark.parametrize(("state", "crash"), some_of(starmap(pytest.param, CASES), kept=5))
async def test_a_deletion_that_crashes_completes_later_in_every_state(
    tmp_path: Path, clock: FakeClock, clip: Path, state: str, crash: str
) -> None:
    async with a_case(tmp_path / "data", clock, clip) as case:
        system = case.system
        await STATES[state](case)

        await system.stop_catalog()
        with pytest.raises(Crash):
            await crashing_delete(system, case.video_id, **CRASHES[crash])
        await system.passing(5)
        await system.start_catalog()
        if state == "finishing":
            await system.bus.by_name["aggregator.finished"].resume()

        await system.until(lambda: "deleted" in case.watcher.states(), "the viewer's notification")
        await system.until(lambda: case.watcher.read().order[-1][0] == "unsubscribed", "the end of the subscription")
        await system.until(lambda: case.runs_active() == 0, "the detector to be idle")
        await system.until_no_orphans(case.video_id)
        await system.bus.settle()
        assert not (system.configuration.catalog.media / case.video_id).exists()
        assert [key for key in await system.redis.keys(f"*{case.video_id}*") if not key.endswith(b":deleted")] == []
        assert await system.redis.zcard("onwatch:finishing") == 0
        assert system.bus.dead_letters == []
        for what in ("metrics", "vehicles"):
            found = (await system.http.get(f"/api/videos/{case.video_id}/{what}")).json()
            assert found["source"] == "none"


# --- services that miss the event-----------------------------------------------------------------


async def test_a_detector_that_misses_the_deletion_is_fenced_off(tmp_path: Path, clock: FakeClock, clip: Path) -> None:
    async with a_case(tmp_path / "data", clock, clip) as case:
        system = case.system
        await case.streaming()
        await system.bus.by_name["detector.events"].pause()
        assert (await system.http.delete(f"/api/videos/{case.video_id}")).status_code == 204
        await system.passing(2)
        await system.bus.by_name["detector.events"].unbind(case.video_id)
        await system.bus.by_name["detector.events"].resume()

        await system.until(lambda: case.runs_active() == 0, "the detector to release the run")
        await system.until_no_orphans(case.video_id)


async def test_viewers_whose_gateway_misses_the_deletion_are_notified_all_the_same(
    tmp_path: Path, clock: FakeClock, clip: Path
) -> None:
    async with a_case(tmp_path / "data", clock, clip) as case:
        system = case.system
        await case.streaming()
        await system.bus.by_name["gateway.events"].close()  # as if its connection were lost, and its queue with it
        assert (await system.http.delete(f"/api/videos/{case.video_id}")).status_code == 204

        await system.until(lambda: "deleted" in case.watcher.states(), "the viewer's notification")
        await system.until(lambda: case.runs_active() == 0, "the detector to be idle")
        await system.until_no_orphans(case.video_id)


async def test_a_deletion_waits_for_an_unavailable_results_database(
    tmp_path: Path, clock: FakeClock, clip: Path
) -> None:
    async with a_case(tmp_path / "data", clock, clip) as case:
        system = case.system
        await case.persisted()
        database = system.configuration.aggregator.data_dir / "analytics.db"
        database.rename(database.with_suffix(".away"))
        await asyncio.to_thread(database.mkdir)  # a folder of its name: it cannot be opened
        assert (await system.http.delete(f"/api/videos/{case.video_id}")).status_code == 204
        await system.passing(300)
        await asyncio.to_thread(database.rmdir)
        database.with_suffix(".away").rename(database)

        await system.until_no_orphans(case.video_id)
        assert system.bus.dead_letters == []
