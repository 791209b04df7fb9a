"""Alerts: which rules on the counted traffic are met, and when. Pure functions of the log of detections."""

from onwatch_counting.alerts.latch import Cleared, Raised
from onwatch_counting.alerts.plan import AlertPlan, PlannedRule, WantedRule, has_place, place_name, planned, updated
from onwatch_counting.alerts.watch import AlertChange, AlertWatch, WatchStateError

__all__ = [
    "AlertChange",
    "AlertPlan",
    "AlertWatch",
    "Cleared",
    "PlannedRule",
    "Raised",
    "WantedRule",
    "WatchStateError",
    "has_place",
    "place_name",
    "planned",
    "updated",
]
