"""The clips that the browser tests upload."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from onwatch_contracts.values import VehicleType
from onwatch_testkit.blob_engine import Drive, write_blob_clip

RED, BLUE = "red", "blue"
WALLS = {RED: VehicleType.CAR, BLUE: VehicleType.BUS}
MOST_PICTURES = 60  # of the 75 of the clip of three seconds
# No test sees the end of it, however slow the machine is. Each picture costs work, hence so few per second.
LONG_CLIP_S, LONG_CLIP_FPS = 600, 10


@dataclass
class Clips:
    three_seconds: Path
    walls: dict[str, Path]
    """By colour: a wall of that colour covers the left of every picture."""
    raw: Path
    """Sixty pictures without timestamps, of a format whose headers say no rate."""


def write_wall_clip(path: Path, wall_type: VehicleType) -> None:
    wall = Drive(wall_type, left=0, first_frame=0, pixels_per_frame=200, width=40, height=10**6)
    frames = LONG_CLIP_S * LONG_CLIP_FPS
    passing = [Drive(VehicleType.TRUCK, 100, first, 4) for first in range(0, frames, 40)]
    write_blob_clip(path, [wall, *passing], frames=frames, frames_per_second=LONG_CLIP_FPS, keyframe_every=25)
