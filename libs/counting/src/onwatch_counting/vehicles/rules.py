"""Thresholds that decide which tracks are one vehicle, in seconds of video time or sizes of the vehicle's own box."""

from __future__ import annotations

from dataclasses import dataclass

TOLERANCE_S = 1e-6  # timestamps are frame / fps: five frames at 25 fps must be 0.2 s despite rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleRules:
    """Decide when a vehicle is lost, and which new track is the same vehicle."""

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
    confirm_s: float = 0.2
    """Outside of zones, a track is a vehicle once it was detected over this time, ..."""
    confirm_detections: int = 3
    """... this often, or twice where pictures are that sparse, ..."""
    confirm_seen: float = 0.5
    """... in at least this share of the pictures, ..."""
    confirm_unseen_s: float = 0.5
    """... never unseen for longer than this."""
    stopped_boxes_per_s: float = 0.035
    """For its stops: slower than this, over two seconds, a vehicle stands. A slanted view shortens ways along the road:
    on real junctions cars that drive on move by as little as a tenth of their box in a second."""
    stop_gap_s: float = 1.0
    """Two stops with less than this between them are one."""
    parked_s: float = 300.0
    """A vehicle that stands for longer than any traffic light or queue is parked; ..."""
    video_start_s: float = 1.0
    """... so is one seen since this time of the video that never moved."""

    def reached(self, elapsed_s: float, threshold_s: float) -> bool:
        """Whether the threshold is reached, allowing for the rounding of timestamps."""
        return elapsed_s >= threshold_s - TOLERANCE_S
