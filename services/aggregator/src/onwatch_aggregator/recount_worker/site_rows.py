"""Converts results to rows of SQL and back, bit for bit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from onwatch_contracts.site import Site
from onwatch_contracts.values import ExitReason
from onwatch_counting.site import Crossing, SiteResults, SiteVehicle, ZoneVisit

Row = dict[str, Any]


def vehicle_row(video_id: str, vehicle: SiteVehicle) -> Row:
    return {"video_id": video_id, **_fields(vehicle), "end_reason": vehicle.end_reason.value}


def visit_row(video_id: str, visit: ZoneVisit) -> Row:
    return {
        "video_id": video_id,
        **_fields(visit),
        "exit_reason": visit.exit_reason.value,
        "standing_spans_s": [list(span) for span in visit.standing_spans_s],
    }


def crossing_row(video_id: str, crossing: Crossing) -> Row:
    fields = _fields(crossing)
    x, y = fields.pop("position")
    return {"video_id": video_id, **fields, "x": x, "y": y}


def results_of(
    site: Site,
    vehicles: Iterable[Mapping[str, Any]],
    visits: Iterable[Mapping[str, Any]],
    crossings: Iterable[Mapping[str, Any]],
    unconfirmed_tracks_count: int,
) -> SiteResults:
    """From rows in any order; the order of results is a function of the site."""
    zones = {zone.zone_id: index for index, zone in enumerate(site.zones)}
    gates = {gate.gate_id: index for index, gate in enumerate(site.gates)}
    return SiteResults(
        vehicles=tuple(sorted(map(_vehicle, vehicles), key=lambda one: one.vehicle_id)),
        visits=tuple(sorted(map(_visit, visits), key=lambda one: (zones[one.zone_id], one.row_no, one.visit_no))),
        crossings=tuple(
            sorted(
                map(_crossing, crossings),
                key=lambda one: (gates[one.gate_id], one.at_s, one.vehicle_id, one.crossing_no),
            )
        ),
        unconfirmed_tracks_count=unconfirmed_tracks_count,
    )


def _vehicle(row: Mapping[str, Any]) -> SiteVehicle:
    return SiteVehicle(**_without_video(row) | {"end_reason": ExitReason(row["end_reason"])})


def _visit(row: Mapping[str, Any]) -> ZoneVisit:
    spans = tuple((since_s, until_s) for since_s, until_s in row["standing_spans_s"])
    return ZoneVisit(**_without_video(row) | {"exit_reason": ExitReason(row["exit_reason"]), "standing_spans_s": spans})


def _crossing(row: Mapping[str, Any]) -> Crossing:
    fields = _without_video(row)
    return Crossing(position=(fields.pop("x"), fields.pop("y")), **fields)


def _without_video(row: Mapping[str, Any]) -> Row:
    return {name: value for name, value in row.items() if name != "video_id"}


def _fields(value: SiteVehicle | ZoneVisit | Crossing) -> Row:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}
