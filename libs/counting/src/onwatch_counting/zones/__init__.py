"""The counting rules: which vehicle is inside a zone, since when, and which two tracks are one vehicle. Pure, no I/O.

In short (the full text is in docs/counting.md): inside is the anchor in the polygon, border included; video time only,
thresholds in seconds; a single detection is never counted; a grace period never adds to a dwell time.
"""

from onwatch_counting.vehicles import Observation
from onwatch_counting.zones.counter import ZoneCounter, ZoneStateError
from onwatch_counting.zones.presence import Presence, Stay, Step
from onwatch_counting.zones.rules import ZoneRules

__all__ = ["Observation", "Presence", "Stay", "Step", "ZoneCounter", "ZoneRules", "ZoneStateError"]
