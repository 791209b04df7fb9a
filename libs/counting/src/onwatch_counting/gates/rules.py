"""Thresholds of the gate rules, in seconds of video time or in sizes of the vehicle's own box."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """Decide when a path that met a gate has crossed it."""

    clear_boxes: float = 1.0
    """This far beyond the line a vehicle has crossed it: its whole box is beyond, whichever end the anchor is at. One
    that turns back before is as one that never came."""
    min_beyond_s: float = 0.2
    """It was detected beyond for this long, ..."""
    min_detections: int = 3
    """... this often, or twice where pictures are that sparse: a wrong box may persist for a second picture."""
    border_boxes: float = 0.05
    """Lost, or at the end of the video, one that moved on without turning has crossed. Any other, if it is beyond by
    more than this, the error of a detector; ..."""
    waiting_boxes: float = 0.15
    """... one that stands or creeps, if it is this far beyond ..."""
    waiting_s: float = 0.5
    """... since this time, ..."""
    border_waiting_s: float = 2.0
    """... or since this time: a box that trembles over the line is not."""
    jump_boxes: float = 1.0
    """Detected beyond for less than `min_beyond_s`: if it is no farther than this from where its speed took it."""
