"""The ground truth: which vehicle was in the zone from which frame to which, computed from the drawn geometry."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from .geometry import Floats
from .layout import Polygon, inside
from .spec import VEHICLE_TYPES, Anchor, VehicleType

MIN_INSIDE_S = 0.2
ExitReason = Literal["left", "end_of_video"]


@dataclass(frozen=True)
class TruthBox:
    """One vehicle in one frame: its full extent in pixels without its shadow, cut at the picture's border."""

    vehicle_id: int
    vehicle_type: VehicleType
    left: float
    top: float
    right: float
    bottom: float
    visible_fraction: float  # of its outline: not occluded and inside the picture


@dataclass(frozen=True)
class VehicleTruth:
    """One vehicle's visit. Frames are the first and the last with the anchor inside; seconds are frames / fps."""

    vehicle_id: int
    vehicle_type: VehicleType
    entered_s: float
    left_s: float
    dwell_s: float
    entered_frame: int
    left_frame: int
    exit_reason: ExitReason
    born_inside: bool


@dataclass(frozen=True)
class Truth:
    """The results of a perfect counter for one zone."""

    roi: Polygon
    anchor: Anchor
    fps: float
    frames: int
    vehicles: tuple[VehicleTruth, ...]

    @property
    def total_vehicles_count(self) -> int:
        """How many vehicles were inside."""
        return len(self.vehicles)

    @property
    def counts_by_type(self) -> dict[VehicleType, int]:
        """How many of each type, zeros included."""
        return {name: sum(v.vehicle_type == name for v in self.vehicles) for name in VEHICLE_TYPES}

    def to_json(self, clip: str) -> dict[str, Any]:
        """The content of `<clip>.truth.json`."""
        return {
            "clip": clip,
            "fps": self.fps,
            "frames": self.frames,
            "anchor": self.anchor,
            "roi": [list(point) for point in self.roi],
            "total": self.total_vehicles_count,
            "total_vehicles_count": self.total_vehicles_count,
            "counts_by_type": self.counts_by_type,
            "vehicles": [{"n": v.vehicle_id, "type": v.vehicle_type, **asdict(v)} for v in self.vehicles],
        }


@dataclass(frozen=True)
class Track:
    """Where one vehicle's box was: (frames, 4) left, top, right, bottom in pixels, NaN where it is not visible."""

    vehicle_id: int
    vehicle_type: VehicleType
    boxes: Floats


def anchors_of(boxes: Floats, anchor: Anchor) -> Floats:
    """The anchor point (N, 2) of each box (N, 4)."""
    across = (boxes[:, 0] + boxes[:, 2]) / 2
    down = boxes[:, 3] if anchor == "bottom_center" else (boxes[:, 1] + boxes[:, 3]) / 2
    return np.stack([across, down], axis=1)


def inside_frames(track: Track, roi: Sequence[Sequence[float]], anchor: Anchor, size: tuple[int, int]) -> Floats:
    """The numbers of the frames in which the anchor is inside, in order."""
    polygon = np.array(roi, dtype=np.float64) * np.array(size, dtype=np.float64)
    points = anchors_of(track.boxes, anchor)
    seen = ~np.isnan(points[:, 0])
    return np.flatnonzero(seen & inside(np.nan_to_num(points, nan=-1e6), polygon)).astype(np.float64)


def visit_of(track: Track, frames: Floats, fps: float, frame_count: int) -> VehicleTruth | None:
    """The visit over the given inside frames, or None if it is too short to count."""
    if len(frames) < 2 or (frames[-1] - frames[0]) / fps < MIN_INSIDE_S:
        return None
    first, last = int(frames[0]), int(frames[-1])
    reason: ExitReason = "end_of_video" if last == frame_count - 1 else "left"
    entered_s, left_s, dwell_s = (round(n / fps, 6) for n in (first, last, last - first))
    return VehicleTruth(
        track.vehicle_id, track.vehicle_type, entered_s, left_s, dwell_s, first, last, reason, first == 0
    )


def truth_of(
    tracks: Mapping[int, Track] | Sequence[Track],
    roi: Polygon,
    anchor: Anchor,
    fps: float,
    frame_count: int,
    size: tuple[int, int],
) -> Truth:
    """The truth of a zone for given box tracks, in order of entry; `size` is (width, height) in pixels."""
    listed = list(tracks.values()) if isinstance(tracks, Mapping) else list(tracks)
    visits = [visit_of(t, inside_frames(t, roi, anchor, size), fps, frame_count) for t in listed]
    found = sorted((v for v in visits if v is not None), key=lambda v: (v.entered_frame, v.vehicle_id))
    return Truth(tuple((float(x), float(y)) for x, y in roi), anchor, fps, frame_count, tuple(found))
