"""The zones and gates of a site, prepared for counting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from onwatch_contracts.site import CountedTypes, Gate, Site, SiteZone
from onwatch_contracts.values import Anchor, Zone
from onwatch_counting.gates import GateLine, GateRules
from onwatch_counting.speed import SpeedRules
from onwatch_counting.vehicles import VehicleRules
from onwatch_counting.zones import ZoneRules
from onwatch_geometry import Area, Box, Point


@dataclass(frozen=True, slots=True)
class SiteRules:
    """All thresholds of a count."""

    zones: ZoneRules = field(default_factory=ZoneRules)
    gates: GateRules = field(default_factory=GateRules)
    speed: SpeedRules = field(default_factory=SpeedRules)

    @property
    def vehicles(self) -> VehicleRules:
        """Which tracks are one vehicle is decided alike for zones and for the whole picture."""
        return self.zones


class SiteGeometry:
    """Areas and lines in the order of the site. Area 0 is the region of interest."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.roi = Zone(zone_id=site.zones[0].zone_id, polygon=site.zones[0].polygon)
        self.zones: Sequence[tuple[SiteZone, Area]] = [(zone, Area(zone.polygon)) for zone in site.zones]
        self.gates: Sequence[tuple[Gate, GateLine]] = [(gate, GateLine(gate.points)) for gate in site.gates]


def anchor_of(box: Box, anchor: Anchor) -> Point:
    """As `LoggedBox.observation` computes it, bit for bit."""
    left, top, right, bottom = box
    return (left + right) / 2, bottom if anchor is Anchor.BOTTOM_CENTER else (top + bottom) / 2


def is_counted(kind: str, types: CountedTypes) -> bool:
    return types is None or kind in types
