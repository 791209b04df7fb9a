"""Thresholds of the zone rules, in seconds of video time or in sizes of the vehicle's own box."""

from __future__ import annotations

from dataclasses import dataclass

from onwatch_counting.vehicles import VehicleRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRules(VehicleRules):
    """Decide when a vehicle has entered, when it has left, and when two tracks are one vehicle."""

    min_inside_s: float = 0.2
    """A vehicle has entered once it was inside without a break for this long, ..."""
    min_detections: int = 3
    """... with at least this many detections (a false box may persist for a second frame), ..."""
    min_seen: float = 0.5
    """... in at least this share of the frames. The entry time is the first detection inside."""
    max_unseen_s: float = 0.5
    """Undetected for longer, a stay that is not yet counted has a break: false boxes recur at the same place."""
    exit_grace_s: float = 0.5
    """Detected outside for this long, a vehicle has left. The exit time is its last detection inside."""
    border_boxes: float = 0.05
    """Closer to the border than this, in its own box's sizes, a detector cannot distinguish outside from inside ..."""
    border_grace_s: float = 2.0
    """... so there a vehicle has left only after this long."""
