"""What the system processes: short clips with an exact engine, or a drawn clip with the demo model."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from onwatch_contracts.values import VehicleType
from onwatch_testkit.api_client import short_scene, write_short_clip
from onwatch_testkit.blob_engine import Drive, write_blob_clip

BLOB_CLIPS = 6
FRAMES, FRAMES_PER_SECOND = 120, 25
MEDIUM_S = 12  # long enough to be interrupted and resumed
ENDLESS_S, ENDLESS_FRAMES_PER_SECOND = 600, 5  # longer than a test may take; few frames, because fifty viewers get each
TRAFFIC_PERIOD_FRAMES = 250  # by then the vehicles of `drives_of` have left
LANES = (10, 50, 90, 130)
WIDTH, HEIGHT = 176, 120
TYPES = (VehicleType.CAR, VehicleType.TRUCK, VehicleType.BUS)
BLOB_ROI = [[0.0, 0.2], [1.0, 0.2], [1.0, 0.8], [0.0, 0.8]]


@dataclass(frozen=True)
class Workload:
    """Clips, and the detector that processes them."""

    clips: int
    write: Callable[[Path], Sequence[Path]]
    """Writes the clips into a folder."""
    roi: Sequence[Sequence[float]]
    anchor: str
    modules: Mapping[str, str]
    """By service: the module to run instead of the service's own."""
    damaged_clip: int | None = None
    """Number of the clip with undecodable frames."""


def drives_of(seed: int) -> list[Drive]:
    """One to three vehicles per lane of the road, one after the other."""
    chance = random.Random(seed)
    drives = []
    for left in LANES:
        first_frame = chance.randint(-20, 15)  # some are on the road when the clip starts
        for _ in range(chance.randint(1, 3)):
            speed = chance.randint(2, 6)
            drives.append(Drive(chance.choice(TYPES), left, first_frame, speed, width=24, height=26))
            first_frame += chance.randint(30, 50) + 60 // speed
    return drives


def write_blob_clips(folder: Path) -> Sequence[Path]:
    """Clips with a few vehicles each; the last one has undecodable frames in its middle."""
    paths = [folder / f"clip-{seed}.mp4" for seed in range(BLOB_CLIPS)]
    for seed, path in enumerate(paths):
        write_blob_clip(
            path, drives_of(seed), frames=FRAMES, frames_per_second=FRAMES_PER_SECOND, width=WIDTH, height=HEIGHT
        )
    _damage(paths[-1])
    return paths


def _damage(path: Path) -> None:
    """Overwrite bytes of the frame data, which the container format locates by offsets alone."""
    content = bytearray(path.read_bytes())
    begin = content.index(b"mdat") + 4
    middle = begin + (len(content) - begin) // 3
    content[middle : middle + 200] = bytes(random.Random(0).randbytes(200))
    path.write_bytes(content)


def write_watched_clips(folder: Path) -> Sequence[Path]:
    """A clip that no test sees the end of, and one of a few seconds."""
    paths = [folder / "endless.mp4", folder / "medium.mp4"]
    rates = ((ENDLESS_S, ENDLESS_FRAMES_PER_SECOND), (MEDIUM_S, FRAMES_PER_SECOND))
    for path, (seconds, frames_per_second) in zip(paths, rates, strict=True):
        frames = seconds * frames_per_second
        drives = [
            replace(drive, first_frame=drive.first_frame + start)
            for start in range(0, frames, TRAFFIC_PERIOD_FRAMES)
            for drive in drives_of(start)
        ]
        write_blob_clip(path, drives, frames=frames, frames_per_second=frames_per_second, width=WIDTH, height=HEIGHT)
    return paths


def write_drawn_clip(folder: Path) -> Sequence[Path]:
    path = folder / "drawn.mp4"
    write_short_clip(path)
    return [path]


BLOBS = Workload(
    BLOB_CLIPS, write_blob_clips, BLOB_ROI, "center", {"detector": "faults.detector"}, damaged_clip=BLOB_CLIPS - 1
)
WATCHED = Workload(2, write_watched_clips, BLOB_ROI, "center", {"detector": "faults.detector"})


def drawn() -> Workload:
    """A clip that the demo model detects."""
    return Workload(1, write_drawn_clip, [list(point) for point in short_scene().default_roi], "bottom_center", {})
