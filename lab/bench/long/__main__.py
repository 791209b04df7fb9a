"""Measures hours of video in one file and writes docs/performance.md. `make bench-long` runs it; needs FFmpeg.

Every figure is of a process of its own, and stands beside a limit, or beside FFprobe or FFmpeg on the same file in the
same run: the machine's speed is in all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench.long.recordings import FORMATS, RATE, VEHICLES_DRAWN, LoopedClip, decode_one, packets_of, remuxed
from bench.long.stage import Timer

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- begin long -->", "<!-- end long -->"
START_LIMIT_S, RESUME_LIMIT_S = 2.0, 1.0
POSITIONS = 10


@dataclass(frozen=True)
class Took:
    """Seconds of wall time and of CPU time."""

    wall: float
    cpu: float

    @classmethod
    def by(cls, figures: dict[str, Any]) -> Took:
        return cls(figures["seconds"], figures["cpu_s"])

    @classmethod
    def program(cls, work: Callable[[], object]) -> Took:
        """Work that starts programs and waits for them."""
        timer = Timer()
        work()
        return cls.by(timer.figures)

    def __str__(self) -> str:
        return f"{self.wall:.2f} s, {self.cpu:.2f} s"


@dataclass
class Measured:
    """One file."""

    container: str
    size_bytes: int
    ffprobe: Took
    inspection: Took
    upload: Took
    start: Took
    resume: list[Took]
    seek: list[Took]
    """FFmpeg to the same places."""
    unkept: Took
    """To resume without the clock file."""
    peak_mb: float = 0.0


def stage(*arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.long.stage", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(arguments[0], figures, file=sys.stderr, flush=True)
    return figures


def measure(path: Path, folder: Path, frames: Sequence[int]) -> Measured:
    container, size_bytes, data_dir = path.suffix[1:], path.stat().st_size, folder / f"data-{path.suffix[1:]}"
    ffprobe = Took.program(lambda: packets_of(path))
    inspection = Took.by(stage("inspect", path))
    uploaded = stage("upload", data_dir, path)
    path.unlink()
    (kept,) = (data_dir / "media" / uploaded["id"]).glob(f"source.{container}")
    start = Took.by(stage("start", data_dir, uploaded["id"]))
    resumed = [stage("resume", kept, frame) for frame in frames]
    seek = [Took.program(partial(decode_one, kept, frame / RATE)) for frame in frames]
    kept.with_suffix(".clock").unlink()
    unkept = Took.by(stage("resume", kept, frames[0]))
    shutil.rmtree(data_dir)
    return Measured(
        container,
        size_bytes,
        ffprobe,
        inspection,
        Took.by(uploaded),
        start,
        [Took.by(figures) for figures in resumed],
        seek,
        unkept,
        max(figures["peak_mb"] for figures in resumed),
    )


def files_of(clip: LoopedClip, folder: Path, hours: float) -> Iterator[Path]:
    """One at a time, because they are large."""
    first, _ = clip.looped(folder / f"long.{FORMATS[0]}", hours)
    others = [remuxed(first, folder / f"long.{name}") for name in FORMATS[1:]]
    yield from (first, *others)


def table(measured: Sequence[Measured]) -> str:
    """Wall time and CPU time in each cell."""
    rows: dict[str, Callable[[Measured], object]] = {
        "": lambda each: each.container.upper(),
        "---": lambda each: "---:",
        "size": lambda each: f"{each.size_bytes / 1e9:.2f} GB",
        "FFprobe counts its packets": lambda each: each.ffprobe,
        "inspection in its own process": lambda each: each.inspection,
        "inspection / FFprobe": lambda each: ratio(each.inspection, each.ffprobe),
        "upload with inspection": lambda each: each.upload,
        f"from the request to the first counted frame (limit {START_LIMIT_S:g} s)": lambda each: each.start,
        f"resume at {POSITIONS} places, median": lambda each: middle(each.resume),
        f"resume, longest (limit {RESUME_LIMIT_S:g} s)": lambda each: longest(each.resume),
        "`ffmpeg -ss` to the same places, longest": lambda each: longest(each.seek),
        "resume without the clock file": lambda each: each.unkept,
        "peak memory of a process that resumes": lambda each: f"{each.peak_mb:.0f} MB",
    }
    return "\n".join(f"| {what} | {' | '.join(str(cell(each)) for each in measured)} |" for what, cell in rows.items())


def ratio(one: Took, other: Took) -> str:
    return f"{one.wall / other.wall:.2f}, {one.cpu / other.cpu:.2f}"


def middle(took: Sequence[Took]) -> Took:
    return Took(median(each.wall for each in took), median(each.cpu for each in took))


def longest(took: Sequence[Took]) -> Took:
    return Took(max(each.wall for each in took), max(each.cpu for each in took))


def counted_text(figures: dict[str, Any], loops: int, frames: int, hours: float) -> str:
    expected = loops * VEHICLES_DRAWN
    return (
        f"Counting: {hours:g} hours ({frames:,} pictures) with {expected:,} vehicles, by the test engine through all "
        f"services in one process: {figures['vehicles']:,} rows, {100 * figures['coverage']:g} % covered, "
        f"{frames / figures['seconds']:.0f} pictures a second. Peak memory "
        f"{figures['early_mb']:.0f} MB from 5 to 10 % of the video and {figures['late_mb']:.0f} MB in its last tenth."
    )


def with_results(document: str, text: str) -> str:
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{DOCUMENT} has no line {BEGIN!r} with {END!r} after it")
    return f"{before}{begin}\n{text}\n{end}{after}"


def machine() -> str:
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} CPUs, Python {platform.python_version()}, load of the machine {load:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.long", description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=1, help="of the places to resume at")
    shared = Path(os.environ.get("ONWATCH_SHARED_DIR", ROOT.parent / "shared"))
    parser.add_argument("--shared", type=Path, default=shared, help="has media/street.mp4; else a drawn clip is looped")
    parser.add_argument("--folder", type=Path, help="where the files go: four times 2 GB for 8 hours")
    parser.add_argument("--no-count", action="store_true", help="leave out counting, which takes the longest")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/performance.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="onwatch-long-", dir=given.folder) as name:
        text = measured_text(given, Path(name))
    print(text)
    if given.write:
        DOCUMENT.write_text(with_results(DOCUMENT.read_text(encoding="utf-8"), text), encoding="utf-8")


def measured_text(given: argparse.Namespace, folder: Path) -> str:
    street = given.shared / "media" / "street.mp4"
    drawn = LoopedClip.drawn(folder / "drawn.mp4")
    clip = LoopedClip.of(street, folder / "loop.mp4") if street.is_file() else drawn
    last = round(given.hours * 3600 * RATE) - RATE
    frames = sorted(random.Random(given.seed).sample(range(RATE, last), POSITIONS))  # noqa: S311 a seeded choice
    measured = [measure(path, folder, frames) for path in files_of(clip, folder, given.hours)]
    paragraphs = [
        f"Measured by `make bench-long` on {datetime.now(UTC):%Y-%m-%d}: {given.hours:g} hours of "
        f"`{street.name if street.is_file() else 'a drawn clip'}` at {RATE} pictures a second; {machine()}. "
        "Wall time, then CPU time.",
        table(measured),
    ]
    if not given.no_count:
        path, loops = drawn.looped(folder / "drawn-long.mp4", given.hours)
        figures = stage("count", folder / "data-drawn", path)
        paragraphs.append(counted_text(figures, loops, loops * drawn.frames, given.hours))
    return "\n\n".join(paragraphs)


if __name__ == "__main__":
    main()
