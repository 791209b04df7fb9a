"""Processes one claimed run: until the end of the video, the end of demand, a stop, or the loss of the run."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Literal, TypeVar

from onwatch_contracts.http import Claim
from onwatch_contracts.messages import RunPausedV1, RunStartedV1
from onwatch_contracts.site import Site, SiteCounts
from onwatch_contracts.values import Checkpoint
from onwatch_detector.context import RunContext
from onwatch_detector.detect.sources import DetectionSourceFactory
from onwatch_detector.errors import Interrupted, RunLost
from onwatch_detector.publish import FramePublisher
from onwatch_detector.read import Decoder
from onwatch_detector.work.commits import Commits
from onwatch_detector.work.demand import DemandLedger
from onwatch_detector.work.pipeline import Pipeline, Step
from onwatch_detector.work.selection import Intervals
from onwatch_runtime.waiting import done_within

log = logging.getLogger(__name__)

T = TypeVar("T")


class StopReason(Enum):
    """Why a run stops although there is demand."""

    SHUTDOWN = "shutdown"
    DELETED = "deleted"


class Run:
    """Decodes, counts, publishes and commits while there is demand. Blocking work is done in threads of its own."""

    def __init__(
        self,
        context: RunContext,
        video_id: str,
        file_path: str,
        claim: Claim,
        open_source: DetectionSourceFactory,
        demand: DemandLedger,
        site: Site,
    ) -> None:
        """`site`: what is counted if the run is new."""
        self.run_id = claim.run_id
        self.commits = Commits(context, video_id, claim)
        self._context = context
        self._video_id = video_id
        self._file_path = file_path
        self._claim = claim
        self._open_source = open_source
        self._demand = demand
        self._site = site
        self._thread = context.new_thread()
        self._frames = FramePublisher(
            context,
            video_id,
            claim.run_id,
            demand,
            is_unwanted=self._is_unwanted,
            while_waiting=self.commits.renew_when_due,
            encoder=self._thread,
        )
        self._decoder: Decoder | None = None
        self._is_given_up = threading.Event()
        self._stop_reason: StopReason | None = None

    def stop(self, reason: StopReason) -> None:
        self._stop_reason = reason
        self._is_given_up.set()

    async def work(self) -> None:
        """Process until there is nothing more to do. `RunLost` if another worker has it or commits fail.

        A `RunFailure` says why the video cannot be processed; the run is released first.
        """
        pipeline: Pipeline | None = None
        try:
            pipeline = await self._keeping_lease(self._open, phase="loading")
            await self._process(pipeline)
        except RunLost:
            raise
        except Interrupted:
            self.commits.discard()
            await self._pause(self.commits.checkpoint, None)
        except Exception:
            await self.commits.release()
            raise
        finally:
            await self._in_thread(partial(self._close, pipeline))
            self._thread.shutdown(wait=False)

    # --- open ------------------------------------------------------------------------------------

    def _open(self) -> Pipeline:
        claim, settings, is_given_up = self._claim, self._context.settings, self._is_given_up.is_set
        file = self._context.file(self._file_path)
        self._decoder = self._context.open_decoder(file, claim.settings.frames_per_second, is_given_up)
        source = self._open_source(self._decoder, is_given_up)
        try:
            return Pipeline(
                self._decoder,
                claim.settings,
                source,
                claim.checkpoint,
                self._context.new_thread,
                self._site,
                Intervals(settings.still_interval_s, settings.moving_interval_s),
            )
        except BaseException:
            source.close()
            raise

    def _close(self, pipeline: Pipeline | None) -> None:
        if pipeline is not None:
            pipeline.close()
        if self._decoder is not None:
            self._decoder.close()

    async def _keeping_lease(self, job: Callable[[], T], phase: Literal["loading", "seeking"]) -> T:
        """Do what may take long before the first frame; renew the lease and announce `starting` meanwhile.

        Once frames flow, only progress renews the lease: a decoder that hangs loses the run to another worker.
        """
        work = asyncio.ensure_future(self._in_thread(job))
        await self._context.announce_starting(self._video_id, phase)
        while not await done_within(work, self._context.settings.notice_interval_s, self._context.clock):
            if self._is_unwanted():
                self._is_given_up.set()
            await self.commits.renew()
            await self._context.announce_starting(self._video_id, phase)
        return work.result()

    async def _in_thread(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    async def _announce_start(self) -> None:
        await self._context.publisher.announce(
            RunStartedV1,
            video_id=self._video_id,
            run_id=self.run_id,
            epoch=self._claim.epoch,
            worker_id=self._context.worker_id,
            resumed=self._claim.checkpoint is not None,
            position_s=self.commits.checkpoint.position_s,
            detector_model=self._claim.settings.detector_model,
        )

    # --- process ---------------------------------------------------------------------------------

    async def _process(self, pipeline: Pipeline) -> None:
        # Nothing else holds a step: the decoder keeps all frames from the first one that somebody holds.
        step = await self._keeping_lease(pipeline.step, phase="seeking")
        await self._announce_start()
        while step is not None:
            self._count_frame(step)
            self.commits.add(step.events, step.picture)
            await self._frames.publish(step.frame, step.boxes)
            if pipeline.is_resumable:
                if self._is_unwanted():
                    await self._pause(pipeline.checkpoint(), pipeline.site_counts())
                    return
                if self.commits.is_due:
                    await self.commits.send(pipeline.checkpoint(), pipeline.site_counts())
            await self.commits.wait_for_room()
            with self._context.instruments.frame_seconds.time():
                step = await self._in_thread(pipeline.step)
        await self._finish(pipeline)

    def _count_frame(self, step: Step) -> None:
        instruments = self._context.instruments
        instruments.frames_decoded.inc()
        (instruments.frames_inferred if step.picture.is_inferred else instruments.frames_still).inc()

    def _is_unwanted(self) -> bool:
        return self._stop_reason is not None or self._demand.is_over(self._context.clock.monotonic())

    async def _finish(self, pipeline: Pipeline) -> None:
        """Commit the end of the video."""
        self.commits.add(pipeline.finish())
        await self.commits.send(pipeline.checkpoint(), pipeline.site_counts(), final=True)
        await self.commits.wait_for_all()
        log.info("run %s of video %s is complete", self.run_id, self._video_id)

    async def _pause(self, checkpoint: Checkpoint, site_counts: SiteCounts | None) -> None:
        """Commit the position and release the run; nothing if the video was deleted."""
        if self._stop_reason is StopReason.DELETED:
            return
        await self.commits.send(checkpoint, site_counts, releases=True)
        await self.commits.wait_for_all()
        position_s = self.commits.checkpoint.position_s
        reason = "shutdown" if self._stop_reason is StopReason.SHUTDOWN else "no_demand"
        log.info("run %s of video %s is released at %.1f s: %s", self.run_id, self._video_id, position_s, reason)
        await self._context.publisher.announce(
            RunPausedV1,
            video_id=self._video_id,
            run_id=self.run_id,
            epoch=self._claim.epoch,
            position_s=position_s,
            reason=reason,
        )
