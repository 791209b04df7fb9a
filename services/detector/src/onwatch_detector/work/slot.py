"""The life of a slot: claims the run of one video, opens the video, runs it, and ends."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from onwatch_contracts.http import ClaimRequest, Video
from onwatch_contracts.messages import DemandWantedV1, FramesWantedV1, RunFailedV1
from onwatch_contracts.site import Site
from onwatch_contracts.values import EngineChoice
from onwatch_detector.context import RunContext
from onwatch_detector.detect.engines import ModelUnusable
from onwatch_detector.detect.models import EngineCache
from onwatch_detector.detect.sources import Detection, ModelChecks, ModelSeesLittle
from onwatch_detector.errors import CheckpointUnreadable, DecoderNotStarted, RunFailure, RunLost
from onwatch_detector.work.clients import ClaimRefused, Runs, Videos
from onwatch_detector.work.demand import DemandLedger
from onwatch_detector.work.run import Run, StopReason
from onwatch_runtime.bus import Consumer
from onwatch_runtime.errors import Unavailable
from onwatch_runtime.observe import span

log = logging.getLogger(__name__)

MAX_RESTARTS = 2
"""Of a run with an unusable checkpoint, or whose model sees little: one may follow the other."""


class Slot:
    """One video that the worker has taken. `run` is the newest one claimed."""

    def __init__(
        self,
        context: RunContext,
        videos: Videos,
        runs: Runs,
        engines: EngineCache,
        checks: ModelChecks,
        wanted: DemandWantedV1,
    ) -> None:
        self.video_id = wanted.video_id
        self.run: Run | None = None
        self._context = context
        self._videos = videos
        self._runs = runs
        self._engines = engines
        self._checks = checks
        self._requested_at = wanted.requested_at
        self._demand = DemandLedger(linger_s=context.settings.linger_s)
        self._stop_reason: StopReason | None = None
        self.wanted(wanted)

    # --- events ----------------------------------------------------------------------------------

    def wanted(self, wanted: DemandWantedV1) -> None:
        lifetime_s = (wanted.expires_at - wanted.occurred_at).total_seconds()
        now_s = self._context.clock.monotonic()
        self._demand.wanted(wanted.source_id, viewers=wanted.viewers, lifetime_s=lifetime_s, now_s=now_s)

    def frames_wanted(self, wanted: FramesWantedV1) -> None:
        lifetime_s = (wanted.expires_at - wanted.occurred_at).total_seconds()
        now_s = self._context.clock.monotonic()
        self._demand.frames_wanted(wanted.source_id, wanted.formats, lifetime_s=lifetime_s, now_s=now_s)

    def released(self, source_id: str) -> None:
        self._demand.released(source_id, self._context.clock.monotonic())

    def stop(self, reason: StopReason) -> None:
        self._stop_reason = reason
        if self.run is not None:
            self.run.stop(reason)

    # --- life ------------------------------------------------------------------------------------

    async def work(self, events: Consumer) -> None:
        """Process the video, with its events bound to the consumer. Every failure ends here."""
        try:
            await events.bind(self.video_id)
            try:
                await self._process()
            finally:
                await events.unbind(self.video_id)
        except ClaimRefused as error:  # another worker has it, or it is finished: nothing is wrong
            log.info("video %s is left to the next demand: %s", self.video_id, error)
        except (DecoderNotStarted, Unavailable) as error:
            log.warning("video %s is left to the next demand: %s", self.video_id, error)
        except RunLost as error:
            log.warning("video %s is left to the next demand: %s", self.video_id, error)
            self._context.instruments.runs_lost.inc()
        except ModelUnusable as error:
            await self._fail("model_unusable", str(error))
        except RunFailure as error:
            await self._fail(error.code, str(error))
        except Exception as error:
            # This loop owns the run: whatever an engine or a decoder raises, the worker continues with other videos.
            log.exception("video %s could not be processed", self.video_id)
            await self._fail("internal_error", f"{type(error).__name__}: {error}")

    async def _process(self) -> None:
        video = await self._videos.get(self.video_id)
        if video is None:
            log.info("video %s is wanted but does not exist", self.video_id)
            return
        detection = await self._choose_detection(video)
        site = await self._videos.site(self.video_id)
        if self._stop_reason is not None:
            return  # deleted while the model was loaded: a claim would leave behind a run without a video
        await self._run_with_restarts(detection, site, self._claim_request(detection))

    async def _choose_detection(self, video: Video) -> Detection:
        is_motion = video.engine is EngineChoice.MOTION
        announce_loading = partial(self._context.announce_starting, video.id, "loading")
        engine = None if is_motion else await self._engines.engine(announce_loading)
        return Detection(video, engine, self._checks, self._context.settings.analysed_fps)

    def _claim_request(self, detection: Detection) -> ClaimRequest:
        return ClaimRequest(
            worker_id=self._context.worker_id,
            requested_at=self._requested_at,
            settings=detection.settings(),
            also_resumes=detection.also_resumes,
        )

    async def _run_with_restarts(self, detection: Detection, site: Site, request: ClaimRequest) -> None:
        restarts = 0
        while True:
            try:
                await self._claim_and_run(detection, site, request)
            except (CheckpointUnreadable, ModelSeesLittle) as error:
                if restarts == MAX_RESTARTS:
                    raise
                restarts += 1
                request = self._restarted(detection, request, error)
            else:
                return

    async def _claim_and_run(self, detection: Detection, site: Site, request: ClaimRequest) -> None:
        claim = await self._runs.claim(self.video_id, request)
        open_source, file_path = partial(detection.open_source, claim), detection.video.file_path
        start = f"resumes at {claim.checkpoint.position_s:.1f} s" if claim.checkpoint else "starts"
        log.info("run %s of video %s %s with %s", claim.run_id, self.video_id, start, claim.settings.detector_model)
        with span("run", run_id=claim.run_id), self._context.instruments.runs_active.track_inprogress():
            self.run = Run(self._context, self.video_id, file_path, claim, open_source, self._demand, site)
            if self._stop_reason is not None:  # while the claim was under way
                self.run.stop(self._stop_reason)
            await self.run.work()

    def _restarted(self, detection: Detection, request: ClaimRequest, error: Exception) -> ClaimRequest:
        """The claim of a new run in place of the one that raised the error."""
        run_id = self.run.run_id if self.run else None
        log.info("run %s of video %s is restarted: %s", run_id, self.video_id, error)
        changed: dict[str, Any] = {"discard_run_id": run_id}
        if isinstance(error, ModelSeesLittle):
            changed["settings"] = detection.settings_after_check()
        return request.model_copy(update=changed)

    async def _fail(self, code: str, reason: str) -> None:
        if self._stop_reason is StopReason.DELETED:
            log.info("video %s failed after its deletion (%s): %s", self.video_id, code, reason)
            return
        log.error("video %s failed (%s): %s", self.video_id, code, reason)
        self._context.instruments.runs_failed.inc()
        run_id = self.run.run_id if self.run else None
        await self._context.publisher.announce(
            RunFailedV1, video_id=self.video_id, run_id=run_id, code=code, reason=reason
        )
