"""Builds a run's rows from its events, and checks its totals against the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby, islice
from operator import attrgetter

from onwatch_aggregator.counting.totals import RunTotals
from onwatch_contracts.http import Vehicle
from onwatch_contracts.values import Entered, Left, VehicleType, ZoneEvent
from onwatch_counting.dwell import dwell_us, seconds


class InconsistentRun(Exception):
    """The rows and totals of a final run differ: none of it may be shown as a result."""


def visit_key(event: ZoneEvent) -> str:
    """Identifies a visit within a run."""
    return f"{event.vehicle_id}:{event.visit_no}:{event.zone_id}"


def visit_order(key: str) -> tuple[int, int, str]:
    """Sorts keys by vehicle, visit and zone, as `vehicles` sorts rows."""
    vehicle_id, visit_no, zone_id = key.split(":", 2)
    return int(vehicle_id), int(visit_no), zone_id


def vehicle(entered: Entered, left: Left | None) -> Vehicle:
    """The row of one visit; its vehicle type may still change until the vehicle has left."""
    us = None if left is None else dwell_us(entered.entered_at_s, left.left_at_s)
    return Vehicle(
        vehicle_id=entered.vehicle_id,
        visit_no=entered.visit_no,
        zone_id=entered.zone_id,
        vehicle_type=(left or entered).vehicle_type,
        entered_at_s=entered.entered_at_s,
        left_at_s=left.left_at_s if left else None,
        vehicle_dwell_time_s=None if us is None else seconds(us),
        exit_reason=left.exit_reason if left else None,
        born_inside=entered.born_inside,
    )


def vehicles(entered: Mapping[str, Entered], left: Mapping[str, Left]) -> tuple[Vehicle, ...]:
    """The rows of a run, ordered by vehicle and visit. Both mappings are keyed by `visit_key`."""
    rows = (vehicle(event, left.get(key)) for key, event in entered.items())
    return tuple(sorted(rows, key=lambda row: (row.vehicle_id, row.visit_no, row.zone_id)))


def totals_of(rows: Iterable[Vehicle]) -> RunTotals:
    """Compute the totals from rows that are ordered by vehicle and visit."""
    types = Counter[VehicleType]()
    visits_count = closed_count = dwell_total_us = dwell_max_us = 0
    for _, of_vehicle in groupby(rows, key=attrgetter("vehicle_id")):
        for row in of_vehicle:
            visits_count += 1
            if row.left_at_s is not None:
                closed_count += 1
                us = dwell_us(row.entered_at_s, row.left_at_s)
                dwell_total_us, dwell_max_us = dwell_total_us + us, max(dwell_max_us, us)
        types[row.vehicle_type] += 1  # a vehicle counts once, with the type of its newest visit
    return RunTotals(
        total_vehicles_count=types.total(),
        current_vehicles_count=visits_count - closed_count,
        visits_count=visits_count,
        vehicle_type=types,
        closed_visits_count=closed_count,
        dwell_total_us=dwell_total_us,
        dwell_max_us=dwell_max_us,
    )


def check_consistent(counted: RunTotals, rows: Iterable[Vehicle]) -> None:
    """Raise `InconsistentRun` unless every visit is closed and the rows add up to the committed totals.

    The rows are ordered by vehicle and visit, and can be iterated repeatedly.
    """
    found = totals_of(rows)
    if found.current_vehicles_count:
        still_open = (f"{row.vehicle_id}:{row.visit_no}" for row in rows if row.left_at_s is None)
        shown = ", ".join(islice(still_open, 10))
        raise InconsistentRun(f"final, but {found.current_vehicles_count} visits are still open: {shown}")
    if found != counted:
        raise InconsistentRun(f"the rows add up to {found}, but {counted} was counted")
