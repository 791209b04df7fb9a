"""Chooses what detects a video, by its settings and those of the run: the worker's model or motion."""

from __future__ import annotations

from dataclasses import dataclass

from onwatch_contracts.http import Claim, Video
from onwatch_contracts.values import EngineChoice, RunSettings, Zone
from onwatch_detector.detect.engines import Engine
from onwatch_detector.detect.motion import MOTION, MotionSource
from onwatch_detector.detect.sources.model_check import ModelChecks
from onwatch_detector.detect.sources.source import DetectionSource, PerFrameSource
from onwatch_detector.errors import IsUnwanted
from onwatch_detector.read import Decoder


class ModelSeesLittle(Exception):
    """The run should restart with other settings: its model sees almost nothing where things move."""

    def __init__(self, model: str) -> None:
        super().__init__(f"model {model} sees almost nothing where things move")


@dataclass(frozen=True)
class Detection:
    """Detection of one video by one worker. `engine` is the worker's model; None if the video is detected by motion."""

    video: Video
    engine: Engine | None
    checks: ModelChecks
    analysed_fps: float = 0.0
    """Frames a run analyses per second of video time; 0: every frame."""

    @property
    def also_resumes(self) -> tuple[str, ...]:
        """Models of runs to resume besides the worker's: a run that was switched to motion keeps it."""
        return (MOTION,) if self.video.engine is EngineChoice.AUTO else ()

    def settings(self) -> RunSettings:
        """Settings of a new run; a resumed run keeps its own."""
        video = self.video
        return RunSettings(
            zones=(Zone(polygon=video.roi),) if video.roi else (Zone(),),
            anchor=video.anchor,
            duration_s=video.duration_s,
            frames_per_second=video.fps,
            detector_model=self.engine.name if self.engine else MOTION,
            analysed_fps=self.analysed_fps,
        )

    def settings_after_check(self) -> RunSettings:
        """Settings of a new run once it is known that the model sees little."""
        if self.video.engine is EngineChoice.AUTO:
            return self.settings().model_copy(update={"detector_model": MOTION})
        return self.settings().model_copy(update={"suggested_engine": EngineChoice.MOTION})

    def open_source(self, claim: Claim, decoder: Decoder, is_unwanted: IsUnwanted) -> DetectionSource:
        """The source of the claimed run. `ModelSeesLittle` if the run should restart with other settings."""
        if self.engine is None or claim.settings.detector_model == MOTION:
            return MotionSource(decoder, is_unwanted=is_unwanted)
        if _is_unchecked(claim) and self.checks.sees_little(decoder, self.engine, claim.settings, is_unwanted):
            raise ModelSeesLittle(self.engine.name)
        return PerFrameSource(self.engine)


def _is_unchecked(claim: Claim) -> bool:
    """Nothing of the run is counted yet, and its model was not checked."""
    has_begun = claim.checkpoint is not None and claim.checkpoint.next_frame > 0
    return not has_begun and claim.settings.suggested_engine is None
