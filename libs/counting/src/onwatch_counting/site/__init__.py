"""Counts all zones, gates and vehicles of a site."""

from onwatch_counting.site.alike import counts_alike
from onwatch_counting.site.counter import SiteCounter, SiteStateError
from onwatch_counting.site.geometry import SiteGeometry, SiteRules, is_counted
from onwatch_counting.site.journey import Journey
from onwatch_counting.site.results import Crossing, SiteResults, SiteVehicle, Span, ZoneVisit
from onwatch_counting.site.rows import RoiRow, RowMaker, Traveller
from onwatch_counting.site.speedometer import VehiclePath
from onwatch_counting.site.zone_track import ClosedVisit, ZoneTrack

__all__ = [
    "ClosedVisit",
    "Crossing",
    "Journey",
    "RoiRow",
    "RowMaker",
    "SiteCounter",
    "SiteGeometry",
    "SiteResults",
    "SiteRules",
    "SiteStateError",
    "SiteVehicle",
    "Span",
    "Traveller",
    "VehiclePath",
    "ZoneTrack",
    "ZoneVisit",
    "counts_alike",
    "is_counted",
]
