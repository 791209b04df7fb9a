"""Rows of a run as CSV (RFC 4180): the field names, then one line for each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from onwatch_contracts.values import Value


def rows_csv(model: type[Value], rows: Iterable[Value]) -> str:
    """Numbers as in JSON, booleans as `true` and `false`, words of a list with spaces between them, null as nothing."""
    text = io.StringIO()
    writer = csv.writer(text)
    columns = tuple(model.model_fields)
    writer.writerow(columns)
    for row in rows:
        values = row.model_dump(mode="json")
        writer.writerow([_cell(values[column]) for column in columns])
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(value) if isinstance(value, list) else value
