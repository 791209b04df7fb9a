"""A worker: takes demand while it has a free slot, and runs one video in each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from onwatch_contracts.http import Claim, ClaimRequest, Video
from onwatch_contracts.messages import DemandWantedV1, RunFailedV1, RunStartingV1
from onwatch_contracts.values import EngineChoice
from onwatch_detector.detect.choice import Detection, ModelSeesLittle
from onwatch_detector.detect.engine_cache import EngineCache
from onwatch_detector.detect.engines import ModelUnusable
from onwatch_detector.detect.model_check import ModelChecks
from onwatch_detector.errors import CheckpointUnreadable, RunFailure, RunLost
from onwatch_detector.work.clients import ClaimRefused, Runs, ServiceUnavailable, Videos
from onwatch_detector.work.demand import DemandLedger
from onwatch_detector.work.run import Run, RunContext, Stop
from onwatch_runtime.bus import BusUnavailable, Consumer

log = logging.getLogger(__name__)


@dataclass
class Slot:
    """A video that this worker has taken; `run` is there once it is claimed."""

    demand: DemandLedger
    task: asyncio.Task[None] | None = None
    run: Run | None = None
    stop: Stop | None = None


class Worker:
    """Slots and what happens in them. The consumers are given as they come: `listen`, then `take_from`."""

    def __init__(self, context: RunContext, videos: Videos, runs: Runs, house: EngineCache) -> None:
        self._context = context
        self._videos = videos
        self._runs = runs
        self._house = house
        self._checks = ModelChecks()
        self._slots: dict[str, Slot] = {}
        self._takes: Consumer | None = None
        self._listens: Consumer | None = None
        self._stopping = False

    def listen(self, news: Consumer) -> None:
        """Where it hears of the videos in its slots; has to be there before the first wish is taken."""
        self._listens = news

    async def take_from(self, demand: Consumer) -> None:
        """The shared queue of demand, to be paused while every slot is taken; its first wish may be here already."""
        self._takes = demand
        if self._is_full():
            await demand.pause()

    async def stop(self) -> None:
        """Take nothing more, let every run commit and go."""
        self._stopping = True
        for slot in self._slots.values():
            self._tell_to_stop(slot, Stop.SHUTDOWN)
        await asyncio.gather(*(slot.task for slot in self._slots.values() if slot.task is not None))

    # --- what it hears ---------------------------------------------------------------------------

    async def take(self, wish: DemandWantedV1) -> None:
        """Take the video into a free slot. The message is done with at once: the heartbeat repeats it."""
        if self._stopping or wish.video_id in self._slots or self._is_full():
            return
        slot = Slot(DemandLedger(linger_s=self._context.settings.linger_s))
        self._slots[wish.video_id] = slot
        self._hear(slot, wish)
        slot.task = asyncio.create_task(self._occupy(slot, wish), name=f"slot:{wish.video_id}")
        if self._is_full() and self._takes is not None:
            await self._takes.pause()

    def wanted(self, wish: DemandWantedV1) -> None:
        if slot := self._slots.get(wish.video_id):
            self._hear(slot, wish)

    def released(self, video_id: str, source_id: str) -> None:
        if slot := self._slots.get(video_id):
            slot.demand.released(source_id, self._context.clock.monotonic())

    def deleted(self, video_id: str) -> None:
        if slot := self._slots.get(video_id):
            self._tell_to_stop(slot, Stop.DELETED)

    @property
    def is_busy(self) -> bool:
        return bool(self._slots)

    def run_of(self, video_id: str) -> Run | None:
        slot = self._slots.get(video_id)
        return slot.run if slot else None

    def _hear(self, slot: Slot, wish: DemandWantedV1) -> None:
        lifetime_s = (wish.expires_at - wish.occurred_at).total_seconds()
        now_s = self._context.clock.monotonic()
        slot.demand.wanted(wish.source_id, viewers=wish.viewers, lifetime_s=lifetime_s, now_s=now_s)

    def _tell_to_stop(self, slot: Slot, why: Stop) -> None:
        slot.stop = why
        if slot.run is not None:
            slot.run.stop(why)

    def _is_full(self) -> bool:
        return len(self._slots) >= self._context.settings.slots

    # --- a slot's life ---------------------------------------------------------------------------

    async def _occupy(self, slot: Slot, wish: DemandWantedV1) -> None:
        """From the first wish to the free slot, whatever happens in between."""
        video_id = wish.video_id
        self._context.instruments.runs_active.inc()
        try:
            await self._listening(video_id, lambda: self._claim_and_work(slot, wish))
        except (ClaimRefused, ServiceUnavailable, BusUnavailable, RunLost) as error:
            log.info("video %s is let go: %s", video_id, error)
            if isinstance(error, RunLost):
                self._context.instruments.runs_lost.inc()
        except (RunFailure, ModelUnusable) as error:
            await self._fail(video_id, slot, getattr(error, "code", "model_unusable"), str(error))
        except Exception as error:
            # The loop that owns a run: whatever an engine or a decoder throws, the worker goes on with others.
            log.exception("video %s could not be processed", video_id)
            await self._fail(video_id, slot, "internal_error", f"{type(error).__name__}: {error}")
        finally:
            self._context.instruments.runs_active.dec()
            del self._slots[video_id]
            if self._takes is not None and not self._stopping:
                await self._takes.resume()

    async def _listening(self, video_id: str, work: Callable[[], Awaitable[None]]) -> None:
        if self._listens is None:
            raise RuntimeError("a worker takes demand only once it listens")
        await self._listens.bind(video_id)
        try:
            await work()
        finally:
            await self._listens.unbind(video_id)

    async def _claim_and_work(self, slot: Slot, wish: DemandWantedV1) -> None:
        video = await self._videos.get(wish.video_id)
        if video is None:
            log.info("video %s is wanted but there is none", wish.video_id)
            return
        detection = await self._detection(video)
        if slot.stop is not None:
            return  # deleted while the model was loaded: a claim would leave a run of no video behind
        request = ClaimRequest(
            worker_id=self._context.worker_id,
            requested_at=wish.requested_at,
            settings=detection.settings(),
            also_resumes=detection.also_resumes,
        )
        await self._claim_and_run(slot, detection, request, anew=2)

    async def _detection(self, video: Video) -> Detection:
        is_motion = video.engine is EngineChoice.MOTION
        engine = None if is_motion else await self._house.engine(lambda: self._notice(video.id))
        return Detection(video, engine, self._checks, self._context.settings.analysed_fps)

    async def _claim_and_run(self, slot: Slot, detection: Detection, request: ClaimRequest, *, anew: int) -> None:
        """`anew`: so often may a run that cannot be gone on with give way to a new one."""
        video = detection.video
        claim = await self._runs.claim(video.id, request)
        try:
            await self._work(slot, detection, claim)
        except (CheckpointUnreadable, ModelSeesLittle) as error:
            if not anew:
                raise
            log.info("run %s of video %s is begun anew: %s", claim.run_id, video.id, error)
            changed: dict[str, Any] = {"discard_run_id": claim.run_id}
            if isinstance(error, ModelSeesLittle):
                changed["settings"] = detection.settings_after_check()
            await self._claim_and_run(slot, detection, request.model_copy(update=changed), anew=anew - 1)

    async def _work(self, slot: Slot, detection: Detection, claim: Claim) -> None:
        video = detection.video
        path = self._context.settings.media / video.file_path
        slot.run = Run(self._context, video.id, path, claim, partial(detection.open_source, path, claim), slot.demand)
        if slot.stop is not None:
            slot.run.stop(slot.stop)
        await slot.run.work()

    async def _notice(self, video_id: str) -> None:
        worker_id = self._context.worker_id
        await self._context.publisher.announce(RunStartingV1, video_id=video_id, worker_id=worker_id, phase="loading")

    async def _fail(self, video_id: str, slot: Slot, code: str, reason: str) -> None:
        if slot.stop is Stop.DELETED:
            log.info("video %s was deleted while it was worked on (%s): %s", video_id, code, reason)
            return
        log.error("video %s failed (%s): %s", video_id, code, reason)
        self._context.instruments.runs_failed.inc()
        run_id = slot.run.run_id if slot.run else None
        await self._context.publisher.announce(RunFailedV1, video_id=video_id, run_id=run_id, code=code, reason=reason)
