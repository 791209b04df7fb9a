"""Compares runs that infer every frame with runs that leave frames out, and both with Ultralytics: `--only sparse`.

Every run is an analysis without viewers, so that what is measured is decoding, inference, tracking and counting, as in
Ultralytics' own loop. CPU time is what is compared: it depends least on what else the machine does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import av

from onwatch_synthetic import ClipSpec, write_clip

EMPTY = ClipSpec(seed=5, duration_s=20.0, vehicles_per_minute=0.0, noise_sigma=2.0)
"""An empty road with the noise of a sensor."""
REAL = ("street", "topdown", "elephant-castle", "blackfriars-a", "pentonville")
Intervals = tuple[float, float]
"""Seconds of `still_interval_s` and `moving_interval_s`."""
INTERVALS: Mapping[str, Intervals] = {
    "every frame": (0.0, 0.0),
    "still 1 s": (1.0, 0.0),
    "still 1 s, moving 0.12 s": (1.0, 0.12),
}

Program = TypeVar("Program")


HEADS = (
    "clip",
    "program",
    "frames inferred",
    "vehicles",
    "CPU s per hour of video",
    "pictures per CPU s",
    "of every frame",
)


@dataclass(frozen=True)
class Model:
    """Weights for Onwatch, and the same for Ultralytics; None: it is not compared."""

    ours: Path
    theirs: Path | None = None


def clips(media: Path, cache: Path, names: Sequence[str] | None = None) -> dict[str, Path]:
    """Files by name: the empty road, and the real clips that are there. `names`: only these."""
    empty = cache / "empty-road.mp4"
    if not empty.exists():
        write_clip(empty, EMPTY)
    found = {"empty-road": empty} | {name: media / f"{name}.mp4" for name in REAL}
    return {name: file for name, file in found.items() if file.is_file() and (not names or name in names)}


def table(
    chosen: Mapping[str, Path],
    model: Model,
    onwatch: Callable[[Path, Path, Intervals], Program],
    ultralytics: Callable[[Path, Path], Program],
    measure: Callable[[Program], Mapping[str, Any]],
) -> str:
    """One line for each clip and pair of intervals, and one for Ultralytics."""
    lines = [_line(HEADS), _line(["---", "---", *["---:"] * 5])]
    for name, clip in chosen.items():
        duration_s = _duration_s(clip)
        every = 0.0
        for label, intervals in INTERVALS.items():
            found = measure(onwatch(model.ours, clip, intervals))
            every = every or found["cpu_s"]
            share, vehicles = f"{found['inferred'] / found['frames']:.0%}", str(found["vehicles"])
            lines.append(_row((name, f"Onwatch, {label}", share, vehicles), found, duration_s, every))
        if model.theirs:
            found = measure(ultralytics(model.theirs, clip))
            lines.append(_row((name, "Ultralytics on OpenVINO", "100%", ""), found, duration_s, every))
    return "\n".join(lines)


def _row(begin: Sequence[str], found: Mapping[str, Any], duration_s: float, every: float) -> str:
    cpu_s = found["cpu_s"]
    figures = f"{3600 * cpu_s / duration_s:.0f}", f"{found['frames'] / cpu_s:.0f}", f"{every / cpu_s:.2f} x"
    return _line((*begin, *figures))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _duration_s(clip: Path) -> float:
    with av.open(str(clip)) as container:
        return float(container.duration or 0) / 1e6
