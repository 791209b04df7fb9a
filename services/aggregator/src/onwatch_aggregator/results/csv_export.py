"""The rows of a run as CSV (RFC 4180): the field names, then one line for each visit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from onwatch_contracts.http import Vehicle

COLUMNS = tuple(Vehicle.model_fields)


def vehicles_csv(rows: Iterable[Vehicle]) -> str:
    """Seconds as in JSON, booleans as `true` and `false`, empty cells where a visit is still open."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        values = row.model_dump(mode="json")
        writer.writerow([_cell(values[column]) for column in COLUMNS])
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value
