"""Formats results for the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from onwatch.analyze import Result
from onwatch.site_tables import SiteTables
from onwatch_contracts.http import Vehicle


def as_json(result: Result) -> dict[str, Any]:
    """The results under the names of the HTTP API, and the notes of the file."""
    metrics = result.metrics.model_dump(mode="json")
    names = (
        "total_vehicles_count",
        "current_vehicles_count",
        "visits_count",
        "vehicle_type",
        "vehicle_dwell_time",
        "coverage",
        "analysed_fps",
        "detector_model",
        "suggested_engine",
    )
    counted = {
        "notes": list(result.notes),
        "vehicles": [vehicle.model_dump(mode="json") for vehicle in result.vehicles.items],
    }
    site = {"site": site_as_json(result.site)} if result.site else {}
    return {name: metrics[name] for name in names} | counted | site


def site_as_json(tables: SiteTables) -> dict[str, Any]:
    """Results and flows under the names of the HTTP API."""
    return {"results": tables.results.model_dump(mode="json"), "flows": tables.flows.model_dump(mode="json")}


def as_table(result: Result) -> Table:
    """One row for each visit."""
    table = Table("vehicle", "visit", "type", "entered", "left", "dwell", "exit reason")
    for column in table.columns[3:6]:
        column.justify = "right"
    for vehicle in result.vehicles.items:
        table.add_row(*_cells(vehicle))
    return table


def summary(result: Result) -> str:
    metrics = result.metrics
    types = ", ".join(f"{count} {kind}" for kind, count in sorted(metrics.vehicle_type.items())) or "none"
    dwell = metrics.vehicle_dwell_time
    return (
        f"total_vehicles_count   {metrics.total_vehicles_count}\n"
        f"current_vehicles_count {metrics.current_vehicles_count}\n"
        f"vehicle_type           {types}\n"
        f"vehicle_dwell_time     mean {dwell.mean_s:.2f} s, longest {dwell.max_s:.2f} s over {dwell.visits} visits\n"
        f"coverage               {metrics.coverage.analysed_s:.1f} s of {metrics.coverage.duration_s:.1f} s\n"
        f"analysed_fps           {metrics.analysed_fps:g}\n"
        f"detector_model         {metrics.detector_model}"
    )


def totals(results: Sequence[Result], failed: int) -> str:
    """Over several files."""
    vehicles = sum(result.metrics.total_vehicles_count for result in results)
    analysed_s = sum(result.metrics.coverage.analysed_s for result in results)
    return (
        f"\nfiles                  {len(results)} analysed, {failed} failed\n"
        f"total_vehicles_count   {vehicles} in {analysed_s:.1f} s"
    )


def notes(result: Result) -> str:
    """What is odd about the file, a line each; empty if nothing is."""
    return "\n".join(f"note: {note}" for note in result.notes)


def hint(result: Result) -> str | None:
    """Advice for the next analysis of this clip."""
    metrics = result.metrics
    if metrics.suggested_engine is None:
        return None
    return (
        f"model {metrics.detector_model} detects almost nothing although there is motion: "
        f"count again with --engine {metrics.suggested_engine}"
    )


def _cells(vehicle: Vehicle) -> tuple[str, ...]:
    return (
        str(vehicle.vehicle_id),
        str(vehicle.visit_no),
        vehicle.vehicle_type,
        _seconds(vehicle.entered_at_s),
        _seconds(vehicle.left_at_s),
        _seconds(vehicle.vehicle_dwell_time_s),
        vehicle.exit_reason or "",
    )


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"
