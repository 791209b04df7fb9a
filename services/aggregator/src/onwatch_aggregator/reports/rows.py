"""The visits and crossings of a video, one by one."""

from __future__ import annotations

from onwatch_aggregator.recounts import StoredResults
from onwatch_aggregator.reports.parts import clock_time
from onwatch_contracts.tables import CrossingRow, VisitRow
from onwatch_counting.dwell import dwell_us, seconds
from onwatch_counting.tables import TypeScheme


def visit_rows(stored: StoredResults, zone_id: str | None, scheme: TypeScheme) -> tuple[VisitRow, ...]:
    """Of one zone, or of all."""
    return tuple(
        VisitRow(
            zone_id=visit.zone_id,
            row_no=visit.row_no,
            visit_no=visit.visit_no,
            vehicle_id=visit.vehicle_id,
            vehicle_type=visit.vehicle_type,
            group=scheme.group_of(visit.vehicle_type),
            entered_at_s=visit.entered_at_s,
            left_at_s=visit.left_at_s,
            entered_at=clock_time(stored.site, visit.entered_at_s),
            left_at=clock_time(stored.site, visit.left_at_s),
            vehicle_dwell_time_s=seconds(dwell_us(visit.entered_at_s, visit.left_at_s)),
            exit_reason=visit.exit_reason,
            born_inside=visit.born_inside,
            moving_s=visit.moving_s,
            standing_s=visit.standing_s,
            stops_count=visit.stops_count,
            is_parked=visit.is_parked,
            speed_kmh=visit.speed_kmh,
            speed_error_kmh=visit.speed_error_kmh,
        )
        for visit in stored.found.results.visits
        if zone_id in (None, visit.zone_id)
    )


def crossing_rows(stored: StoredResults, gate_id: str | None, scheme: TypeScheme) -> tuple[CrossingRow, ...]:
    """Of one gate, or of all."""
    names = {gate.gate_id: (gate.forward_name, gate.backward_name) for gate in stored.site.gates}
    parked = {vehicle.vehicle_id for vehicle in stored.found.results.vehicles if vehicle.is_parked}
    return tuple(
        CrossingRow(
            gate_id=crossing.gate_id,
            vehicle_id=crossing.vehicle_id,
            crossing_no=crossing.crossing_no,
            vehicle_type=crossing.vehicle_type,
            group=scheme.group_of(crossing.vehicle_type),
            at_s=crossing.at_s,
            at=clock_time(stored.site, crossing.at_s),
            direction=crossing.direction,
            direction_name=names[crossing.gate_id][crossing.direction == "backward"],
            position=crossing.position,
            is_parked=crossing.vehicle_id in parked,
            speed_kmh=crossing.speed_kmh,
            speed_error_kmh=crossing.speed_error_kmh,
            headway_s=crossing.headway_s,
            gap_s=crossing.gap_s,
        )
        for crossing in stored.found.results.crossings
        if gate_id in (None, crossing.gate_id)
    )
