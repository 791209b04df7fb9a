"""Whether two sites have the same rows, so that the results of one can be shown as those of the other."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from onwatch_contracts.site import Gate, Site, SiteZone


def counts_alike(one: Site, other: Site) -> bool:
    """Whether they differ at most in what is read with the results: names, colors, order, movements, time of recording.

    An item that was added or removed makes a difference.
    """
    return _counted(one) == _counted(other)


def _counted(site: Site) -> tuple[Any, ...]:
    zones = {zone.zone_id: (zone.polygon, zone.anchor, _types(zone)) for zone in site.zones}
    gates = {gate.gate_id: (gate.points, gate.anchor, _types(gate)) for gate in site.gates}
    return zones, gates, site.calibration, site.aspect_ratio


def _types(item: SiteZone | Gate) -> Hashable:
    return None if item.vehicle_types is None else frozenset(item.vehicle_types)
