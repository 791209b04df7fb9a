"""What is processed: short clips with an exact engine, or a drawn clip with the demo model."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from onwatch_contracts.values import VehicleType
from onwatch_synthetic import SHORT, Scene, write_clip
from onwatch_testkit.blob_engine import Drive, write_blob_clip

BLOB_CLIPS = 6
FRAMES, FRAMES_PER_SECOND = 120, 25
LANES = (10, 50, 90, 130)
WIDTH, HEIGHT = 176, 120
TYPES = (VehicleType.CAR, VehicleType.TRUCK, VehicleType.BUS)
BLOB_ROI = [[0.0, 0.2], [1.0, 0.2], [1.0, 0.8], [0.0, 0.8]]


@dataclass(frozen=True)
class Footage:
    """Clips, and the detector that is to see them."""

    clips: int
    write: Callable[[Path], Sequence[Path]]
    """Into a folder."""
    roi: Sequence[Sequence[float]]
    anchor: str
    modules: Mapping[str, str]
    """Programs other than the service's own, by service."""


def drives_of(seed: int) -> list[Drive]:
    """One to three vehicles a lane, one after the other."""
    chance = random.Random(seed)
    drives = []
    for left in LANES:
        first_frame = chance.randint(-20, 15)  # some are on the road when the clip begins
        for _ in range(chance.randint(1, 3)):
            speed = chance.randint(2, 6)
            drives.append(Drive(chance.choice(TYPES), left, first_frame, speed, width=24, height=26))
            first_frame += chance.randint(30, 50) + 60 // speed
    return drives


def write_blob_clips(folder: Path) -> Sequence[Path]:
    """A few vehicles each. The last one has bytes overwritten in its middle: frames that cannot be decoded."""
    paths = [folder / f"clip-{seed}.mp4" for seed in range(BLOB_CLIPS)]
    for seed, path in enumerate(paths):
        write_blob_clip(
            path, drives_of(seed), frames=FRAMES, frames_per_second=FRAMES_PER_SECOND, width=WIDTH, height=HEIGHT
        )
    _damage(paths[-1])
    return paths


def _damage(path: Path) -> None:
    """Within the pictures' data, whose place the container knows by its offsets alone."""
    content = bytearray(path.read_bytes())
    begin = content.index(b"mdat") + 4
    middle = begin + (len(content) - begin) // 3
    content[middle : middle + 200] = bytes(random.Random(0).randbytes(200))
    path.write_bytes(content)


def write_drawn_clip(folder: Path) -> Sequence[Path]:
    path = folder / "drawn.mp4"
    write_clip(path, SHORT)
    return [path]


BLOBS = Footage(BLOB_CLIPS, write_blob_clips, BLOB_ROI, "center", {"detector": "faults.detector"})
DRAWN = Footage(1, write_drawn_clip, [list(point) for point in Scene(SHORT).default_roi], "bottom_center", {})
