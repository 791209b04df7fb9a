"""Exports a comparison as CSV."""

from __future__ import annotations

import csv
import io

from onwatch_tally.shapes import Comparison, Entry, Mark

COLUMNS = ("found_by", "mark_at_s", "mark_type", "vehicle_id", "entered_at_s", "vehicle_type")


def as_csv(comparison: Comparison) -> str:
    """One row per vehicle that the person, the system or both counted, sorted by time."""
    matching = comparison.matching
    rows = [
        *(_row("both", pair.mark, pair.entry) for pair in matching.pairs),
        *(_row("person", mark, None) for mark in matching.unmatched_marks),
        *(_row("system", None, entry) for entry in matching.unmatched_entries),
    ]
    rows.sort(key=lambda row: float(row["entered_at_s"] or row["mark_at_s"]))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _row(found_by: str, mark: Mark | None, entry: Entry | None) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "")
    row["found_by"] = found_by
    if mark is not None:
        row |= {"mark_at_s": f"{mark.at_s:.3f}", "mark_type": mark.vehicle_type}
    if entry is not None:
        row |= {
            "vehicle_id": str(entry.vehicle_id),
            "entered_at_s": f"{entry.at_s:.3f}",
            "vehicle_type": entry.vehicle_type,
        }
    return row
