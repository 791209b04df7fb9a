"""The worker with fakes of its neighbours: a catalog with one video, an aggregator that keeps batches."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest
from prometheus_client import CollectorRegistry

from onwatch_contracts.channel import decode_frame
from onwatch_contracts.frame_formats import WantedFrames
from onwatch_contracts.http import Claim, ClaimRequest, Video, VideoStatus
from onwatch_contracts.messages import (
    DemandReleasedV1,
    DemandWantedV1,
    FramesWantedV1,
    Message,
    MetricsBatchV2,
    MetricsCommittedV1,
    MetricsRejectedV1,
    RunFailedV1,
    RunPausedV1,
    RunStartedV1,
    RunStartingV1,
    VideoDeletedV1,
)
from onwatch_contracts.site import Site
from onwatch_contracts.values import (
    Anchor,
    Checkpoint,
    Coverage,
    EngineChoice,
    Entered,
    Left,
    RunSettings,
    Totals,
    ZoneEvent,
)
from onwatch_counting.log import LoggedPicture, unpack
from onwatch_detector.context import RunContext
from onwatch_detector.detect.engines import Engine, ModelUnusable
from onwatch_detector.detect.models.engine_cache import EngineCache
from onwatch_detector.detect.sources import PerFrameSource
from onwatch_detector.detections import Detections, Picture
from onwatch_detector.errors import DecoderNotStarted, MediaUnavailable
from onwatch_detector.handlers import DEMAND, SUBSCRIPTIONS
from onwatch_detector.instruments import Instruments
from onwatch_detector.read import Decoder, DecoderFactory, Frame, InProcessDecoder, Position, VideoReader
from onwatch_detector.read.decoder import FileFrame
from onwatch_detector.settings import DetectorSettings
from onwatch_detector.work.clients import ClaimRefused
from onwatch_detector.work.run import StopReason
from onwatch_detector.work.worker import Worker
from onwatch_runtime.bus import PrivateQueue, Publisher, SharedQueue
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.errors import ServiceUnavailable
from onwatch_testkit.blob_engine import BlobEngine
from onwatch_testkit.clock import FakeClock, until
from onwatch_testkit.executors import InlineExecutor
from onwatch_testkit.ids import counting_ids

RUN_MESSAGES = (RunStartingV1, RunStartedV1, RunPausedV1, RunFailedV1)


@dataclass
class FakeVideos:
    video: Video | None
    requests: list[str] = field(default_factory=list)
    of_site: Site = field(default_factory=Site)

    async def get(self, video_id: str) -> Video | None:
        self.requests.append(video_id)
        return self.video if self.video and self.video.id == video_id else None

    async def site(self, video_id: str) -> Site:
        return self.of_site


@dataclass
class FakeRuns:
    """Grants every claim with the newest checkpoint and the next epoch."""

    run_no: int = 1
    epoch: int = 0
    next_batch_no: int = 1
    checkpoint: Checkpoint | None = None
    settings: RunSettings | None = None
    refusal: Exception | None = None

    requests: list[ClaimRequest] = field(default_factory=list)

    @property
    def run_id(self) -> str:
        return f"run-{self.run_no}"

    async def claim(self, video_id: str, request: ClaimRequest) -> Claim:
        self.requests.append(request)
        if self.refusal is not None:
            raise self.refusal
        self.epoch += 1
        if request.discard_run_id == self.run_id:
            self.run_no, self.next_batch_no, self.checkpoint, self.settings = self.run_no + 1, 1, None, None
        self.settings = self.settings or request.settings
        return Claim(
            run_id=self.run_id,
            epoch=self.epoch,
            next_batch_no=self.next_batch_no,
            checkpoint=self.checkpoint,
            settings=self.settings,
            lease_s=3.0,
        )


@dataclass
class WorkerTest:
    """A worker, and what it sent to its neighbours."""

    bus: MemoryBus
    clock: FakeClock
    publisher: Publisher
    worker: Worker
    videos: FakeVideos
    runs: FakeRuns
    instruments: Instruments
    published: list[Message] = field(default_factory=list)
    batches: list[MetricsBatchV2] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    commits: bool = True

    async def aggregate(self, message: Message) -> None:
        assert isinstance(message, MetricsBatchV2)
        if not self.commits or message.run_id != self.runs.run_id:
            return
        assert message.batch_no == self.runs.next_batch_no
        self.batches.append(message)
        self.runs.next_batch_no += 1
        self.runs.checkpoint = message.checkpoint
        await self.publisher.publish(
            MetricsCommittedV1,
            video_id=message.video_id,
            run_id=message.run_id,
            epoch=message.epoch,
            batch_no=message.batch_no,
            totals=Totals(),
            coverage=Coverage(),
        )

    async def receive(self, message: Message) -> None:
        self.published.append(message)

    async def receive_frame(self, video_id: str, body: bytes) -> None:
        self.frames.append(decode_frame(body)[0].frame_number)

    async def want(self, *, viewers: int = 1, source_id: str = "gateway-1", lifetime_s: float = 6.0) -> None:
        now = self.clock.now()
        await self.publisher.publish(
            DemandWantedV1,
            video_id="v",
            source_id=source_id,
            kind="viewers" if viewers else "analysis",
            viewers=viewers,
            requested_at=now,
            expires_at=now + timedelta(seconds=lifetime_s),
        )

    async def release(self, source_id: str = "gateway-1") -> None:
        await self.publisher.publish(DemandReleasedV1, video_id="v", source_id=source_id)

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        await until(self.clock, condition, what)

    def of_type(self, kind: type[Message]) -> list[Message]:
        return [message for message in self.published if isinstance(message, kind)]

    @property
    def events(self) -> list[ZoneEvent]:
        return [event for batch in self.batches for event in batch.events]

    @property
    def is_finished(self) -> bool:
        return bool(self.batches) and self.batches[-1].final


def video(clip: Path) -> Video:
    return Video(
        id="v",
        name="three",
        status=VideoStatus.READY,
        duration_s=3.0,
        fps=25,
        width=160,
        height=120,
        size_bytes=clip.stat().st_size,
        created_at=datetime.fromisoformat("2026-01-01T00:00:00Z"),
        thumbnail_url="/t",
        content_url="/c",
        anchor=Anchor.CENTER,
        engine=EngineChoice.MODEL,
        roi=((0, 0.2), (1, 0.2), (1, 0.8), (0, 0.8)),
        file_path=clip.name,
    )


@asynccontextmanager
async def worker_test(
    clip: Path,
    clock: FakeClock,
    bus: MemoryBus,
    *,
    runs: FakeRuns | None = None,
    open_engine: Callable[[], Engine] = BlobEngine,
    of: Video | None = None,
    open_decoder: DecoderFactory = InProcessDecoder,
    **settings: float,
) -> AsyncIterator[WorkerTest]:
    chosen = DetectorSettings(media_dir=clip.parent, **settings)
    publisher = Publisher(bus, clock, counting_ids())
    instruments = Instruments(CollectorRegistry())
    runs = runs or FakeRuns()
    context = RunContext(chosen, bus, publisher, clock, instruments, "worker-1", InlineExecutor, open_decoder)
    engines = EngineCache(open_engine, clock, chosen.notice_interval_s)
    videos = FakeVideos(of or video(clip))
    worker = Worker(context, videos, runs, engines)
    test = WorkerTest(bus, clock, publisher, worker, videos, runs, instruments)
    await bus.subscribe(SharedQueue("batches", (MetricsBatchV2,), ordered=True), test.aggregate)
    await bus.subscribe(PrivateQueue("listener", RUN_MESSAGES), test.receive)
    frames = await bus.subscribe_frames(test.receive_frame, capacity=1000)
    await frames.bind("v")
    (event_queue, on_event), (demand_queue, on_demand) = SUBSCRIPTIONS
    worker.receive_events(await bus.subscribe(event_queue, partial(on_event, worker)))
    await worker.take_from(await bus.subscribe(demand_queue, partial(on_demand, worker)))
    yield test
    await worker.stop()
    await bus.close()


async def test_a_watched_video_is_processed_to_its_end(clip: Path, clock: FakeClock, memory_bus: MemoryBus) -> None:
    async with worker_test(clip, clock, memory_bus) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: test.is_finished, "the final batch")
        entered = [event for event in test.events if isinstance(event, Entered)]
        left = [event for event in test.events if isinstance(event, Left)]
        assert [event.vehicle_type for event in entered] == ["car", "truck", "bus"]
        assert [event.vehicle_id for event in left] == [1, 2, 3]
        assert test.frames == list(range(75))
        assert test.batches[-1].checkpoint.position_s == pytest.approx(3.0)


async def test_demand_waiting_in_the_queue_is_taken_as_soon_as_the_worker_starts(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    async def nobody(message: Message) -> None:
        """Only declares the queue."""

    await (await memory_bus.subscribe(DEMAND, nobody)).close()
    publisher = Publisher(memory_bus, clock, counting_ids("demand"))
    await publisher.publish(
        DemandWantedV1,
        video_id="v",
        source_id="gateway-1",
        kind="viewers",
        viewers=1,
        requested_at=clock.now(),
        expires_at=clock.now() + timedelta(seconds=60),
    )
    async with worker_test(clip, clock, memory_bus, slots=1) as test:
        await test.until(lambda: test.is_finished, "the final batch")


async def test_watching_keeps_the_pace_of_the_video(clip: Path, clock: FakeClock, memory_bus: MemoryBus) -> None:
    async with worker_test(clip, clock, memory_bus) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: bool(test.frames), "the first frame")
        began_s = clock.monotonic()
        await test.until(lambda: test.is_finished, "the final batch")
        assert clock.monotonic() - began_s == pytest.approx(74 / 25, abs=0.2)


async def test_an_analysis_runs_as_fast_as_it_can_and_sends_no_frame(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    async with worker_test(clip, clock, memory_bus) as test:
        await test.want(viewers=0, lifetime_s=60)
        await test.until(lambda: test.is_finished, "the final batch")
        assert clock.monotonic() < 1.0
        assert test.frames == []
        assert memory_bus.frames_carried == 0


async def test_the_frames_that_viewers_can_show_are_sent_in_place_of_the_default(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    small: list[int] = []

    async def receive(_: str, body: bytes) -> None:
        small.append(decode_frame(body)[0].frame_number)

    consumer = await memory_bus.subscribe_frames(receive, capacity=1000)
    await consumer.bind("v.jpeg.320")
    async with worker_test(clip, clock, memory_bus) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: bool(test.frames), "the first frame")
        await test.publisher.publish(
            FramesWantedV1,
            video_id="v",
            source_id="gateway-1",
            formats=(WantedFrames(largest_side=320),),
            expires_at=clock.now() + timedelta(seconds=60),
        )
        await test.until(lambda: test.is_finished, "the final batch")
    assert small == list(range(small[0], 75))
    assert small[0] < 10
    assert len(test.frames) <= small[0] + 3, "one each second for gateways of an earlier release"


def logged(batches: list[MetricsBatchV2]) -> list[LoggedPicture]:
    packed = (base64.b64decode(batch.detections) for batch in batches if batch.detections)
    return [picture for chunk in packed for picture in unpack(chunk)]


async def test_a_run_that_leaves_frames_out_sends_them_all_and_has_the_same_log_if_it_is_paused(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    async with worker_test(clip, clock, memory_bus, moving_interval_s=0.2, linger_s=0.1) as paused:
        await paused.want(lifetime_s=60)
        await paused.until(lambda: len(paused.frames) > 30, "the first second")
        await paused.release()
        await paused.until(lambda: bool(paused.of_type(RunPausedV1)), "the pause")
        await paused.want(lifetime_s=60)
        await paused.until(lambda: paused.is_finished, "the end")
    async with worker_test(clip, clock, MemoryBus(clock), moving_interval_s=0.2) as whole:
        await whole.want(lifetime_s=60)
        await whole.until(lambda: whole.is_finished, "the undisturbed end")
    for number, batch in enumerate(paused.batches):
        assert batch.checkpoint.next_frame == len(logged(paused.batches[: number + 1]))
    assert paused.events == whole.events
    assert logged(paused.batches) == logged(whole.batches)
    assert whole.frames == list(range(75))
    assert whole.instruments.frames_still._value.get() == sum(not each.is_inferred for each in logged(whole.batches))


class HeldFrames(InProcessDecoder):
    """How far behind the newest frame somebody holds one: a decoder in a process keeps all frames from that one on."""

    furthest = 0

    def reader(self, position: Position, taken_per_second: float = 0.0, *, on_demand: bool = False) -> VideoReader:
        reader = super().reader(position, taken_per_second, on_demand=on_demand)
        read, frames = reader.read, WeakSet[Frame]()

        def counted() -> FileFrame | None:
            if (frame := read()) is not None:
                frames.add(frame)
                HeldFrames.furthest = max(HeldFrames.furthest, frame.number - min(each.number for each in frames))
            return frame

        reader.read = counted  # type: ignore[method-assign]
        return reader


async def test_a_run_lets_go_of_frames_that_are_processed(clip: Path, clock: FakeClock, memory_bus: MemoryBus) -> None:
    async with worker_test(clip, clock, memory_bus, open_decoder=HeldFrames, still_interval_s=1.0) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: test.is_finished, "the end")
    assert 1 <= HeldFrames.furthest <= 5


async def test_watched_or_not_the_events_are_the_same(clip: Path, clock: FakeClock, memory_bus: MemoryBus) -> None:
    async with worker_test(clip, clock, memory_bus) as watched:
        await watched.want(lifetime_s=60)
        await watched.until(lambda: watched.is_finished, "the watched end")
    other_bus = MemoryBus(clock)
    async with worker_test(clip, clock, other_bus) as unwatched:
        await unwatched.want(viewers=0, lifetime_s=60)
        await unwatched.until(lambda: unwatched.is_finished, "the unwatched end")
    assert watched.events == unwatched.events


async def test_the_last_viewer_leaves_and_the_work_stops_after_the_linger(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    async with worker_test(clip, clock, memory_bus, linger_s=0.5) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: len(test.frames) >= 10, "ten frames")
        await test.release()
        left_at_s = clock.monotonic()
        await test.until(lambda: bool(test.of_type(RunPausedV1)), "the pause")
        assert clock.monotonic() - left_at_s <= 0.5 + 0.5
        assert test.batches[-1].releases
        decoded = test.instruments.frames_decoded._value.get()
        await clock.advance(30)
        assert test.instruments.frames_decoded._value.get() == decoded


@pytest.mark.parametrize("frames_seen", [3, 20, 33, 50, 70])
async def test_a_resumed_run_has_the_same_events_as_an_undisturbed_one(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus, frames_seen: int
) -> None:
    async with worker_test(clip, clock, memory_bus) as undisturbed:
        await undisturbed.want(viewers=0, lifetime_s=60)
        await undisturbed.until(lambda: undisturbed.is_finished, "the end")
    async with worker_test(clip, clock, MemoryBus(clock), linger_s=0) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: len(test.frames) >= frames_seen, "some frames")
        await test.release()
        await test.until(lambda: bool(test.of_type(RunPausedV1)), "the pause")
        await test.want(viewers=0, lifetime_s=60)
        await test.until(lambda: test.is_finished, "the end after the pause")
        assert test.runs.epoch == 2
        assert [started.resumed for started in test.of_type(RunStartedV1)] == [False, True]
        assert test.events == undisturbed.events
        assert test.instruments.frames_decoded._value.get() == 75


async def test_a_rejected_batch_makes_the_worker_give_up_the_run(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    async with worker_test(clip, clock, memory_bus) as test:
        await test.want(lifetime_s=3)
        await test.until(lambda: len(test.batches) >= 2, "two batches")
        sent = len(test.batches)
        await test.publisher.publish(
            MetricsRejectedV1, video_id="v", run_id="run-1", epoch=1, batch_no=2, reason="stale_epoch"
        )
        await test.until(lambda: test.worker.run_of("v") is None, "the slot to be free")
        assert test.instruments.runs_lost._value.get() == 1
        assert len(test.batches) <= sent + 1
        assert not test.of_type(RunPausedV1)


async def test_a_rejection_for_an_older_epoch_is_ignored(clip: Path, clock: FakeClock, memory_bus: MemoryBus) -> None:
    async with worker_test(clip, clock, memory_bus, runs=FakeRuns(epoch=4)) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: len(test.batches) >= 2, "two batches")
        await test.publisher.publish(
            MetricsRejectedV1, video_id="v", run_id="run-1", epoch=4, batch_no=2, reason="stale_epoch"
        )
        await test.until(lambda: test.is_finished, "the end all the same")


async def test_without_acknowledgements_the_worker_waits_and_then_gives_up_the_run(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    async with worker_test(clip, clock, memory_bus, acknowledgement_timeout_s=5, max_batches_in_flight=2) as test:
        test.commits = False
        await test.want(lifetime_s=60)
        await test.until(lambda: test.instruments.runs_lost._value.get() == 1, "the run to be given up")
        assert 5.0 <= clock.monotonic() < 7.0
        assert test.instruments.frames_decoded._value.get() < 30


async def test_a_run_is_active_from_its_granted_claim_to_its_end(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    runs = FakeRuns(refusal=ClaimRefused("run_leased", "leased for 2.0 s more"))
    async with worker_test(clip, clock, memory_bus, runs=runs) as test:
        active = test.instruments.runs_active._value
        await test.want()
        await test.until(lambda: bool(runs.requests), "the claim")
        assert active.get() == 0
        runs.refusal = None
        await test.want(lifetime_s=60)
        await test.until(lambda: bool(test.frames), "a frame")
        assert active.get() == 1
        await test.until(lambda: not test.worker.is_busy, "the end")
        assert active.get() == 0


async def test_a_run_is_restarted_at_most_twice(clip: Path, clock: FakeClock, memory_bus: MemoryBus) -> None:
    @dataclass
    class Damaging(FakeRuns):
        """Grants every run with a checkpoint that cannot be used."""

        async def claim(self, video_id: str, request: ClaimRequest) -> Claim:
            claim = await super().claim(video_id, request)
            return claim.model_copy(
                update={"checkpoint": Checkpoint(next_frame=30, position_s=1.2, state={"version": 99})}
            )

    async with worker_test(clip, clock, memory_bus, runs=Damaging()) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: bool(test.of_type(RunFailedV1)), "the failure")
        assert [request.discard_run_id for request in test.runs.requests] == [None, "run-1", "run-2"]


async def test_a_video_leased_by_another_worker_is_left_alone(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    runs = FakeRuns(refusal=ClaimRefused("run_leased", "leased for 2.0 s more"))
    async with worker_test(clip, clock, memory_bus, runs=runs) as test:
        await test.want()
        await clock.advance(1)
        assert test.batches == []
        assert not test.of_type(RunStartedV1)
        runs.refusal = None
        await test.want(lifetime_s=60)
        await test.until(lambda: test.is_finished, "the end, once the run was free")


async def test_an_unavailable_aggregator_is_tried_again_at_the_next_heartbeat(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    runs = FakeRuns(refusal=ServiceUnavailable("refused"))
    async with worker_test(clip, clock, memory_bus, runs=runs) as test:
        await test.want()
        await clock.advance(2)
        assert not test.of_type(RunFailedV1)
        runs.refusal = None
        await test.want(lifetime_s=60)
        await test.until(lambda: test.is_finished, "the end")


async def test_a_deleted_video_stops_at_once_and_publishes_nothing_more(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    async with worker_test(clip, clock, memory_bus) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: len(test.frames) >= 5, "five frames")
        await test.publisher.publish(VideoDeletedV1, video_id="v")
        await test.until(lambda: test.worker.run_of("v") is None, "the slot to be free")
        assert not test.of_type(RunPausedV1)
        assert len(test.frames) < 20


async def test_a_video_deleted_while_the_model_is_loaded_is_not_claimed(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    loaded = threading.Event()

    def slow() -> Engine:
        assert loaded.wait(timeout=60)
        return BlobEngine()

    async with worker_test(clip, clock, memory_bus, open_engine=slow) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: bool(test.of_type(RunStartingV1)), "the model to be loaded")
        await test.publisher.publish(VideoDeletedV1, video_id="v")
        await test.bus.settle()
        loaded.set()
        await test.until(lambda: not test.worker.is_busy, "the slot to be free")
        assert test.runs.requests == []


async def test_the_failure_of_a_deleted_video_is_not_published(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    class Deleting(FakeRuns):
        """Grants the run of a video that is deleted at the same time."""

        async def claim(self, video_id: str, request: ClaimRequest) -> Claim:
            await test.publisher.publish(VideoDeletedV1, video_id=video_id)
            await clock.advance(0.1)
            return await super().claim(video_id, request)

    gone = video(clip).model_copy(update={"file_path": "gone.mp4"})
    async with worker_test(clip, clock, memory_bus, runs=Deleting(), of=gone) as test:
        await test.want()
        await test.until(lambda: bool(test.runs.requests), "the claim")
        await test.until(lambda: not test.worker.is_busy, "the slot to be free")
        assert not test.of_type(RunFailedV1)


async def test_a_shutdown_commits_where_it_stands(clip: Path, clock: FakeClock, memory_bus: MemoryBus) -> None:
    async with worker_test(clip, clock, memory_bus) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: len(test.frames) >= 20, "twenty frames")
        stopping = asyncio.ensure_future(test.worker.stop())
        await test.until(stopping.done, "the worker to stop")
        await test.until(lambda: bool(test.of_type(RunPausedV1)), "the pause")
        assert test.batches[-1].releases
        assert test.batches[-1].checkpoint.next_frame >= 20


async def test_a_missing_file_is_a_failure_with_its_reason(clip: Path, clock: FakeClock, memory_bus: MemoryBus) -> None:
    gone = video(clip).model_copy(update={"file_path": "gone.mp4"})
    async with worker_test(clip, clock, memory_bus, of=gone) as test:
        await test.want()
        await test.until(lambda: bool(test.of_type(RunFailedV1)), "the failure")
        failed = test.of_type(RunFailedV1)[0]
        assert isinstance(failed, RunFailedV1)
        assert (failed.code, failed.run_id) == ("video_unreadable", "run-1")
        assert "gone.mp4" in failed.reason
        await test.until(lambda: bool(test.batches), "the release")
        assert test.batches[-1].releases


async def test_a_lack_of_processes_fails_the_attempt_and_not_the_video(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    attempts: list[Path] = []

    def open_decoder(path: Path, *given: Any) -> Decoder:
        attempts.append(path)
        if len(attempts) == 1:
            raise DecoderNotStarted(path.name, "too many processes")
        return InProcessDecoder(path, *given)

    async with worker_test(clip, clock, memory_bus, open_decoder=open_decoder) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: bool(test.batches), "the release")
        assert test.batches[-1].releases
        await test.until(lambda: not test.worker.is_busy, "the slot to be free")
        await test.want(lifetime_s=60)
        await test.until(lambda: test.is_finished, "the end, by the next demand")
        assert not test.of_type(RunFailedV1)


async def test_a_store_that_is_away_fails_the_attempt_and_not_the_video(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    attempts: list[Path] = []

    def open_decoder(path: Path, *given: Any) -> Decoder:
        attempts.append(path)
        if len(attempts) == 1:
            raise MediaUnavailable(OSError("refused"))
        return InProcessDecoder(path, *given)

    async with worker_test(clip, clock, memory_bus, open_decoder=open_decoder) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: bool(test.batches), "the release")
        assert test.batches[-1].releases
        await test.until(lambda: not test.worker.is_busy, "the slot to be free")
        await test.want(lifetime_s=60)
        await test.until(lambda: test.is_finished, "the end, by the next demand")
        assert not test.of_type(RunFailedV1)


async def test_a_run_with_an_unreadable_checkpoint_is_restarted(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[PerFrameSource] = []
    monkeypatch.setattr(PerFrameSource, "close", lambda source: closed.append(source))
    damaged = Checkpoint(next_frame=30, position_s=1.2, state={"version": 99})
    async with worker_test(clip, clock, memory_bus, runs=FakeRuns(next_batch_no=5, checkpoint=damaged)) as test:
        await test.want(viewers=0, lifetime_s=60)
        await test.until(lambda: test.is_finished, "the end")
        assert [request.discard_run_id for request in test.runs.requests] == [None, "run-1"]
        assert not test.of_type(RunFailedV1)
        assert [(started.run_id, started.resumed) for started in test.of_type(RunStartedV1)] == [("run-2", False)]
        assert test.batches[-1].run_id == "run-2"
        assert [event.vehicle_id for event in test.events if isinstance(event, Left)] == [1, 2, 3]
    assert len(closed) == 2, "also the source of the run that could not begin"


class BlindEngine(BlobEngine):
    name = "blind"

    def detect(self, picture: Picture) -> Detections:
        self.pictures_seen += 1
        return Detections.none()


async def test_automatic_restarts_with_motion_if_the_model_sees_almost_nothing(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    of = video(clip).model_copy(update={"engine": EngineChoice.AUTO})
    async with worker_test(clip, clock, memory_bus, open_engine=BlindEngine, of=of) as test:
        await test.want(viewers=0, lifetime_s=60)
        await test.until(lambda: test.is_finished, "the end")
        assert [(each.discard_run_id, each.settings.detector_model) for each in test.runs.requests] == [
            (None, "blind"),
            ("run-1", "motion"),
        ]
        assert [started.detector_model for started in test.of_type(RunStartedV1)] == ["motion"]
        left = [event for event in test.events if isinstance(event, Left)]
        assert [event.vehicle_type for event in left] == ["vehicle"] * 3


async def test_a_model_that_was_chosen_is_kept_and_the_run_suggests_motion(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    async with worker_test(clip, clock, memory_bus, open_engine=BlindEngine) as test:
        await test.want(viewers=0, lifetime_s=60)
        await test.until(lambda: test.is_finished, "the end")
        claimed = [(each.settings.detector_model, each.settings.suggested_engine) for each in test.runs.requests]
        assert claimed == [("blind", None), ("blind", EngineChoice.MOTION)]
        assert test.events == []


async def test_motion_needs_no_model(clip: Path, clock: FakeClock, memory_bus: MemoryBus) -> None:
    def broken() -> Engine:
        raise ModelUnusable(Path("m.onnx"), "there is no such file")

    of = video(clip).model_copy(update={"engine": EngineChoice.MOTION})
    async with worker_test(clip, clock, memory_bus, open_engine=broken, of=of) as test:
        await test.want(viewers=0, lifetime_s=60)
        await test.until(lambda: test.is_finished, "the end")
        assert len([event for event in test.events if isinstance(event, Left)]) == 3


@pytest.mark.parametrize("frames_seen", [3, 33, 60])
async def test_a_run_by_motion_that_was_paused_has_the_same_events_as_an_undisturbed_one(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus, frames_seen: int
) -> None:
    of = video(clip).model_copy(update={"engine": EngineChoice.MOTION})
    async with worker_test(clip, clock, memory_bus, of=of) as undisturbed:
        await undisturbed.want(viewers=0, lifetime_s=60)
        await undisturbed.until(lambda: undisturbed.is_finished, "the end")
    async with worker_test(clip, clock, MemoryBus(clock), of=of, linger_s=0) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: len(test.frames) >= frames_seen, "some frames")
        await test.release()
        await test.until(lambda: bool(test.of_type(RunPausedV1)), "the pause")
        await test.want(viewers=0, lifetime_s=60)
        await test.until(lambda: test.is_finished, "the end after the pause")
        assert test.runs.epoch == 2
        assert test.events == undisturbed.events


async def test_long_work_before_the_first_frame_is_interrupted_and_the_run_released(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    of = video(clip).model_copy(update={"engine": EngineChoice.AUTO})
    stopped: list[asyncio.Future[None]] = []

    class StoppedEngine(BlindEngine):
        """Stops the worker while it checks the model."""

        def detect(self, picture: Picture) -> Detections:
            if not stopped:
                stopped.append(asyncio.ensure_future(test.worker.stop()))
                test.worker._slots["v"].stop(StopReason.SHUTDOWN)
            return super().detect(picture)

    async with worker_test(clip, clock, memory_bus, open_engine=StoppedEngine, of=of) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: bool(test.of_type(RunPausedV1)), "the pause")
        assert test.batches[-1].releases
        assert test.batches[-1].checkpoint.next_frame == 0
        assert not test.of_type(RunFailedV1)
        assert len(test.runs.requests) == 1
        await test.until(stopped[0].done, "the worker to stop")


async def test_a_model_that_cannot_be_used_is_a_failure_before_any_claim(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    def broken() -> Engine:
        raise ModelUnusable(Path("m.onnx"), "there is no such file")

    async with worker_test(clip, clock, memory_bus, open_engine=broken) as test:
        await test.want()
        await test.until(lambda: bool(test.of_type(RunFailedV1)), "the failure")
        failed = test.of_type(RunFailedV1)[0]
        assert isinstance(failed, RunFailedV1)
        assert (failed.code, failed.run_id) == ("model_unusable", None)
        assert test.runs.epoch == 0


async def test_a_full_worker_takes_nothing_more_until_a_slot_is_free(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    async with worker_test(clip, clock, memory_bus, slots=1, linger_s=0) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: len(test.frames) >= 2, "frames")
        other = DemandWantedV1(
            message_id="m",
            occurred_at=clock.now(),
            video_id="other",
            source_id="gateway-1",
            kind="viewers",
            viewers=1,
            requested_at=clock.now(),
            expires_at=clock.now() + timedelta(seconds=6),
        )
        await memory_bus.publish(other)
        await clock.advance(0.2)
        assert test.videos.requests == ["v"]
        await test.release()
        await test.until(lambda: test.videos.requests == ["v", "other"], "the other demand to be taken")


async def test_frames_are_sampled_as_configured_and_the_run_says_so(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    async with worker_test(clip, clock, memory_bus, analysed_fps=5) as test:
        await test.want(viewers=0, lifetime_s=60)
        await test.until(lambda: test.is_finished, "the final batch")
        assert test.runs.requests[0].settings.analysed_fps == 5
        assert test.instruments.frames_decoded._value.get() == 15
        assert test.batches[-1].checkpoint.position_s == pytest.approx(3.0)


async def test_a_resumed_run_keeps_its_frame_sampling(clip: Path, clock: FakeClock, memory_bus: MemoryBus) -> None:
    begun = RunSettings(duration_s=3.0, frames_per_second=25, detector_model="blobs", analysed_fps=12.5)
    async with worker_test(clip, clock, memory_bus, runs=FakeRuns(settings=begun), analysed_fps=5) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: test.is_finished, "the final batch")
        assert test.frames == list(range(0, 75, 2))


async def test_viewers_get_at_most_the_configured_frames_and_every_frame_is_analysed(
    clip: Path, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    async with worker_test(clip, clock, memory_bus, frame_max_fps=12.5) as test:
        await test.want(lifetime_s=60)
        await test.until(lambda: test.is_finished, "the final batch")
        assert test.frames == list(range(0, 75, 2))
        assert test.instruments.frames_decoded._value.get() == 75
