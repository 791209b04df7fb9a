"""Make steady vehicles cross the zone's border midway between two frames.

Where a vehicle crosses at the very instant of a frame, a hundredth of a pixel decides whether that frame counts. A
steady trip is therefore delayed by at most half a frame, and its speed changed by the few percent that put both of its
crossings in the middle between two frames: then a box must be wrong by half a frame's way before the first or the last
frame inside changes. A trip that queues is only delayed, so that both crossings are a quarter of a frame away from any.
"""

from dataclasses import replace

import numpy as np

from .geometry import Floats
from .layout import Layout, inside
from .spec import ClipSpec
from .traffic import Trip
from .truth import Track, anchors_of, inside_frames

FINENESS = 65  # search steps between two frames


def between_frames(trip: Trip, track: Track, spec: ClipSpec, layout: Layout, steady: bool) -> Trip:
    """The retimed trip; `track` is its current track, `steady` means constant speed."""
    times = crossing_times(track, spec, layout)
    if not times or spec.frame_count < 2:
        return trip
    if not steady:
        return _delayed(trip, best_delay(times))
    wanted = [float(np.floor(time)) + 0.5 for time in times]
    rate = (wanted[-1] - wanted[0]) / (times[-1] - times[0]) if len(times) == 2 else 1.0
    return _retimed(trip, times[0] - wanted[0] / rate, 1 / rate)


def best_delay(times: list[float]) -> float:
    """The delay, up to half a frame, that keeps all frame times as far as possible from whole numbers."""
    delays = np.linspace(-0.5, 0.5, 41)
    nearest = [min(abs(delay + m - np.round(delay + m)) for m in times) for delay in delays]
    return float(delays[int(np.argmax(nearest))])


def crossing_times(track: Track, spec: ClipSpec, layout: Layout) -> list[float]:
    """Frame times at which the anchor enters and leaves the default zone within the clip."""
    polygon = np.array(layout.roi) * (spec.width, spec.height)
    frames = inside_frames(track, layout.roi, layout.anchor, (spec.width, spec.height)).astype(int)
    if not len(frames):
        return []
    points = anchors_of(track.boxes, layout.anchor)
    first, last = int(frames[0]), int(frames[-1])
    times = [first - 1 + _share(points[first - 1], points[first], polygon)] if first > 0 else []
    if last < spec.frame_count - 1:
        times.append(last + 1 - _share(points[last + 1], points[last], polygon))
    return times


def _share(outside_point: Floats, inside_point: Floats, polygon: Floats) -> float:
    """Fraction of the line from the outer to the inner point that lies outside, 0..1."""
    if np.isnan(outside_point).any():
        return 0.5
    shares = np.linspace(0, 1, FINENESS)
    path = outside_point + shares[:, None] * (inside_point - outside_point)
    return float(shares[int(np.argmax(inside(path, polygon)))])


def _retimed(trip: Trip, at_zero: float, rate: float) -> Trip:
    """The trip whose frame n is the old frame `at_zero + rate * n`."""
    numbers = np.arange(len(trip.y), dtype=np.float64)
    old = at_zero + rate * numbers
    x = np.interp(old, numbers, trip.x)
    return replace(trip, x=x, y=trip.y[0] + (trip.y[1] - trip.y[0]) * old, speed_m_s=trip.speed_m_s * rate)


def _delayed(trip: Trip, frames: float) -> Trip:
    """The trip, delayed by that many frames; extrapolated at the ends of the clip."""
    numbers = np.arange(len(trip.y), dtype=np.float64)
    old = numbers - frames
    first, last = trip.y[1] - trip.y[0], trip.y[-1] - trip.y[-2]
    padded = np.concatenate([[trip.y[0] - first], trip.y, [trip.y[-1] + last]])
    y = np.interp(old, np.arange(-1, len(trip.y) + 1), padded)
    return replace(trip, x=np.interp(old, numbers, trip.x), y=y)
