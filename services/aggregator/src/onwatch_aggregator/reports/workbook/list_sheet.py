"""Every count in a line of its own, for pivot tables and other programs."""

from __future__ import annotations

from datetime import datetime

from onwatch_aggregator.reports.workbook.sheet import COUNT_WIDTH, Sheet
from onwatch_contracts.tables import CountsTable, SeriesKey

MOST_LINES = 100_000
"""More are slow to open; the CSV file has them all."""
_CLOCK_WIDTH = 20
_KEYS = {
    "gate": "Gate",
    "zone": "Zone",
    "movement": "Movement",
    "direction_name": "Direction",
    "vehicle_type": "Type",
    "group": "Group",
}


def write_list(sheet: Sheet, table: CountsTable) -> None:
    """The heading stays in sight and has filters. A count is empty where nothing was analysed."""
    lines_count = len(table.rows) * len(table.series)
    if lines_count > MOST_LINES:
        sheet.line(f"{lines_count} lines are too many for this sheet: the CSV file has them.")
        return
    has_clock = table.recorded_at is not None
    clock = ["From", "To"] if has_clock else []
    keys = [key for key in _KEYS if any(getattr(series, key) is not None for series in table.series)]
    headings = [*clock, "From (s)", "To (s)", "Analysed (%)", *(_KEYS[key] for key in keys), "Vehicles"]
    sheet.headings(*headings)
    for row in table.rows:
        for series, count in zip(table.series, row.counts, strict=True):
            times = [_local(row.starts_at), _local(row.ends_at)] if has_clock else []
            _write_line(sheet, times, (row.from_s, row.to_s, row.observed_share), _texts(series, keys), count)
    last = len(headings) - 1
    sheet.sheet.freeze_panes(1, 0)
    sheet.sheet.autofilter(0, 0, max(1, sheet.row - 1), last)
    sheet.sheet.repeat_rows(0)
    sheet.sheet.set_column(0, last, COUNT_WIDTH)
    if has_clock:
        sheet.sheet.set_column(0, 1, _CLOCK_WIDTH)


def _write_line(
    sheet: Sheet,
    times: list[datetime | None],
    numbers: tuple[float, float, float],
    texts: list[str | None],
    count: int | None,
) -> None:
    styled = [
        *((at, "clock") for at in times),
        *zip(numbers, ("seconds", "seconds", "percent"), strict=True),
        *((text, "text") for text in texts),
        (count, "count"),
    ]
    for column, (value, style) in enumerate(styled):
        sheet.put(column, value, style)
    sheet.row += 1


def _texts(series: SeriesKey, keys: list[str]) -> list[str | None]:
    return [getattr(series, key) for key in keys]


def _local(at: datetime | None) -> datetime | None:
    """What the clock of the place showed; cells know no time zones."""
    return at.replace(tzinfo=None) if at is not None else None
