"""Leave out what would make the truth a matter of opinion, and let nobody cross the zone's border on a frame's edge.

A count is exact only where the truth is: a vehicle that is nearly hidden in the zone, that creeps along its border, or
that is inside for a blink or at the very end of the clip is dropped before anything is painted. Steady vehicles are
moved by less than one frame in time so that they cross the border in the middle between two frames as nearly as
possible: then the frame of the crossing does not hang on a pixel.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .geometry import Floats
from .layout import Layout, inside
from .spec import ClipSpec
from .traffic import Trip
from .truth import Track, anchors_of, inside_frames

SHORTEST_VISIT_S = 0.5  # well above the shortest visit that counts
LAST_EXIT_S = 0.8  # before the end; later the clip does not show that the vehicle stays away
SLOW_PX, BORDER_PX = 1.5, 6.0  # at 640 pixels width


def crossing_shift(trip: Trip, track: Track, spec: ClipSpec, layout: Layout) -> float:
    """By how many frames to delay a steady trip so that its border crossings are far from any frame's instant."""
    polygon = np.array(layout.roi) * (spec.width, spec.height)
    frames = inside_frames(track, layout.roi, layout.anchor, (spec.width, spec.height)).astype(int)
    if not len(frames):
        return 0.0
    points = anchors_of(track.boxes, layout.anchor)
    phases = []
    if frames[0] > 0:
        phases.append(_crossing(points[frames[0] - 1], points[frames[0]], polygon))
    if frames[-1] < spec.frame_count - 1:
        phases.append(1 - _crossing(points[frames[-1] + 1], points[frames[-1]], polygon))
    shifts = np.linspace(-0.5, 0.5, 41)
    room = [min((abs((p + s + 0.5) % 1 - 0.5) for p in phases), default=0.5) for s in shifts]
    return float(shifts[int(np.argmax(room))])


def _crossing(outside_point: Floats, inside_point: Floats, polygon: Floats) -> float:
    """Where between two frames (0..1 from the outer) the anchor crosses the border."""
    if np.isnan(outside_point).any():
        return 0.5
    fractions = np.linspace(0, 1, 65)
    path = outside_point + fractions[:, None] * (inside_point - outside_point)
    return float(fractions[int(np.argmax(inside(path, polygon)))])


def shifted(trip: Trip, frames: float, spec: ClipSpec) -> Trip:
    """The same trip, `frames` frames later."""
    return replace(trip, y=trip.y - trip.lane.heading * trip.speed_m_s * frames / spec.fps)


def is_clear(track: Track, visible: Floats, spec: ClipSpec, layout: Layout) -> bool:
    """Whether everybody would agree when this vehicle was inside; `visible` is its visible fraction per frame."""
    size = (spec.width, spec.height)
    frames = inside_frames(track, layout.roi, layout.anchor, size).astype(int)
    if not len(frames):
        return True
    if (frames[-1] - frames[0]) / spec.fps < SHORTEST_VISIT_S or frames[-1] - frames[0] >= len(frames):
        return False
    last = spec.frame_count - 1
    if frames[-1] < last and (last - frames[-1]) / spec.fps < LAST_EXIT_S:
        return False
    reach = slice(max(0, frames[0] - 3), frames[-1] + 4)
    if np.nanmin(visible[reach], initial=1.0) < spec.min_visible_fraction:
        return False
    return not _creeps(anchors_of(track.boxes, layout.anchor), layout.roi, size)


def _creeps(points: Floats, roi: Sequence[Sequence[float]], size: tuple[int, int]) -> bool:
    """Whether the anchor moves slowly while it is near the zone's border."""
    scale = size[0] / 640
    polygon = np.array(roi) * np.array(size)
    slow = np.linalg.norm(np.diff(points, axis=0, append=points[-1:]), axis=1) < SLOW_PX * scale
    near = np.min([_to_segment(points, a, b) for a, b in zip(polygon, np.roll(polygon, -1, axis=0), strict=True)], axis=0)
    moving_on = np.arange(len(points)) < len(points) - 1
    return bool((slow & (near < BORDER_PX * scale) & moving_on).any())


def _to_segment(points: Floats, a: Floats, b: Floats) -> Floats:
    along = np.clip(((points - a) @ (b - a)) / ((b - a) @ (b - a)), 0, 1)
    return np.asarray(np.linalg.norm(points - (a + along[:, None] * (b - a)), axis=1))
