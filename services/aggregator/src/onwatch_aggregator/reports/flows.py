"""The origin-destination matrix and the movements of a video."""

from __future__ import annotations

from onwatch_aggregator.recounts import StoredResults
from onwatch_aggregator.reports.parts import (
    balance_of,
    counted_with,
    ordered_counts,
    results_to_count,
    unassigned_of,
)
from onwatch_contracts.tables import FlowCell, FlowPath, FlowStep, MovementResults, Place, VideoFlows
from onwatch_counting.tables import PlaceKind, TypeScheme, flow_table, movement_counts


def video_flows(
    video_id: str, stored: StoredResults, over: PlaceKind, scheme: TypeScheme, *, includes_parked: bool
) -> VideoFlows:
    found, site = results_to_count(stored, includes_parked).found.results, stored.site
    table, movements = flow_table(site, found, over), movement_counts(site, found)
    names = {gate.gate_id: gate.name for gate in site.gates}
    if over == "zones":
        names = {zone.zone_id: zone.name for zone in site.zones}
    return VideoFlows(
        video_id=video_id,
        counted_with=counted_with(stored),
        over=over,
        includes_parked=includes_parked,
        places=tuple(Place(id=place, name=names[place]) for place in table.places),
        flows=tuple(
            FlowCell(
                origin=flow.origin,
                destination=flow.destination,
                total=sum(flow.counts.values()),
                vehicle_type=ordered_counts(scheme, flow.counts),
            )
            for flow in table.flows
        ),
        paths=tuple(
            FlowPath(
                steps=tuple(FlowStep(id=place, direction=direction) for place, direction in path.steps),
                total=sum(path.counts.values()),
                vehicle_type=ordered_counts(scheme, path.counts),
            )
            for path in table.paths
        ),
        movements=tuple(
            MovementResults(
                movement_id=movement.movement_id,
                name=movement.name,
                total=sum(movements.counts[movement.movement_id].values()),
                vehicle_type=ordered_counts(scheme, movements.counts[movement.movement_id]),
            )
            for movement in site.movements
        ),
        without_movement=ordered_counts(scheme, movements.without_movement),
        unassigned=unassigned_of(scheme, table.unassigned, over.removesuffix("s"), names),
        balance=balance_of(scheme, table.balance),
        vehicles_count=table.vehicles_count,
        unconfirmed_tracks_count=table.unconfirmed_tracks_count,
        visits_without_vehicle_count=table.visits_without_vehicle_count,
    )
