"""Evidence as CSV (RFC 4180): the field names, then one line for each visit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from onwatch_contracts.evidence import VisitEvidence

COLUMNS = tuple(VisitEvidence.model_fields)


def evidence_csv(rows: Iterable[VisitEvidence]) -> str:
    """Numbers as in JSON, booleans as `true` and `false`, weaknesses with spaces between them."""
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
    return " ".join(value) if isinstance(value, list) else value
