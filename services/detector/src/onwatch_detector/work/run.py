"""A worker's hold on one run: from the claim to the pause, the end, or the loss of it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal, TypeVar

from onwatch_contracts.http import Claim
from onwatch_contracts.messages import MetricsBatchV1, RunPausedV1, RunStartedV1, RunStartingV1
from onwatch_contracts.values import Checkpoint, ZoneEvent
from onwatch_detector.detect.source import DetectionSourceFactory, Interrupted
from onwatch_detector.errors import RunLost
from onwatch_detector.instruments import Instruments
from onwatch_detector.publish.frame_encoding import encode_view
from onwatch_detector.publish.pacing import Pace, keep_pace
from onwatch_detector.read.decoder import Frame
from onwatch_detector.read.sampling import is_taken
from onwatch_detector.settings import DetectorSettings
from onwatch_detector.work.demand import DemandLedger
from onwatch_detector.work.pipeline import Pipeline, Step
from onwatch_runtime.bus import Bus, Publisher
from onwatch_runtime.clock import Clock
from onwatch_runtime.process.waiting import done_within, happens_within

log = logging.getLogger(__name__)

T = TypeVar("T")
NOTHING_YET = Checkpoint(next_frame=0, position_s=0.0, state={})


class Stop(Enum):
    """Why a run is told to stop before its end."""

    SHUTDOWN = "shutdown"
    DELETED = "deleted"


@dataclass(frozen=True)
class RunContext:
    """What every run of a worker works with."""

    settings: DetectorSettings
    bus: Bus
    publisher: Publisher
    clock: Clock
    instruments: Instruments
    worker_id: str
    new_thread: Callable[[], Executor]
    """Where blocking work of a run is done: one call at a time, in order."""


class Run:
    """Decodes, counts and commits while there is demand.

    Everything blocking happens in threads of its own. A batch is sent about four times a second, events and
    checkpoint together; at most `max_batches_in_flight` wait for proof.
    """

    def __init__(
        self,
        context: RunContext,
        video_id: str,
        path: Path,
        claim: Claim,
        open_source: DetectionSourceFactory,
        demand: DemandLedger,
    ) -> None:
        self._context = context
        self._video_id = video_id
        self._path = path
        self._claim = claim
        self._open_source = open_source
        self._is_given_up = threading.Event()
        self._demand = demand
        self._thread = context.new_thread()
        self._events: list[ZoneEvent] = []
        self._checkpoint = claim.checkpoint or NOTHING_YET
        self._next_batch_no = claim.next_batch_no
        self._unproven: deque[tuple[int, float]] = deque()  # batch number, when it was sent
        self._proof = asyncio.Event()
        self._lost: str | None = None
        self._stop: Stop | None = None
        self._batch_due_s = self._context.clock.monotonic()
        self._pace: Pace | None = None
        self._shown_s: float | None = None  # video time of the frame that viewers saw last

    @property
    def run_id(self) -> str:
        return self._claim.run_id

    # --- what others tell it ---------------------------------------------------------------------

    def committed(self, run_id: str, epoch: int, batch_no: int) -> None:
        """Proof: every batch up to this one is in."""
        if (run_id, epoch) != (self._claim.run_id, self._claim.epoch):
            return
        while self._unproven and self._unproven[0][0] <= batch_no:
            self._unproven.popleft()
        self._proof.set()

    def rejected(self, run_id: str, epoch: int, reason: str) -> None:
        if (run_id, epoch) == (self._claim.run_id, self._claim.epoch):
            self._lost = f"batch rejected: {reason}"
            self._proof.set()

    def stop(self, why: Stop) -> None:
        self._stop = why
        self._is_given_up.set()
        self._proof.set()

    # --- its life --------------------------------------------------------------------------------

    async def work(self) -> None:
        """Process until the end of the video, the end of demand, a stop, or the loss of the run (`RunLost`).

        A `RunFailure` says why the video cannot be processed; the run is released first.
        """
        pipeline: Pipeline | None = None
        try:
            pipeline = await self._tended(self._open, phase="loading")
            first = await self._tended(pipeline.step, phase="seeking")
            await self._announce_start()
            await self._process(pipeline, first)
        except RunLost:
            raise
        except Interrupted:
            self._events = []  # they belong to a checkpoint that is not to come
            await self._pause(self._checkpoint)
        except Exception:
            await self._release()
            raise
        finally:
            if pipeline is not None:
                await self._in_thread(pipeline.close)
            self._thread.shutdown(wait=False)

    def _open(self) -> Pipeline:
        sight = self._open_source(self._is_given_up.is_set)
        return Pipeline(self._path, self._claim.settings, sight, self._claim.checkpoint, self._context.new_thread)

    async def _announce_start(self) -> None:
        await self._context.publisher.announce(
            RunStartedV1,
            video_id=self._video_id,
            run_id=self._claim.run_id,
            epoch=self._claim.epoch,
            worker_id=self._context.worker_id,
            resumed=self._claim.checkpoint is not None,
            position_s=self._checkpoint.position_s,
            detector_model=self._claim.settings.detector_model,
        )

    async def _process(self, pipeline: Pipeline, step: Step | None) -> None:
        while step is not None:
            self._context.instruments.frames_decoded.inc()
            self._events.extend(step.events)
            await self._show(step)
            if self._is_unwanted():
                await self._pause(pipeline.checkpoint())
                return
            await self._commit_when_due(pipeline)
            await self._wait_for_room()
            step = await self._in_thread(pipeline.step)
        self._events.extend(pipeline.finish())
        await self._send(pipeline.checkpoint(), final=True)
        await self._wait_for_all_proof()

    def _is_unwanted(self) -> bool:
        return self._stop is not None or self._demand.is_over(self._context.clock.monotonic())

    async def _pause(self, checkpoint: Checkpoint) -> None:
        """Commit where it stands and let the run go."""
        if self._stop is Stop.DELETED:
            return
        await self._send(checkpoint, releases=True)
        await self._wait_for_all_proof()
        await self._announce_pause("shutdown" if self._stop is Stop.SHUTDOWN else "no_demand")

    async def _announce_pause(self, reason: Literal["no_demand", "shutdown"]) -> None:
        await self._context.publisher.announce(
            RunPausedV1,
            video_id=self._video_id,
            run_id=self._claim.run_id,
            epoch=self._claim.epoch,
            position_s=self._checkpoint.position_s,
            reason=reason,
        )

    # --- viewers ---------------------------------------------------------------------------------

    async def _show(self, step: Step) -> None:
        """Wait until the frame is due, unless nobody watches, and send it to whoever does."""
        clock = self._context.clock
        if self._demand.is_unpaced(clock.monotonic()):
            self._pace = None
            return
        body = await self._in_thread(lambda: self._encode(step)) if self._is_worth_showing(step.frame) else None
        await self._wait_until_due(step.frame.timestamp_s)
        if body is not None:
            self._shown_s = step.frame.timestamp_s
            await self._context.bus.publish_frame(self._video_id, body)
            self._context.instruments.frames_published.inc()

    def _is_worth_showing(self, frame: Frame) -> bool:
        is_watched = self._demand.viewers(self._context.clock.monotonic()) > 0
        return is_watched and is_taken(frame.timestamp_s, self._shown_s, self._context.settings.frame_max_fps)

    async def _wait_until_due(self, at_s: float) -> None:
        clock, settings = self._context.clock, self._context.settings
        self._pace = keep_pace(self._pace, at_s, clock.monotonic(), max_lag_s=settings.max_lag_s)
        while not self._is_unwanted() and (delay_s := self._pace.delay_s(at_s, clock.monotonic())) > 0:
            # In slices, so that a long gap between frames neither lets the lease end nor hides a stop.
            await clock.sleep(min(delay_s, settings.batch_interval_s))
            await self._renew_when_due()

    def _encode(self, step: Step) -> bytes:
        settings = self._context.settings
        return encode_view(
            step.frame,
            step.boxes,
            video_id=self._video_id,
            run_id=self._claim.run_id,
            max_width=settings.frame_max_width,
            quality=settings.jpeg_quality,
        )

    # --- commits ---------------------------------------------------------------------------------

    async def _in_thread(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    async def _tended(self, job: Callable[[], T], phase: Literal["loading", "seeking"]) -> T:
        """Do what may take long before the first frame; meanwhile keep the lease and say that we are at it.

        Once frames flow, nothing keeps the lease but progress: a decoder that hangs loses the run to another worker.
        """
        work = asyncio.ensure_future(self._in_thread(job))
        await self._notice(phase)
        while not await done_within(work, self._context.settings.notice_interval_s, self._context.clock):
            if self._is_unwanted():
                self._is_given_up.set()
            await self._renew()
            await self._notice(phase)
        return work.result()

    async def _notice(self, phase: Literal["loading", "seeking"]) -> None:
        worker_id = self._context.worker_id
        await self._context.publisher.announce(RunStartingV1, video_id=self._video_id, worker_id=worker_id, phase=phase)

    async def _commit_when_due(self, pipeline: Pipeline) -> None:
        if self._context.clock.monotonic() >= self._batch_due_s:
            await self._send(pipeline.checkpoint())

    async def _renew_when_due(self) -> None:
        if self._context.clock.monotonic() >= self._batch_due_s + self._context.settings.notice_interval_s:
            await self._renew()

    async def _renew(self) -> None:
        """Keep the lease with a batch that changes nothing: the last checkpoint, no events.

        Events since that checkpoint wait for the next one, which they belong to.
        """
        events, self._events = self._events, []
        await self._send(self._checkpoint)
        self._events = events

    async def _release(self) -> None:
        """Let the run go as it last was, as far as the bus still takes it."""
        try:
            self._events = []
            await self._send(self._checkpoint, releases=True)
        except RunLost as error:
            log.info("run %s of video %s could not be released: %s", self._claim.run_id, self._video_id, error)

    async def _send(self, checkpoint: Checkpoint, *, releases: bool = False, final: bool = False) -> None:
        self._raise_if_lost()
        await self._context.publisher.publish(
            MetricsBatchV1,
            video_id=self._video_id,
            run_id=self._claim.run_id,
            epoch=self._claim.epoch,
            batch_no=self._next_batch_no,
            events=tuple(self._events),
            checkpoint=checkpoint,
            releases=releases,
            final=final,
        )
        now_s = self._context.clock.monotonic()
        self._unproven.append((self._next_batch_no, now_s))
        self._next_batch_no += 1
        self._checkpoint = checkpoint
        self._events = []
        self._batch_due_s = now_s + self._context.settings.batch_interval_s

    async def _wait_for_room(self) -> None:
        await self._wait_until_at_most(self._context.settings.max_batches_in_flight - 1)

    async def _wait_for_all_proof(self) -> None:
        await self._wait_until_at_most(0)

    async def _wait_until_at_most(self, unproven: int) -> None:
        """Wait until no more than so many batches lack proof; `RunLost` when it stays out."""
        while len(self._unproven) > unproven:
            self._raise_if_lost()
            self._proof.clear()
            sent_at_s = self._unproven[0][1]
            left_s = sent_at_s + self._context.settings.proof_timeout_s - self._context.clock.monotonic()
            if left_s <= 0:
                raise RunLost(
                    f"no proof of batch {self._unproven[0][0]} for {self._context.settings.proof_timeout_s} s"
                )
            await happens_within(self._proof.wait(), left_s, self._context.clock)
        self._raise_if_lost()

    def _raise_if_lost(self) -> None:
        if self._lost is not None:
            raise RunLost(self._lost)
