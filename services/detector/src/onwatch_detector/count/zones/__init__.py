"""What the numbers mean: who is inside a zone, since when, and who is whom. Pure rules, no I/O.

In short (the full text is in docs): inside is the anchor in the polygon, border included; video time only,
thresholds in seconds; nothing is counted on one detection; no grace adds to a dwell time.
"""

from onwatch_detector.count.zones.counter import ZoneCounter, ZoneStateError
from onwatch_detector.count.zones.observation import Observation
from onwatch_detector.count.zones.rules import ZoneRules

__all__ = ["Observation", "ZoneCounter", "ZoneRules", "ZoneStateError"]
