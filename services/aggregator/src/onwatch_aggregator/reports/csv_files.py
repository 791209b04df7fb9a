"""Reports as CSV (RFC 4180): field names, then one line for each row. The same bytes for the same results."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from onwatch_aggregator.reports.parts import begins_a_formula
from onwatch_contracts.tables import CountsTable, CrossingRow, VideoFlows, VisitRow
from onwatch_contracts.values import Value

CSV_MEDIA_TYPE = "text/csv"

_KEYS = ("gate", "zone", "movement", "direction", "direction_name", "vehicle_type", "group")
_INTERVAL = ("starts_at", "ends_at", "from_s", "to_s", "observed_share")


def visits_csv(rows: Iterable[VisitRow]) -> str:
    return _rows_csv(VisitRow, rows)


def crossings_csv(rows: Iterable[CrossingRow]) -> str:
    """As in JSON, but the position in two columns."""
    columns = [name for name in CrossingRow.model_fields if name != "position"]
    lines = []
    for row in rows:
        values = row.model_dump(mode="json")
        x, y = values["position"]
        lines.append([*(_cell(values[column]) for column in columns), x, y])
    return _written([*columns, "x", "y"], lines)


def flows_csv(flows: VideoFlows) -> str:
    """One line for each origin, destination and type that occurred, with the names of the places."""
    names = {place.id: place.name for place in flows.places}
    lines = [
        [cell.origin, _cell(names[cell.origin]), cell.destination, _cell(names[cell.destination]), _cell(kind), count]
        for cell in flows.flows
        for kind, count in cell.vehicle_type.items()
    ]
    return _written(["origin", "origin_name", "destination", "destination_name", "vehicle_type", "count"], lines)


def counts_csv(table: CountsTable) -> str:
    """One line for each interval and series. `count` is empty where nothing was analysed.

    Columns by which the table is not divided are left out.
    """
    keys = [key for key in _KEYS if any(getattr(series, key) is not None for series in table.series)]
    lines = []
    for row in table.rows:
        interval = row.model_dump(mode="json", include=set(_INTERVAL))
        for series, count in zip(table.series, row.counts, strict=True):
            cells = [_cell(interval[name]) for name in _INTERVAL]
            lines.append([*cells, *(_cell(getattr(series, key)) for key in keys), _cell(count)])
    return _written([*_INTERVAL, *keys, "count"], lines)


def _rows_csv(model: type[Value], rows: Iterable[Value]) -> str:
    columns = tuple(model.model_fields)
    dumped = (row.model_dump(mode="json") for row in rows)
    return _written(columns, ([_cell(values[column]) for column in columns] for values in dumped))


def _written(columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(lines)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and begins_a_formula(value):
        return f"'{value}"  # as spreadsheets mark text; numbers are not strings here
    return "" if value is None else value
