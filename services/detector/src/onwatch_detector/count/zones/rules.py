"""The thresholds of the zone rules, all in seconds of video time or in sizes of the vehicle's own box."""

from __future__ import annotations

from dataclasses import dataclass

TOLERANCE_S = 1e-6  # timestamps are frame / fps: five frames at 25 fps must be 0.2 s, whatever the last bit says


@dataclass(frozen=True, slots=True)
class ZoneRules:
    """When a vehicle has entered, when it has left, and when two tracks are one vehicle."""

    min_inside_s: float = 0.2
    """Inside without a break for this long, and ..."""
    min_detections: int = 3
    """... with at least this many detections (a false box may stay for a second frame), ..."""
    min_seen: float = 0.5
    """... seen in at least this share of the frames since: then it has entered, at the first of them."""
    max_unseen_s: float = 0.5
    """Unseen for longer, a stay that is not yet counted has a break: false boxes fall on one place now and then."""
    exit_grace_s: float = 0.5
    """Seen outside for this long: it has left, at the last moment it was inside."""
    border_boxes: float = 0.05
    """But this near to the border, in its own box's sizes, a detector cannot tell outside from inside ..."""
    border_grace_s: float = 2.0
    """... so there it has left only after this long."""
    lost_grace_s: float = 1.0
    """Not seen for this long: its track is lost."""
    standing_s: float = 1.0
    """In one place, give or take a quarter of its box, for this long: it stands, ..."""
    hidden_grace_s: float = 5.0
    """... and is given this long to be seen again: something that drives past hides it."""
    rematch_boxes: float = 0.75
    """A new track this near (in boxes) to where a lost vehicle can be is that vehicle, ..."""
    rematch_boxes_per_s: float = 0.25
    """... and this much farther for each second it was out of sight."""
    rematch_size_ratio: float = 2.5
    """Unless it is so many times wider, narrower, taller or lower."""

    def reached(self, elapsed_s: float, threshold_s: float) -> bool:
        """Whether the time has come, give or take the rounding of timestamps."""
        return elapsed_s >= threshold_s - TOLERANCE_S
