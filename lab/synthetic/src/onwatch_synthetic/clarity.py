"""Leave out vehicles whose ground truth would be ambiguous.

A count is exact only where the truth is: a vehicle that is nearly hidden in the zone, that creeps along its border, or
that is inside for a blink or gone at the very end of the clip is dropped before anything is painted.
"""

from collections.abc import Sequence

import numpy as np

from .geometry import Floats
from .layout import Layout
from .spec import ClipSpec
from .truth import Track, anchors_of, inside_frames

SHORTEST_VISIT_S = 0.5  # well above the shortest counted visit
LAST_EXIT_S = 0.8  # before the end; later the clip does not show whether the vehicle returns
CROSSING_VISIBLE = 0.88  # while the anchor crosses the border: a hidden lower edge makes the time ambiguous
SLOW_PX, BORDER_PX = 2.0, 6.0  # at 640 pixels width


def is_clear(track: Track, visible: Floats, spec: ClipSpec, layout: Layout) -> bool:
    """Whether the time inside is unambiguous; `visible` is the vehicle's visible fraction per frame."""
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
    crossings = [visible[max(0, n - 3) : n + 4] for n in (frames[0], frames[-1]) if 0 < n < last]
    if any(np.nanmin(part, initial=1.0) < CROSSING_VISIBLE for part in crossings):
        return False
    return not _creeps(anchors_of(track.boxes, layout.anchor), layout.roi, size)


def _creeps(points: Floats, roi: Sequence[Sequence[float]], size: tuple[int, int]) -> bool:
    """Whether the anchor moves slowly while it is near the zone's border."""
    scale = size[0] / 640
    polygon = np.array(roi) * np.array(size)
    slow = np.linalg.norm(np.diff(points, axis=0, append=points[-1:]), axis=1) < SLOW_PX * scale
    near = np.min(
        [_to_segment(points, a, b) for a, b in zip(polygon, np.roll(polygon, -1, axis=0), strict=True)], axis=0
    )
    moving_on = np.arange(len(points)) < len(points) - 1
    return bool((slow & (near < BORDER_PX * scale) & moving_on).any())


def _to_segment(points: Floats, a: Floats, b: Floats) -> Floats:
    along = np.clip(((points - a) @ (b - a)) / ((b - a) @ (b - a)), 0, 1)
    return np.asarray(np.linalg.norm(points - (a + along[:, None] * (b - a)), axis=1))
