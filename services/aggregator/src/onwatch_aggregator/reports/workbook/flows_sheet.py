"""From where to where: a matrix of all vehicles and one of each type, movements, and vehicles without a flow."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xlsxwriter.utility import xl_range

from onwatch_aggregator.reports.workbook.sheet import COUNT_WIDTH, TIME_WIDTH, Sheet
from onwatch_contracts.tables import CountsTable, VideoFlows

Kinds = Counter[str]
"""Vehicles by type, or by group where the table is divided so."""

WIDEST = 60
"""Characters of the first column, which has names and reasons."""


@dataclass
class Flows:
    """Of all videos together: gates and zones of the same name are one."""

    over: str
    places: list[str] = field(default_factory=list)
    cells: defaultdict[tuple[str, str], Kinds] = field(default_factory=lambda: defaultdict(Counter))
    movements: defaultdict[str, Kinds] = field(default_factory=lambda: defaultdict(Counter))
    without_movement: Kinds = field(default_factory=Counter)
    unassigned: defaultdict[str, Kinds] = field(default_factory=lambda: defaultdict(Counter))
    vehicles_count: int = 0

    def add(self, found: VideoFlows, kinds: Callable[[Mapping[str, int]], Kinds]) -> None:
        names = {place.id: place.name for place in found.places}
        self.places += [name for name in names.values() if name not in self.places]
        for flow in found.flows:
            self.cells[names[flow.origin], names[flow.destination]] += kinds(flow.vehicle_type)
        for movement in found.movements:
            self.movements[movement.name] += kinds(movement.vehicle_type)
        for group in found.unassigned:
            self.unassigned[group.reason] += kinds(group.vehicle_type)
        self.without_movement += kinds(found.without_movement)
        self.vehicles_count += found.vehicles_count


def write_flows(sheet: Sheet, table: CountsTable, found: Sequence[VideoFlows]) -> None:
    flows = Flows(found[0].over.removesuffix("s"))
    for one in found:
        flows.add(one, lambda counts: _kinds(table, counts))
    kinds = _ordered(table, (*flows.cells.values(), *flows.movements.values(), *flows.unassigned.values()))
    sheet.line("Flows", style="title")
    sheet.line(
        f"Vehicles by the first {flows.over} that they passed (rows) and the last one (columns), in the whole time."
    )
    sheet.row += 1
    _write_matrix(sheet, flows, "All vehicles", None)
    for kind in _ordered(table, flows.cells.values()):
        _write_matrix(sheet, flows, kind, kind)
    if flows.movements and flows.over == "gate":
        rows = [*flows.movements.items(), ("none of these movements", flows.without_movement)]
        _write_table(sheet, "Movements", "Movement", rows, kinds)
    _write_table(sheet, "Vehicles without a flow", "Reason", list(flows.unassigned.items()), kinds)
    sheet.line("All vehicles of the videos", flows.vehicles_count, style="total")
    width = max(map(len, (*flows.places, *flows.movements, *flows.unassigned)), default=0)
    sheet.sheet.set_column(0, 0, min(WIDEST, max(TIME_WIDTH, width)))
    sheet.sheet.set_column(1, max(len(flows.places), len(kinds)) + 1, COUNT_WIDTH)
    sheet.sheet.freeze_panes(0, 1)


def _write_matrix(sheet: Sheet, flows: Flows, heading: str, kind: str | None) -> None:
    sheet.put(0, heading, "heading")
    sheet.row += 1
    sheet.headings("from \\ to", *flows.places, "total")
    first, last = sheet.row, len(flows.places)
    counts = [[_count(flows.cells[a, b], kind) for b in flows.places] for a in flows.places]
    for place, row in zip(flows.places, counts, strict=True):
        sheet.put(0, place, "label")
        for column, count in enumerate(row, 1):
            sheet.put(column, count, "count")
        sheet.formula(last + 1, f"=SUM({xl_range(sheet.row, 1, sheet.row, last)})", sum(row), "total")
        sheet.row += 1
    sheet.put(0, "total", "sum_label")
    sums = [sum(column) for column in zip(*counts, strict=True)]
    for column, value in enumerate([*sums, sum(sums)], 1):
        sheet.formula(column, f"=SUM({xl_range(first, column, sheet.row - 1, column)})", value, "sum")
    sheet.row += 2


def _write_table(
    sheet: Sheet, heading: str, what: str, rows: Sequence[tuple[str, Kinds]], kinds: Sequence[str]
) -> None:
    sheet.put(0, heading, "heading")
    sheet.row += 1
    sheet.headings(what, *kinds, "total")
    first, last = sheet.row, len(kinds)
    for name, counts in rows:
        sheet.put(0, name, "label")
        for column, kind in enumerate(kinds, 1):
            sheet.put(column, counts[kind], "count")
        cells = xl_range(sheet.row, 1, sheet.row, last)
        sheet.formula(last + 1, f"=SUM({cells})" if kinds else "=0", counts.total(), "total")
        sheet.row += 1
    sheet.put(0, "total", "sum_label")
    sums = [sum(counts[kind] for _, counts in rows) for kind in kinds]
    for column, value in enumerate([*sums, sum(sums)], 1):
        cells = xl_range(first, column, sheet.row - 1, column)
        sheet.formula(column, f"=SUM({cells})" if rows else "=0", value, "sum")
    sheet.row += 2


def _kinds(table: CountsTable, counts: Mapping[str, int]) -> Kinds:
    if not _is_by_group(table):
        return Counter(dict(counts))
    group_of = {kind.vehicle_type: kind.group for kind in table.types}
    found: Kinds = Counter()
    for kind, count in counts.items():
        found[group_of.get(kind, kind)] += count
    return found


def _is_by_group(table: CountsTable) -> bool:
    return any(key.group is not None and key.vehicle_type is None for key in table.series)


def _ordered(table: CountsTable, found: Iterable[Kinds]) -> list[str]:
    there = {kind for counts in found for kind, count in counts.items() if count}
    known = list(dict.fromkeys(kind.group if _is_by_group(table) else kind.vehicle_type for kind in table.types))
    return [*(kind for kind in known if kind in there), *sorted(there.difference(known))]


def _count(counts: Kinds, kind: str | None) -> int:
    return counts.total() if kind is None else counts[kind]
