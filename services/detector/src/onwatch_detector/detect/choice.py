"""What a video is detected with: the worker's model or its own motion, as its settings and the run's say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from onwatch_contracts.http import Claim, Video
from onwatch_contracts.values import EngineChoice, RunSettings, Zone
from onwatch_detector.detect.engines import Engine
from onwatch_detector.detect.model_check import ModelChecks
from onwatch_detector.detect.motion import MOTION, MotionSource
from onwatch_detector.detect.source import DetectionSource, IsUnwanted, PerFrameSource


class ModelSeesLittle(Exception):
    """A run that has just begun should have other settings: its model sees almost nothing where things move."""

    def __init__(self, model: str) -> None:
        super().__init__(f"model {model} sees almost nothing where things move")


@dataclass(frozen=True)
class Detection:
    """For one video and one worker. `engine` is the worker's model; None where the video is not to have one."""

    video: Video
    engine: Engine | None
    checks: ModelChecks
    analysed_fps: float = 0.0
    """Frames a run analyses per second of video time; 0: every frame."""

    @property
    def also_resumes(self) -> tuple[str, ...]:
        """A run that was decided for motion stays with it."""
        return (MOTION,) if self.video.engine is EngineChoice.AUTO else ()

    def settings(self) -> RunSettings:
        """What a new run begins with; one that is resumed keeps its own."""
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
        """What it begins with instead, once it is known that the model sees little."""
        if self.video.engine is EngineChoice.AUTO:
            return self.settings().model_copy(update={"detector_model": MOTION})
        return self.settings().model_copy(update={"suggested_engine": EngineChoice.MOTION})

    def open_source(self, path: Path, claim: Claim, is_unwanted: IsUnwanted) -> DetectionSource:
        """How the claimed run looks at the file. `ModelSeesLittle` where the run should begin with other settings."""
        if self.engine is None or claim.settings.detector_model == MOTION:
            return MotionSource(path, is_unwanted=is_unwanted)
        if _is_untold(claim) and self.checks.sees_little(path, self.engine, claim.settings, is_unwanted):
            raise ModelSeesLittle(self.engine.name)
        return PerFrameSource(self.engine)


def _is_untold(claim: Claim) -> bool:
    """Nothing of it is counted yet, and nobody has looked whether its model is fit."""
    has_begun = claim.checkpoint is not None and claim.checkpoint.next_frame > 0
    return not has_begun and claim.settings.suggested_engine is None
