"""Vehicles with headlights on dark roads, counted by motion: `PYTHONPATH=lab python -m bench.accuracy.night`.

Drawn scenes with street lamps, headlights and tail lamps, as files. Each is counted as a dark scene, and for comparison
by the daytime method, which takes the light of headlights on the road for vehicles.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from bench.accuracy import report
from bench.accuracy.clips import Clip, Frame
from bench.accuracy.metrics import Counted, Score, score, summary
from bench.accuracy.pictures import watch
from onwatch_detector.detect.motion import MOTION, MotionSource
from onwatch_detector.detections import Detections
from onwatch_detector.read import InProcessDecoder
from onwatch_synthetic import ClipSpec, write_clip
from onwatch_synthetic.recording import Recording, record_scene
from onwatch_synthetic.spec import View

IS_DARK = "onwatch_detector.detect.motion.foreground.is_dark"
VIEWS: dict[str, View] = {"from beside": "oblique", "from above": "top_down"}
DURATION_S, FPS, NOISE_SIGMA, VEHICLES_PER_MINUTE = 20.0, 12.5, 4.0, 20.0


def scenes() -> Iterator[tuple[str, ClipSpec]]:
    for name, view in VIEWS.items():
        for weather, rain in (("dry", False), ("rain", True)):
            spec = ClipSpec(
                0, DURATION_S, FPS, view=view, lighting="night", rain=rain, noise_sigma=NOISE_SIGMA,
                vehicles_per_minute=VEHICLES_PER_MINUTE,
            )  # fmt: skip
            yield f"{name}, {weather}", spec


def scored(file: Path, recording: Recording) -> Score:
    """The drawn clip, counted by motion. Visits are matched by time."""
    times, _, visits = watch(file, recording.roi, recording.anchor, MotionSource(InProcessDecoder(file)), MOTION)
    frames = tuple(Frame(time_s, Detections.none(), (), ()) for time_s in times)
    clip = Clip(recording.name, "night", MOTION, recording.size, recording.roi, recording.anchor, frames,
                recording.visits)  # fmt: skip
    return score(clip, Counted(visits, ((),) * len(frames)))


def row(name: str, scores: Sequence[Score]) -> list[object]:
    total = summary(scores)
    return [name, total.true_total, total.missed, total.extra, report.seconds(total.dwell_mean_s)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.accuracy.night", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="clips of each kind (default 3)")
    parser.add_argument("--first-seed", type=int, default=1, help="of these (default 1)")
    given = parser.parse_args()
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "clip.mp4"
        for name, of_any_seed in scenes():
            print(f"{name} ...", file=sys.stderr, flush=True)
            as_dark, as_day = [], []
            for seed in seeds:
                spec = replace(of_any_seed, seed=seed)
                write_clip(file, spec)
                recording = record_scene(name, spec)
                as_dark.append(scored(file, recording))
                with patch(IS_DARK, lambda _: False):
                    as_day.append(scored(file, recording))
            rows += [row(name, as_dark), row(f"{name}, daytime method", as_day)]
    print(report.table(["scene", "vehicles", "missed", "made up", "dwell error, mean"], rows))


if __name__ == "__main__":
    main()
