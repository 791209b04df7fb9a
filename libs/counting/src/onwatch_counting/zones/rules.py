"""Thresholds of the zone rules, in seconds of video time or in sizes of the vehicle's own box."""

from __future__ import annotations

from dataclasses import dataclass

TOLERANCE_S = 1e-6  # timestamps are frame / fps: five frames at 25 fps must be 0.2 s despite rounding


@dataclass(frozen=True, slots=True)
class ZoneRules:
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
    lost_grace_s: float = 1.0
    """Not detected for this long, a track is lost."""
    standing_s: float = 1.0
    """At one place, within a quarter of its box, for this long, a vehicle stands, ..."""
    hidden_grace_s: float = 5.0
    """... and is lost only after this long: passing vehicles hide it."""
    rematch_boxes: float = 0.75
    """A new track this close (in boxes) to where a lost vehicle can be is that vehicle; ..."""
    rematch_boxes_per_s: float = 0.25
    """... the distance grows by this much for each second out of sight."""
    rematch_size_ratio: float = 2.5
    """Not if it is this many times wider, narrower, taller or lower."""

    def reached(self, elapsed_s: float, threshold_s: float) -> bool:
        """Whether the threshold is reached, allowing for the rounding of timestamps."""
        return elapsed_s >= threshold_s - TOLERANCE_S
