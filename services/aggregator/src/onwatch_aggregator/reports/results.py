"""The numbers of all zones and gates of a video."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean

from onwatch_aggregator.recounts import StoredResults
from onwatch_aggregator.reports.parts import (
    balance_of,
    counted_with,
    ordered_counts,
    results_to_count,
    type_groups,
    unassigned_of,
)
from onwatch_contracts.site import Gate, SiteZone
from onwatch_contracts.tables import (
    DirectionResults,
    GateResults,
    TypeBalance,
    VideoRecount,
    VideoResults,
    ZoneResults,
)
from onwatch_contracts.values import DwellTime
from onwatch_counting.dwell import dwell_time, dwell_us
from onwatch_counting.site import Crossing, ZoneVisit
from onwatch_counting.tables import TypeScheme, balance, flow_table, observed_s, queue_of

_NO_BALANCE = TypeBalance(entries={}, exits={}, inside={}, lost={})


def no_results(video_id: str, recount: VideoRecount, *, includes_parked: bool) -> VideoResults:
    """Of a video that was never counted."""
    return VideoResults(
        video_id=video_id,
        counted_with=None,
        recount=recount,
        includes_parked=includes_parked,
        observed_share=0.0,
        types=(),
        zones=(),
        gates=(),
        vehicles_count=0,
        balance=_NO_BALANCE,
        unassigned=(),
        unconfirmed_tracks_count=0,
    )


def video_results(
    video_id: str, stored: StoredResults, recount: VideoRecount, scheme: TypeScheme, *, includes_parked: bool
) -> VideoResults:
    found = results_to_count(stored, includes_parked).found.results
    site, flows = stored.site, flow_table(stored.site, found, "gates")
    types = {row.vehicle_type for rows in (found.vehicles, found.visits, found.crossings) for row in rows}
    return VideoResults(
        video_id=video_id,
        counted_with=counted_with(stored),
        recount=recount,
        includes_parked=includes_parked,
        observed_share=_observed_share(stored),
        types=type_groups(scheme, types),
        zones=tuple(
            _zone(zone, [visit for visit in found.visits if visit.zone_id == zone.zone_id], scheme)
            for zone in site.zones
        ),
        gates=tuple(
            _gate(gate, [crossing for crossing in found.crossings if crossing.gate_id == gate.gate_id], scheme)
            for gate in site.gates
        ),
        vehicles_count=len(found.vehicles),
        balance=balance_of(scheme, balance((one.vehicle_type, one.end_reason) for one in found.vehicles)),
        unassigned=unassigned_of(scheme, flows.unassigned, "gate", {gate.gate_id: gate.name for gate in site.gates}),
        unconfirmed_tracks_count=found.unconfirmed_tracks_count,
    )


def _observed_share(stored: StoredResults) -> float:
    return min(1.0, observed_s(stored.found.observed, 0.0, stored.end_s) / stored.end_s) if stored.end_s > 0 else 0.0


def _zone(zone: SiteZone, visits: Sequence[ZoneVisit], scheme: TypeScheme) -> ZoneResults:
    types = {visit.row_no: visit.vehicle_type for visit in visits}  # with the type of its newest visit
    return ZoneResults(
        zone_id=zone.zone_id,
        name=zone.name,
        total_vehicles_count=len(types),
        current_vehicles_count=0,
        visits_count=len(visits),
        vehicle_type=ordered_counts(scheme, Counter(types.values())),
        vehicle_dwell_time=_dwell_time(visits),
        balance=balance_of(scheme, balance((visit.vehicle_type, visit.exit_reason) for visit in visits)),
        moving_s=round(sum(visit.moving_s for visit in visits), 6),
        standing_s=round(sum(visit.standing_s for visit in visits), 6),
        stops_count=sum(visit.stops_count for visit in visits),
        parked_visits_count=sum(visit.is_parked for visit in visits),
        longest_queue=max(queue_of(visits).lengths, default=0),
        mean_speed_kmh=_mean(visit.speed_kmh for visit in visits),
    )


def _dwell_time(visits: Sequence[ZoneVisit]) -> DwellTime:
    """In whole microseconds, as the totals of runs."""
    dwells_us = [dwell_us(visit.entered_at_s, visit.left_at_s) for visit in visits]
    return dwell_time(len(visits), sum(dwells_us), max(dwells_us, default=0))


def _gate(gate: Gate, crossings: Sequence[Crossing], scheme: TypeScheme) -> GateResults:
    forward = [crossing for crossing in crossings if crossing.direction == "forward"]
    backward = [crossing for crossing in crossings if crossing.direction == "backward"]
    return GateResults(
        gate_id=gate.gate_id,
        name=gate.name,
        forward=_direction(gate.forward_name, forward, scheme),
        backward=_direction(gate.backward_name, backward, scheme),
    )


def _direction(name: str, crossings: Sequence[Crossing], scheme: TypeScheme) -> DirectionResults:
    return DirectionResults(
        name=name,
        total=len(crossings),
        vehicle_type=ordered_counts(scheme, Counter(crossing.vehicle_type for crossing in crossings)),
        mean_speed_kmh=_mean(crossing.speed_kmh for crossing in crossings),
        mean_headway_s=_mean(crossing.headway_s for crossing in crossings),
        mean_gap_s=_mean(crossing.gap_s for crossing in crossings),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
