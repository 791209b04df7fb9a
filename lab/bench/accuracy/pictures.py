"""Clips with pictures, run with real models through Onwatch's own pipeline."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.accuracy.clips import Clip, Frame, clip_of, owned_frame
from bench.accuracy.counting import counted_visits
from bench.accuracy.metrics import CountedVisit
from onwatch_contracts.values import Anchor, RunSettings, Zone, ZoneEvent
from onwatch_detector.detect.engines import Engine, open_engine
from onwatch_detector.detect.models import DEMO_MODEL, DEMO_NAME
from onwatch_detector.detect.motion import MOTION, MotionSource
from onwatch_detector.detect.sources import DetectionSource, PerFrameSource
from onwatch_detector.detections import Detections
from onwatch_detector.read import Frame as DecodedFrame
from onwatch_detector.read import InProcessDecoder, VideoReader
from onwatch_detector.service import one_thread
from onwatch_detector.work import Pipeline
from onwatch_synthetic import ClipSpec, write_clip
from onwatch_synthetic.detecting import origins
from onwatch_synthetic.recording import Recording, Visit, record_scene

DRAWN: tuple[tuple[str, ClipSpec], ...] = (
    ("dusk", ClipSpec(seed=71, duration_s=12.0, lighting="dusk")),
    ("night", ClipSpec(seed=72, duration_s=12.0, lighting="night", noise_sigma=4.0)),
    ("rain", ClipSpec(seed=73, duration_s=12.0, fps=12.5, rain=True, noise_sigma=3.0)),
    ("night and rain", ClipSpec(seed=74, duration_s=12.0, fps=12.5, lighting="night", rain=True, noise_sigma=5.0)),
    (
        "night and rain from above",
        ClipSpec(seed=75, duration_s=12.0, fps=12.5, lighting="night", rain=True, noise_sigma=4.0, view="top_down"),
    ),
)

# (clip, model): a model is a file in the models folder, or the name of an engine that needs none.
REAL: tuple[tuple[str, str], ...] = (
    ("street", "yolov8n-640-int8.onnx"),
    ("street", "yolo11n-320-int8.onnx"),
    ("street", "yolox-nano-416.onnx"),
    ("topdown", "yolov8n-640-int8.onnx"),
    ("topdown", "motion"),
)


@dataclass(frozen=True)
class Seen:
    """A clip with a model's detections, and the visits that the pipeline counted."""

    clip: Clip
    visits: tuple[CountedVisit, ...]


class RecordingSource:
    """A detection source that records its detections."""

    queue = None

    def __init__(self, source: DetectionSource) -> None:
        self.source = source
        self.detections: list[Detections] = []

    def detect(self, frame: DecodedFrame) -> Detections:
        self.detections.append(self.source.detect(frame))
        return self.detections[-1]

    def close(self) -> None:
        self.source.close()


def drawn_clips() -> Iterator[Seen]:
    """Synthetic clips as files, for the demo model."""
    engine = open_engine(DEMO_MODEL, name=DEMO_NAME)
    with tempfile.TemporaryDirectory() as folder:
        for name, spec in DRAWN:
            yield _drawn(Path(folder) / "clip.mp4", f"{name} {spec.fps:g} fps {spec.seed}", spec, engine)
    engine.close()


def _drawn(file: Path, name: str, spec: ClipSpec, engine: Engine) -> Seen:
    write_clip(file, spec)
    recording = record_scene(name, spec)
    times, detections, visits = watch(file, recording.roi, recording.anchor, PerFrameSource(engine), DEMO_NAME)
    return Seen(clip_of(recording, "pictures", DEMO_NAME, tuple(_owned(recording, times, detections))), visits)


def _owned(recording: Recording, times: Sequence[float], detections: Sequence[Detections]) -> Iterator[Frame]:
    for time_s, boxes, found in zip(times, recording.frames, detections, strict=True):
        edges = [(left, top, right, bottom) for left, top, right, bottom in found.boxes.tolist()]
        yield owned_frame(recording, time_s, boxes, found, origins(edges, boxes))


def real_clips(shared: Path) -> Iterator[tuple[str, str, Seen | None]]:
    """Clip, model and result; None where the clip, the weights or the engine are missing."""
    for name, model in REAL:
        yield name, model, _real(shared / "media" / f"{name}.mp4", shared / "models" / model, name)


def _real(file: Path, weights: Path, name: str) -> Seen | None:
    if not file.is_file() or (weights.name != MOTION and not weights.is_file()):
        return None
    truth = json.loads(file.with_suffix(".truth.json").read_text())
    roi = tuple((x, y) for x, y in truth["roi"])
    with _opened_source(file, weights) as source:
        times, detections, visits = watch(file, roi, truth["anchor"], source, weights.stem)
    frames = tuple(
        Frame(time_s, found, (None,) * len(found), (False,) * len(found))
        for time_s, found in zip(times, detections, strict=True)
    )
    by_hand = tuple(Visit(v["n"], v["type"], v["entered_s"], v["left_s"]) for v in truth["vehicles"])
    clip = Clip(name, "real", weights.stem, _reader(file)[1], roi, truth["anchor"], frames, by_hand)
    return Seen(clip, visits)


@contextmanager
def _opened_source(file: Path, weights: Path) -> Iterator[DetectionSource]:
    if weights.name == MOTION:
        yield MotionSource(InProcessDecoder(file))
        return
    engine = open_engine(weights, name=weights.stem)
    try:
        yield PerFrameSource(engine)
    finally:
        engine.close()


def watch(
    file: Path, roi: tuple[tuple[float, float], ...], anchor: str, source: DetectionSource, name: str
) -> tuple[list[float], list[Detections], tuple[CountedVisit, ...]]:
    """Timestamps, detections and visits, from the pipeline that the worker runs."""
    recording_source = RecordingSource(source)
    settings = RunSettings(
        zones=(Zone(polygon=roi),),
        anchor=Anchor(anchor),
        duration_s=0.0,  # only for reports
        frames_per_second=_reader(file)[0],
        detector_model=name,
    )
    pipeline = Pipeline(InProcessDecoder(file), settings, recording_source, None, one_thread)
    times: list[float] = []
    events: list[ZoneEvent] = []
    while (step := pipeline.step()) is not None:
        times.append(step.frame.timestamp_s)
        events += step.events
    events += pipeline.finish()
    pipeline.close()
    return times, recording_source.detections, counted_visits(events)


def _reader(file: Path) -> tuple[float, tuple[int, int]]:
    """The file's frame rate and picture size."""
    reader = VideoReader(file)
    reader.close()
    return reader.frames_per_second, (reader.width, reader.height)
