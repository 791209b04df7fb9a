"""A model's own boxes of a clip, from the detector's engine, kept in files: trackers are compared without it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.accuracy.clips import Frame
from bench.accuracy.real.annotated import Junction
from bench.accuracy.real.scoring import owners
from onwatch_detector.detect.engines import EngineOptions, open_engine
from onwatch_detector.detect.models import engine_options
from onwatch_detector.detections import TYPES, Detections
from onwatch_detector.read import VideoReader
from onwatch_detector.settings import DetectorSettings


def frames_of(junction: Junction, video: Path, weights: Path, cache: Path) -> list[Frame]:
    """The clip as the model sees it with the detector's default settings."""
    kept = cache / f"{junction.name}.{weights.stem}.npz"
    options = replace(engine_options(DetectorSettings()), cache_dir=None)
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        _look(video, weights, options, kept)
    return _read(junction, kept, options)


def _look(video: Path, weights: Path, options: EngineOptions, kept: Path) -> None:
    engine = open_engine(weights, name=weights.stem, options=options)
    reader = VideoReader(video)
    times: list[float] = []
    found: list[Detections] = []
    while (frame := reader.read()) is not None:
        times.append(frame.timestamp_s)
        found.append(engine.detect(frame.picture))
    reader.close()
    engine.close()
    np.savez(
        kept,
        times=times,
        counts=[len(one) for one in found],
        boxes=np.concatenate([one.boxes for one in found]),
        confidences=np.concatenate([one.confidences for one in found]),
        kinds=np.array([TYPES.index(kind) for one in found for kind in one.vehicle_types], np.int64),
        scores=np.concatenate([one.scores for one in found]),
    )


def _read(junction: Junction, kept: Path, options: EngineOptions) -> list[Frame]:
    with np.load(kept) as given:
        ends = np.cumsum(given["counts"])
        rows = zip(given["times"].tolist(), ends - given["counts"], ends, strict=True)
        parts = [(time_s, slice(start, end)) for time_s, start, end in rows]
        boxes, confidences, kinds, scores = (given[name] for name in ("boxes", "confidences", "kinds", "scores"))
    frames = []
    for number, (time_s, part) in enumerate(parts):
        types = tuple(TYPES[kind] for kind in kinds[part].tolist())
        found = Detections(boxes[part], confidences[part], types, scores[part], threshold=options.confidence)
        whose = owners(junction, number, found.boxes.astype(np.float64))
        frames.append(Frame(time_s, found, whose, (False,) * len(found)))
    return frames
