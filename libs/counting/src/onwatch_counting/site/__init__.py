"""Counts all zones, gates and vehicles of a site."""

from onwatch_counting.site.results import Crossing, SiteResults, SiteVehicle, Span, ZoneVisit

__all__ = ["Crossing", "SiteResults", "SiteVehicle", "Span", "ZoneVisit"]
