"""The sheet that an engineer opens: cells as she reads them, and the same bytes for the same counts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from onwatch_aggregator.recounts.store import StoredResults
from onwatch_aggregator.reports.counts import counts_table
from onwatch_aggregator.reports.flows import video_flows
from onwatch_aggregator.reports.workbook import VideoCounted, counts_xlsx, list_sheet
from onwatch_aggregator.reports.workbook.counts_sheet import NOT_OBSERVED
from onwatch_contracts.tables import CountsTable
from onwatch_counting.site import SiteResults
from onwatch_counting.tables import DEFAULT_SCHEME, PlaceKind
from onwatch_testkit.golden import Golden

NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def table(stored: StoredResults, *by: Any, interval_s: int = 900) -> CountsTable:
    return counts_table({"video": stored}, by, interval_s, DEFAULT_SCHEME, includes_parked=True)


def book(stored: StoredResults, *by: Any, videos: Sequence[str] = ("video",)) -> bytes:
    """With all its sheets."""
    found = dict.fromkeys(videos, stored)
    made = counts_table(found, by, 900, DEFAULT_SCHEME, includes_parked=True)
    over: PlaceKind = "zones" if made.counted == "zones" else "gates"
    flows = [video_flows(name, one, over, DEFAULT_SCHEME, includes_parked=True) for name, one in found.items()]
    sites = [VideoCounted(name, one.site, one.end_s, one.found.observed) for name, one in found.items()]
    return counts_xlsx(made, "Elm Street", flows, sites)


def names(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 written by this test
    return [sheet.get("name", "") for sheet in root.iterfind(".//m:sheet", NAMES)]


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(f"xl/{name}").decode()


def cells(content: bytes, sheet: int = 1) -> list[list[str]]:
    """The rows of a sheet as they are shown, formulas with `=` before their value."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        shared = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))  # noqa: S314 written by this test
        root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314 written by this test
    texts = ["".join(part.text or "" for part in one.iter(f"{{{NAMES['m']}}}t")) for one in shared]
    rows: list[list[str]] = []
    for row in root.iterfind(".//m:row", NAMES):
        rows += [[] for _ in range(int(row.get("r", "1")) - len(rows) - 1)]
        shown: list[str] = []
        for cell in row.iterfind("m:c", NAMES):
            column = _column(cell.get("r", "A1"))
            shown += [""] * (column - len(shown))
            shown.append(_shown(cell, texts))
        rows.append(shown)
    return rows


def _column(reference: str) -> int:
    number = 0
    for letter in re.match(r"[A-Z]+", reference)[0]:  # type: ignore[index] a reference begins with letters
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _shown(cell: ElementTree.Element, texts: list[str]) -> str:
    value = cell.findtext("m:v", "", NAMES)
    if cell.get("t") == "s":
        return texts[int(value)]
    return f"={value}" if cell.find("m:f", NAMES) is not None else value


@pytest.mark.parametrize(
    ("by", "sheets"),
    [((), ["Counts", "Flows", "List", "About"]), (("zone", "type"), ["Counts", "Queues", "Flows", "List", "About"])],
    ids=["gates", "zones"],
)
def test_the_other_sheets(stored: StoredResults, golden: Golden, by: tuple[str, ...], sheets: list[str]) -> None:
    content = book(stored, *by)

    assert names(content) == sheets
    for number, name in enumerate(sheets[1:], 2):
        rows = cells(content, number)[:40]
        shown = "\n".join(" | ".join(row).rstrip() for row in rows) + "\n"
        golden.check(f"{name.lower()}_{by[0] if by else 'gate'}.txt", shown)


def test_the_heading_of_the_list_stays_in_sight_and_has_filters(stored: StoredResults) -> None:
    content = book(stored)

    assert re.search(r'<pane ySplit="1" topLeftCell="A2"[^>]*state="frozen"/>', part(content, "worksheets/sheet3.xml"))
    assert '<autoFilter ref="A1:J73"/>' in part(content, "worksheets/sheet3.xml")


def test_a_list_that_is_too_long_is_left_to_the_csv_file(
    stored: StoredResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_sheet, "MOST_LINES", 71)

    assert cells(book(stored), 3) == [["72 lines are too many for this sheet: the CSV file has them."]]


def test_the_flows_of_several_videos_are_one_matrix(stored: StoredResults) -> None:
    rows = cells(book(stored, videos=("one", "two")), 2)

    assert rows[4:6] == [["from \\ to", "North", "East", "total"], ["North", "0", "520", "=520"]]
    assert ["All vehicles of the videos", "782"] in rows


def test_names_that_look_like_formulas_stay_text_when_they_are_edited(stored: StoredResults) -> None:
    gates = (stored.site.gates[0].model_copy(update={"name": "=1+1"}), stored.site.gates[1])
    content = book(replace(stored, site=stored.site.model_copy(update={"gates": gates})))

    assert cells(content, 2)[5][0] == "=1+1"
    style = re.search(r'<c r="A6" s="(\d+)"', part(content, "worksheets/sheet2.xml"))
    assert style is not None
    formats = part(content, "styles.xml").split("<cellXfs")[1].split("<xf ")[1:]
    assert 'quotePrefix="1"' in formats[int(style[1])]


@pytest.mark.parametrize("by", [(), ("movement", "type"), ("zone", "group"), ("type",)], ids=lambda by: "-".join(by))
def test_the_sheet(stored: StoredResults, golden: Golden, by: tuple[str, ...]) -> None:
    content = counts_xlsx(table(stored, *by), "Elm Street / 5th Avenue")

    shown = "\n".join(" | ".join(row).rstrip() for row in cells(content)) + "\n"
    golden.check(f"sheet_{'-'.join(by) or 'gates'}.txt", shown)


def test_the_same_counts_are_the_same_bytes(stored: StoredResults) -> None:
    assert book(stored) == book(stored)
    assert counts_xlsx(table(stored), "Site") == counts_xlsx(table(stored), "Site")


def test_a_file_does_not_tell_when_or_in_which_run_it_was_counted(stored: StoredResults) -> None:
    later = stored.__class__("run-2", 9, stored.site, stored.end_s, stored.counted_at.replace(year=2030), stored.found)

    assert book(later) == book(stored)
    assert counts_xlsx(table(later), None) == counts_xlsx(table(stored), None)


def test_what_was_not_observed_is_no_zero(stored: StoredResults) -> None:
    rows = cells(counts_xlsx(table(stored, "gate", interval_s=300), None))

    unseen = next(row for row in rows if row and row[0] == "08:40 - 08:45")
    assert unseen[1:3] == [NOT_OBSERVED, NOT_OBSERVED]
    assert unseen[3] == "0"


def test_a_name_that_looks_like_a_formula_is_text(stored: StoredResults) -> None:
    rows = cells(counts_xlsx(table(stored), "=1+1"))

    assert rows[1] == ["Site", "=1+1"]


def test_the_queues_of_zones_are_a_sheet_of_their_own(stored: StoredResults) -> None:
    rows = cells(counts_xlsx(table(stored, "zone"), None), sheet=2)

    assert rows[2][3:5] == ["Stop line: longest", "Stop line: mean"]
    assert rows[3][3] == "3"


def test_a_video_in_which_nothing_came_has_a_sheet_of_zeros(stored: StoredResults) -> None:
    empty = stored.with_results(SiteResults())

    rows = cells(counts_xlsx(table(empty), None))

    assert ["North"] in rows
    assert next(row for row in rows if row and row[0] == "Total")[1:] == ["=0"] * 5


def test_totals_are_formulas_over_the_rows_above(stored: StoredResults) -> None:
    content = counts_xlsx(table(stored, "gate"), None)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()

    assert re.search(r"<f>SUM\(B\d+:B\d+\)</f><v>390</v>", sheet)


def test_the_peak_hour_is_told_for_everything_and_for_each_gate(stored: StoredResults) -> None:
    complete = replace(stored, found=replace(stored.found, observed=((0.0, stored.end_s),)))

    rows = cells(counts_xlsx(table(complete, "gate", interval_s=300), None))

    hours = [row for row in rows if row and row[0].startswith("Peak hour 08:10 - 09:10")]
    assert [row[1] for row in hours] == ["330", "220"]
    assert ["Peak hour", "08:10 - 09:10", "crossings", "550", "PHF"] in [row[:5] for row in rows]
