"""Formats the results of zones and gates for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.table import Table

from onwatch_contracts.tables import VideoFlows, VideoResults


def site_report(results: VideoResults, flows: VideoFlows) -> Iterator[Table | str]:
    """A table for each kind of thing that there is, then what could not be assigned."""
    yield _zones(results)
    if results.gates:
        yield _gates(results)
    if flows.flows:
        yield _flows(flows)
    if flows.movements:
        yield _movements(flows)
    for each in results.unassigned if results.gates else ():
        yield f"unassigned: {_types(each.vehicle_type)}: {each.reason}"


def _zones(results: VideoResults) -> Table:
    table = Table("zone", "vehicles", "visits", "mean dwell", "longest dwell", "types", title="Zones")
    for column in table.columns[1:5]:
        column.justify = "right"
    for zone in results.zones:
        dwell = zone.vehicle_dwell_time
        table.add_row(
            zone.name,
            str(zone.total_vehicles_count),
            str(zone.visits_count),
            f"{dwell.mean_s:.2f} s",
            f"{dwell.max_s:.2f} s",
            _types(zone.vehicle_type),
        )
    return table


def _gates(results: VideoResults) -> Table:
    table = Table("gate", "direction", "vehicles", "types", "mean speed", title="Gates")
    table.columns[2].justify = table.columns[4].justify = "right"
    for gate in results.gates:
        for direction in (gate.forward, gate.backward):
            speed_kmh = direction.mean_speed_kmh
            speed = "" if speed_kmh is None else f"{speed_kmh:.1f} km/h"
            table.add_row(gate.name, direction.name, str(direction.total), _types(direction.vehicle_type), speed)
    return table


def _flows(flows: VideoFlows) -> Table:
    names = {place.id: place.name for place in flows.places}
    table = Table("from", "to", "vehicles", "types", title="Flows")
    table.columns[2].justify = "right"
    for cell in flows.flows:
        table.add_row(names[cell.origin], names[cell.destination], str(cell.total), _types(cell.vehicle_type))
    return table


def _movements(flows: VideoFlows) -> Table:
    table = Table("movement", "vehicles", "types", title="Movements")
    table.columns[1].justify = "right"
    for movement in flows.movements:
        table.add_row(movement.name, str(movement.total), _types(movement.vehicle_type))
    return table


def _types(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
