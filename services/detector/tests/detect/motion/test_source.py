from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from onwatch_contracts.values import Anchor, Checkpoint, ExitReason, Left, RunSettings, VehicleType, Zone
from onwatch_detector.detect.motion import MOTION, MotionSource
from onwatch_detector.detect.motion.source import BackgroundPlan
from onwatch_detector.detections import Detections
from onwatch_detector.errors import Interrupted
from onwatch_detector.read.decoder import Frame, VideoReader
from onwatch_detector.read.in_process import InProcessDecoder
from onwatch_detector.service import one_thread
from onwatch_detector.work.pipeline import Pipeline
from onwatch_testkit.blob_engine import Drive, write_blob_clip

SETTINGS = RunSettings(
    zones=(Zone(polygon=((0, 0.2), (1, 0.2), (1, 0.8), (0, 0.8))),),
    anchor=Anchor.CENTER,
    duration_s=3.0,
    frames_per_second=25,
    detector_model=MOTION,
)


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """130 s at 4 frames per second: five windows, a vehicle every five seconds."""
    path = tmp_path_factory.mktemp("clips") / "long.mp4"
    drives = [
        Drive(VehicleType.CAR, left=20 + 30 * (n % 4), first_frame=20 * n, pixels_per_frame=12) for n in range(26)
    ]
    write_blob_clip(path, drives, frames=520, frames_per_second=4, keyframe_every=40)
    return path


def frames_of(path: Path) -> list[Frame]:
    reader = VideoReader(path)
    frames = []
    while (frame := reader.read()) is not None:
        frames.append(frame)
    reader.close()
    return frames


def as_lists(found: Detections) -> list[list[float]]:
    return np.column_stack([found.boxes, found.confidences]).tolist()


def run_to_end(work: Pipeline) -> list[object]:
    events: list[object] = []
    while (step := work.step()) is not None:
        events += [*step.events, step.boxes]
    events += work.finish()
    work.close()
    return events


def test_a_fixed_camera_counts_without_a_model(clip: Path) -> None:
    events = run_to_end(
        Pipeline(InProcessDecoder(clip), SETTINGS, MotionSource(InProcessDecoder(clip)), None, one_thread)
    )
    left = [event for event in events if isinstance(event, Left)]
    assert [event.vehicle_type for event in left] == [VehicleType.VEHICLE] * 3
    assert {event.exit_reason for event in left} == {ExitReason.LEFT}


@pytest.mark.slow
def test_a_run_resumed_at_any_frame_gives_the_same_events(clip: Path) -> None:
    whole = run_to_end(
        Pipeline(InProcessDecoder(clip), SETTINGS, MotionSource(InProcessDecoder(clip)), None, one_thread)
    )
    for stop in (1, 20, 41, 66):
        first = Pipeline(InProcessDecoder(clip), SETTINGS, MotionSource(InProcessDecoder(clip)), None, one_thread)
        events: list[object] = []
        for _ in range(stop):
            step = first.step()
            assert step is not None
            events += [*step.events, step.boxes]
        checkpoint = Checkpoint.model_validate(json.loads(first.checkpoint().model_dump_json()))
        first.close()
        rest = run_to_end(
            Pipeline(InProcessDecoder(clip), SETTINGS, MotionSource(InProcessDecoder(clip)), checkpoint, one_thread)
        )
        assert events + rest == whole, f"stop at {stop}"


@pytest.mark.slow
def test_a_frame_gives_the_same_whatever_was_detected_before(long_clip: Path) -> None:
    frames = frames_of(long_clip)
    in_order = MotionSource(InProcessDecoder(long_clip))
    whole = [as_lists(in_order.detect(frame)) for frame in frames]
    in_order.close()
    assert sum(map(len, whole)) > 100
    for start in (130, 300, 500):
        late = MotionSource(InProcessDecoder(long_clip))
        assert [as_lists(late.detect(frame)) for frame in frames[start : start + 20]] == whole[start : start + 20]
        assert as_lists(late.detect(frames[25])) == whole[25], "also after a step back"
        late.close()


def test_after_the_first_frame_no_window_has_to_wait_for_its_samples(long_clip: Path) -> None:
    source = MotionSource(InProcessDecoder(long_clip))
    frames = frames_of(long_clip)
    source.detect(frames[0])
    assert source._sampler is not None
    for frame in frames[1:150]:  # over the turn at 30 s, and not yet at the end of the file
        before = source._sampler._reached_s
        source.detect(frame)
        assert source._sampler._reached_s - before <= 2.5, "one sample at most"
    source.close()


def test_where_samples_are_quick_the_first_frame_waits_only_for_those_that_it_needs(clip: Path) -> None:
    """Keyframes every 0.4 s, a sample every 0.5 s."""
    source = MotionSource(InProcessDecoder(clip))
    source._plan = replace(source._plan, every_s=0.5, window_s=0.5, around_s=0.5)
    first, second = frames_of(clip)[11:13]
    source.detect(first)
    assert source._sampler is not None
    assert (source._sampler.is_quick, max(source._sampler.samples)) == (True, 2)
    source.detect(second)
    assert max(source._sampler.samples) == 3
    source.close()


def test_it_is_interrupted_while_it_reads_ahead(long_clip: Path) -> None:
    source = MotionSource(InProcessDecoder(long_clip), is_unwanted=lambda: True)
    with pytest.raises(Interrupted):
        source.detect(frames_of(long_clip)[0])
    source.close()
    source.close()


@pytest.mark.parametrize(("duration_s", "every_s"), [(None, 2.5), (3600.0, 2.5), (60.0, 1.0), (3.0, 0.2)])
def test_a_short_clip_is_sampled_more_often(duration_s: float | None, every_s: float) -> None:
    assert BackgroundPlan.for_duration(duration_s).every_s == pytest.approx(every_s)


def test_windows_take_samples_from_a_minute_around() -> None:
    plan = BackgroundPlan(every_s=2.5)
    assert plan.window_of(29.9) == 0
    assert plan.window_of(30.0) == 1
    assert plan.first_sample(0) == 0
    assert plan.first_sample(4) * plan.every_s == 60.0
    assert plan.needed_to_s(4) == 210.0
