"""When a vehicle leaves over the border of the picture, and when it has left."""

from __future__ import annotations

from onwatch_counting.vehicles.motion import Motion
from onwatch_counting.vehicles.rules import VehicleRules
from onwatch_geometry import middle, size

EDGE = 0.005
"""A box that is this close to the border of the picture, as a share of it, touches it."""
LEAVING_S = 0.5
"""One whose speed takes its middle over the border within this time leaves the picture."""


def leaves(motion: Motion, rules: VehicleRules) -> bool:
    """Whether it was at the border of the picture, or on its way over it, when it was last seen."""
    if motion.stands(rules):
        return False
    left, top, right, bottom = motion.box
    if min(left, top) <= EDGE or max(right, bottom) >= 1 - EDGE:
        return True
    (x, y), (vx, vy), (width, height) = middle(motion.box), motion.velocity or (0.0, 0.0), size(motion.box)
    ahead_x, ahead_y = x + vx * LEAVING_S, y + vy * LEAVING_S
    return not (width / 2 <= ahead_x <= 1 - width / 2 and height / 2 <= ahead_y <= 1 - height / 2)


def has_left(motion: Motion, timestamp_s: float, rules: VehicleRules) -> bool:
    """Whether a vehicle that the border cut off has taken the rest of its box over it by the given time.

    Its speed is that of the middle of its box, which is half of its own where the border cuts it off: so what is hidden
    at the border by something else for a moment has not left.
    """
    if motion.velocity is None or motion.stands(rules):
        return False
    (left, top, right, bottom), (vx, vy) = motion.box, motion.velocity
    unseen_s = timestamp_s - motion.seen_s
    sides = ((left, right, -vx), (1 - right, 1 - left, vx), (top, bottom, -vy), (1 - bottom, 1 - top, vy))
    return any(near <= EDGE and outwards * unseen_s > far for near, far, outwards in sides)
