from __future__ import annotations

from pathlib import Path

import pytest

from onwatch_contracts.http import Claim, Video
from onwatch_contracts.samples import VIDEO
from onwatch_contracts.values import Checkpoint, EngineChoice, RunSettings
from onwatch_detector.detect.motion import MOTION, MotionSource
from onwatch_detector.detect.sources.choice import Detection, ModelSeesLittle
from onwatch_detector.detect.sources.model_check import ModelChecks
from onwatch_detector.detect.sources.source import PerFrameSource
from onwatch_detector.detections import Detections
from onwatch_detector.read.in_process import InProcessDecoder
from onwatch_testkit.blob_engine import BlobEngine


class BlindEngine(BlobEngine):
    name = "blind"

    def detect(self, picture: object) -> Detections:
        return Detections.none()


def video(engine: EngineChoice) -> Video:
    return VIDEO.model_copy(update={"engine": engine, "roi": None})


def claim(settings: RunSettings, checkpoint: Checkpoint | None = None) -> Claim:
    return Claim(run_id="r", epoch=1, next_batch_no=1, checkpoint=checkpoint, settings=settings, lease_s=3.0)


def never() -> bool:
    return False


def test_settings_name_the_model_or_motion() -> None:
    assert Detection(video(EngineChoice.MODEL), BlobEngine(), ModelChecks()).settings().detector_model == "blobs"
    assert Detection(video(EngineChoice.AUTO), BlobEngine(), ModelChecks()).settings().detector_model == "blobs"
    assert Detection(video(EngineChoice.MOTION), None, ModelChecks()).settings().detector_model == MOTION


def test_only_automatic_resumes_a_run_by_motion() -> None:
    assert Detection(video(EngineChoice.AUTO), BlobEngine(), ModelChecks()).also_resumes == (MOTION,)
    assert Detection(video(EngineChoice.MODEL), BlobEngine(), ModelChecks()).also_resumes == ()
    assert Detection(video(EngineChoice.MOTION), None, ModelChecks()).also_resumes == ()


def test_a_model_that_sees_little_is_replaced_or_motion_is_suggested(clip: Path) -> None:
    for choice, expected in (
        (EngineChoice.AUTO, (MOTION, None)),
        (EngineChoice.MODEL, ("blind", EngineChoice.MOTION)),
    ):
        detection = Detection(video(choice), BlindEngine(), ModelChecks())
        with pytest.raises(ModelSeesLittle, match="model blind sees almost nothing"):
            detection.open_source(claim(detection.settings()), InProcessDecoder(clip), never)
        settings = detection.settings_after_check()
        assert (settings.detector_model, settings.suggested_engine) == expected
        kind = MotionSource if choice is EngineChoice.AUTO else PerFrameSource
        assert isinstance(detection.open_source(claim(settings), InProcessDecoder(clip), never), kind)


def test_a_model_that_sees_is_used(clip: Path) -> None:
    detection = Detection(video(EngineChoice.AUTO), BlobEngine(), ModelChecks())
    assert isinstance(detection.open_source(claim(detection.settings()), InProcessDecoder(clip), never), PerFrameSource)


def test_a_run_keeps_its_detection(clip: Path) -> None:
    detection = Detection(video(EngineChoice.AUTO), BlindEngine(), ModelChecks())
    begun = Checkpoint(next_frame=12, position_s=0.48, state={})
    assert isinstance(
        detection.open_source(claim(detection.settings(), begun), InProcessDecoder(clip), never), PerFrameSource
    )
    by_motion = detection.settings_after_check()
    assert isinstance(detection.open_source(claim(by_motion, begun), InProcessDecoder(clip), never), MotionSource)


def test_a_run_that_has_counted_nothing_yet_is_checked_again(clip: Path) -> None:
    """A worker died during the check: its lease was renewed with an empty checkpoint."""
    detection = Detection(video(EngineChoice.AUTO), BlindEngine(), ModelChecks())
    nothing_yet = Checkpoint(next_frame=0, position_s=0.0, state={})
    with pytest.raises(ModelSeesLittle):
        detection.open_source(claim(detection.settings(), nothing_yet), InProcessDecoder(clip), never)
