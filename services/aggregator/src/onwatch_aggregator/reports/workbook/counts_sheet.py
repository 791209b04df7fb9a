"""Counts by interval: a header block, then a table per gate, zone or movement; queues on a sheet of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from onwatch_aggregator.reports.workbook.sheet import COUNT_WIDTH, TIME_WIDTH, Sheet
from onwatch_contracts.tables import CountsRow, CountsTable, PeakHourOf, SeriesKey

NOT_OBSERVED = "not observed"
COMPLETE_SHARE = 0.9995

_COUNTED = {"gates": "crossings", "zones": "entries", "movements": "movements"}


@dataclass(frozen=True)
class Column:
    """One column of counts: a type of vehicle, in one direction of a gate."""

    heading: str
    series: int
    """Its index in the series of the table."""


@dataclass(frozen=True)
class Block:
    """Columns with a common heading and a total: one direction of a gate, or everything."""

    heading: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Section:
    """The table of one gate, zone or movement."""

    name: str
    blocks: tuple[Block, ...]
    peak: PeakHourOf | None


def write_counts(sheet: Sheet, table: CountsTable, title: str | None) -> None:
    """Totals are formulas. The times stay in sight."""
    _write_header(sheet, table, title)
    for section in sections(table):
        _write_section(sheet, table, section)
    _write_notes(sheet, table)
    sheet.sheet.set_column(0, 0, TIME_WIDTH)
    sheet.sheet.set_column(1, max(1, _columns_count(table)), COUNT_WIDTH)
    sheet.sheet.freeze_panes(0, 1)


def sections(table: CountsTable) -> tuple[Section, ...]:
    """A table per item; one of everything if the counts are not divided by item."""
    peaks = {peak.item: peak for peak in table.peak_hours}
    names = list(dict.fromkeys(_item(key) for key in table.series))
    return tuple(Section(name or "All together", _blocks(table.series, name), peaks.get(name)) for name in names)


def _item(key: SeriesKey) -> str | None:
    return key.gate or key.zone or key.movement


def _blocks(series: Sequence[SeriesKey], name: str | None) -> tuple[Block, ...]:
    columns: dict[str, list[Column]] = {}
    for index, key in enumerate(series):
        if _item(key) == name:
            heading = key.direction_name or key.direction or ""
            columns.setdefault(heading, []).append(Column(_kind(key), index))
    return tuple(Block(heading, tuple(found)) for heading, found in columns.items())


def _kind(key: SeriesKey) -> str:
    return key.vehicle_type or key.group or "vehicles"


def _columns_count(table: CountsTable) -> int:
    return max((sum(len(block.columns) + 1 for block in one.blocks) + 2 for one in sections(table)), default=2)


def _write_header(sheet: Sheet, table: CountsTable, title: str | None) -> None:
    observed = [row.observed_share for row in table.rows]
    sheet.line("Traffic count", style="title")
    sheet.line("Site", title or "")
    sheet.line("Video", ", ".join(table.video_ids))
    sheet.line("Date", *_dates(table))
    sheet.line("Time", _span(table))
    sheet.line("Time zone", table.time_zone or "")
    sheet.line("Weather", "")
    sheet.line("Interval", _interval_text(table.interval_s))
    sheet.line("Classes", _classes(table))
    sheet.line("Parked vehicles", "counted" if table.includes_parked else "left out")
    sheet.line(
        "Analysed", f"{sum(share >= COMPLETE_SHARE for share in observed)} of {len(observed)} intervals completely"
    )
    sheet.line(_COUNTED[table.counted].capitalize(), table.total, style="count")
    sheet.line("Heavy vehicles", table.heavy_share if table.heavy_share is not None else "", style="percent")
    for peak in table.peak_hours:
        if peak.item is None:
            sheet.line(
                "Peak hour", _times(peak), _COUNTED[table.counted], peak.total, "PHF", peak.peak_hour_factor or ""
            )
    sheet.row += 1


def _write_section(sheet: Sheet, table: CountsTable, section: Section) -> None:
    sheet.put(0, section.name, "heading")
    sheet.row += 1
    _write_headings(sheet, section)
    first = sheet.row
    for row in table.rows:
        _write_counts(sheet, section, row)
        sheet.row += 1
    _write_totals(sheet, table, section, first)
    if section.peak is not None:
        _write_peak(sheet, table, section, section.peak)
    sheet.row += 1


def _write_headings(sheet: Sheet, section: Section) -> None:
    if any(block.heading for block in section.blocks):
        column = 1
        for block in section.blocks:
            width = len(block.columns) + 1
            sheet.merged(column, column + width - 1, block.heading, "column")
            column += width
        sheet.row += 1
    headings = ["Time", *(text for block in section.blocks for text in (*(c.heading for c in block.columns), "total"))]
    if len(section.blocks) > 1:
        headings.append("both")
    for column, text in enumerate([*headings, "analysed"]):
        sheet.put(column, text, "column")
    sheet.row += 1


def _write_counts(sheet: Sheet, section: Section, row: CountsRow) -> None:
    sheet.put(0, _times(row), "time")
    column, totals = 1, []
    for block in section.blocks:
        counts = [row.counts[one.series] for one in block.columns]
        for offset, count in enumerate(counts):
            sheet.put(
                column + offset, NOT_OBSERVED if count is None else count, "count" if count is not None else "gap"
            )
        total = column + len(counts)
        if None in counts:
            sheet.put(total, NOT_OBSERVED, "gap")
        else:
            cells = xl_range(sheet.row, column, sheet.row, total - 1)
            sheet.formula(total, f"=SUM({cells})" if counts else "=0", sum(n or 0 for n in counts), "total")
        totals.append((total, counts))
        column = total + 1
    if len(totals) > 1:
        if any(None in counts for _, counts in totals):
            sheet.put(column, NOT_OBSERVED, "gap")
        else:
            cells_text = "+".join(xl_rowcol_to_cell(sheet.row, total) for total, _ in totals)
            sheet.formula(column, f"={cells_text}", sum(n or 0 for _, counts in totals for n in counts), "total")
        column += 1
    sheet.put(column, row.observed_share, "percent")


def _write_totals(sheet: Sheet, table: CountsTable, section: Section, first: int) -> None:
    """Of each column. What was not observed is text, and no part of a sum."""
    sheet.put(0, "Total", "sum_label")
    column = 1
    for value in _column_sums(section, [row.counts for row in table.rows]):
        cells = xl_range(first, column, sheet.row - 1, column)
        sheet.formula(column, f"=SUM({cells})", value, "sum")
        column += 1
    sheet.row += 1


def _write_peak(sheet: Sheet, table: CountsTable, section: Section, peak: PeakHourOf) -> None:
    sheet.put(0, f"Peak hour {_times(peak)}", "sum_label")
    rows = [row.counts for row in table.rows if peak.from_s <= row.from_s and row.to_s <= peak.to_s]
    for column, value in enumerate(_column_sums(section, rows), 1):
        sheet.put(column, value, "sum")
    sheet.row += 1
    sheet.put(0, "Peak hour factor", "label")
    sheet.put(1, peak.peak_hour_factor if peak.peak_hour_factor is not None else "", "factor")
    sheet.row += 1
    sheet.put(0, "Heavy vehicles", "label")
    sheet.put(1, peak.heavy_share if peak.heavy_share is not None else "", "percent")
    sheet.row += 1


def _column_sums(section: Section, rows: Sequence[Sequence[int | None]]) -> list[int]:
    sums, everything = [], 0
    for block in section.blocks:
        of_block = [sum(counts[column.series] or 0 for counts in rows) for column in block.columns]
        sums += [*of_block, sum(of_block)]
        everything += sum(of_block)
    return [*sums, everything] if len(section.blocks) > 1 else sums


def write_queues(sheet: Sheet, table: CountsTable) -> None:
    """How many vehicles stood in each zone."""
    zones = list(dict.fromkeys(queue.zone for row in table.rows for queue in row.queues))
    sheet.line("Vehicles standing", style="title")
    sheet.row += 1
    for column, text in enumerate(["Time", *(f"{zone}: {what}" for zone in zones for what in ("longest", "mean"))]):
        sheet.put(column, text, "column")
    sheet.row += 1
    sheet.sheet.freeze_panes(sheet.row, 1)
    for row in table.rows:
        found = {queue.zone: queue for queue in row.queues}
        sheet.put(0, _times(row), "time")
        for index, zone in enumerate(zones):
            queue = found.get(zone)
            sheet.put(2 * index + 1, queue.longest if queue else NOT_OBSERVED, "count" if queue else "gap")
            sheet.put(2 * index + 2, queue.mean if queue else NOT_OBSERVED, "mean" if queue else "gap")
        sheet.row += 1
    sheet.sheet.set_column(0, 0, TIME_WIDTH)
    sheet.sheet.set_column(1, max(1, 2 * len(zones)), COUNT_WIDTH)


def _write_notes(sheet: Sheet, table: CountsTable) -> None:
    sheet.put(0, "Notes", "heading")
    sheet.row += 1
    notes = (*table.notes, "Counted from video by Onwatch.")
    for note in notes:
        sheet.put(0, note, "text")
        sheet.row += 1


def _dates(table: CountsTable) -> list[str]:
    days = list(dict.fromkeys(row.starts_at.date() for row in table.rows if row.starts_at is not None))
    if not days:
        return [""]
    return [f"{days[0]:%Y-%m-%d}"] if len(days) == 1 else [f"{days[0]:%Y-%m-%d}", "to", f"{days[-1]:%Y-%m-%d}"]


def _span(table: CountsTable) -> str:
    return (
        f"{_time(table.rows[0].starts_at, table.rows[0].from_s)} - {_time(table.rows[-1].ends_at, table.rows[-1].to_s)}"
    )


def _times(row: CountsRow | PeakHourOf) -> str:
    return f"{_time(row.starts_at, row.from_s)} - {_time(row.ends_at, row.to_s)}"


def _time(at: datetime | None, at_s: float) -> str:
    """By the clock, with its offset where the hour is there twice; else as the player of the video shows it."""
    if at is not None:
        shown = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
        return f"{shown} {at:%Z}" if at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset() else shown
    minutes, second = divmod(round(at_s), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def _interval_text(interval_s: int) -> str:
    for unit_s, unit in ((3600, "h"), (60, "min")):
        if interval_s % unit_s == 0:
            return f"{interval_s // unit_s} {unit}"
    return f"{interval_s} s"


def _classes(table: CountsTable) -> str:
    groups: dict[str, list[str]] = {}
    for kind in table.types:
        groups.setdefault(kind.group, []).append(kind.vehicle_type)
    shown = (group if kinds == [group] else f"{group} ({', '.join(kinds)})" for group, kinds in groups.items())
    return f"{table.type_scheme}: {', '.join(shown)}" if groups else table.type_scheme
