"""What is published of a video: one reading for each topic. Pure rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from onwatch_catalog.mqtt.rule_alerts import RuleAlert
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.site import Gate, GateCounts, Site, SiteCounts, SiteZone, ZoneCounts
from onwatch_contracts.values import Totals, VehicleType

STARTING = "starting"
STATES = (STARTING, *VideoStatus)


class Kind(StrEnum):
    """What Home Assistant has to know of a reading."""

    NAME = "name"
    """The name of the video; its device has it."""
    STATE = "state"
    CURRENT = "current"
    """A number that rises and falls."""
    TOTAL = "total"
    """A number that grows, and begins at 0 with each run."""
    ALERT = "alert"
    """Whether the newest alert of a rule is raised."""
    ATTRIBUTES = "attributes"
    """What else is known of that alert; its entity has it."""


@dataclass(frozen=True)
class Snapshot:
    """What is known of a video at a moment."""

    video_id: str
    name: str
    state: str
    site: Site
    totals: Totals | None = None
    """None: there were no numbers since the start of the catalog."""
    counts: SiteCounts | None = None
    alerts: Sequence[RuleAlert] | None = None
    """None: they are not known yet."""


@dataclass(frozen=True)
class Reading:
    """The value of one topic."""

    path: str
    kind: Kind
    label: str
    """For people."""
    value: str | None
    """None: it is not known, and what was published before stays."""


TYPE_LABELS = {
    VehicleType.CAR: "Cars",
    VehicleType.TRUCK: "Trucks",
    VehicleType.BUS: "Buses",
    VehicleType.MOTORCYCLE: "Motorcycles",
    VehicleType.BICYCLE: "Bicycles",
    VehicleType.VEHICLE: "Vehicles of unknown type",
}


def readings(video: Snapshot) -> tuple[Reading, ...]:
    """All readings of a video, also those whose value is not known. Zone `roi` is the video itself."""
    counts = video.counts or SiteCounts()
    zones = {zone.zone_id: zone for zone in counts.zones}
    gates = {gate.gate_id: gate for gate in counts.gates}
    return (
        Reading("name", Kind.NAME, "Name", video.name),
        Reading("state", Kind.STATE, "State", video.state),
        *_of_totals(video.totals),
        *(reading for zone in video.site.zones[1:] for reading in _of_zone(zone, zones.get(zone.zone_id))),
        *(reading for gate in video.site.gates for reading in _of_gate(gate, gates.get(gate.gate_id))),
        *(reading for alert in video.alerts or () for reading in _of_alert(alert)),
    )


def _of_totals(totals: Totals | None) -> Iterator[Reading]:
    current = None if totals is None else totals.current_vehicles_count
    total = None if totals is None else totals.total_vehicles_count
    yield Reading("current", Kind.CURRENT, "Vehicles now", _text(current))
    yield Reading("total", Kind.TOTAL, "Vehicles total", _text(total))
    for vehicle_type, label in TYPE_LABELS.items():
        number = None if totals is None else totals.vehicle_type.get(vehicle_type, 0)
        # The type of a vehicle may still change while it is inside.
        yield Reading(f"types/{vehicle_type}", Kind.CURRENT, label, _text(number))


def _of_zone(zone: SiteZone, counts: ZoneCounts | None) -> Iterator[Reading]:
    current = None if counts is None else counts.current_vehicles_count
    total = None if counts is None else counts.total_vehicles_count
    yield Reading(f"zones/{zone.zone_id}/current", Kind.CURRENT, f"{zone.name} now", _text(current))
    yield Reading(f"zones/{zone.zone_id}/total", Kind.TOTAL, f"{zone.name} total", _text(total))


def _of_gate(gate: Gate, counts: GateCounts | None) -> Iterator[Reading]:
    forward = None if counts is None else sum(counts.forward.values())
    backward = None if counts is None else sum(counts.backward.values())
    yield Reading(f"gates/{gate.gate_id}/forward", Kind.TOTAL, f"{gate.name}: {gate.forward_name}", _text(forward))
    yield Reading(f"gates/{gate.gate_id}/backward", Kind.TOTAL, f"{gate.name}: {gate.backward_name}", _text(backward))


def _of_alert(found: RuleAlert) -> Iterator[Reading]:
    """The attributes first: whoever is told of the state finds those that belong to it."""
    yield Reading(f"alerts/{found.rule_id}/attributes", Kind.ATTRIBUTES, found.rule_name, found.attributes)
    yield Reading(f"alerts/{found.rule_id}/state", Kind.ALERT, found.rule_name, found.state)


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
