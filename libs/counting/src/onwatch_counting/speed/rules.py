"""Settings of the speed measurement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

LENGTHS_M: Mapping[str, float] = MappingProxyType(
    {"car": 4.5, "truck": 9.0, "bus": 12.0, "motorcycle": 2.2, "bicycle": 1.8, "vehicle": 4.5}
)
"""Usual lengths. A box in a slanted view tells no length: its height is that of the vehicle, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedRules:
    """Which detections a speed is measured from."""

    margin: float = 0.05
    """The calibrated area is the quadrilateral, enlarged by this share on every side."""
    half_crossing_s: float = 0.75
    """At a gate, the detections from this long before to this long after: in a bend that turns by 90 degrees in 3 s, a
    straight line through them is 1.5 % too slow."""
    visit_window_s: float = 1.5
    """A visit is measured in pieces of about this length, ..."""
    min_detections: int = 3
    """... with at least this many detections ..."""
    min_window_s: float = 0.4
    """... over this time."""
    max_gap_s: float = 1.5
    """Not across a longer time without a detection in the area."""
    jitter: float = 0.5 / 720
    """No box is more exact than this share of the picture: half a pixel of one with 720 lines."""
    lengths_m: Mapping[str, float] = field(default_factory=lambda: LENGTHS_M)
    """By type, to tell the gap between vehicles from their headway; those of custom models are cars."""

    def length_m(self, kind: str) -> float:
        return self.lengths_m.get(kind, LENGTHS_M["car"])
