"""Counts all zones, gates and vehicles of a site."""

from onwatch_counting.site.counter import SiteCounter, SiteStateError
from onwatch_counting.site.geometry import SiteRules
from onwatch_counting.site.results import Crossing, SiteResults, SiteVehicle, Span, ZoneVisit

__all__ = [
    "Crossing",
    "SiteCounter",
    "SiteResults",
    "SiteRules",
    "SiteStateError",
    "SiteVehicle",
    "Span",
    "ZoneVisit",
]
