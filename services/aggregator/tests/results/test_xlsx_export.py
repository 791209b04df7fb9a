from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

from onwatch_aggregator.results.xlsx_export import COLUMNS, vehicles_xlsx
from onwatch_contracts.http import Vehicle
from onwatch_contracts.values import ExitReason, VehicleType

NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def visit(left_at_s: float | None) -> Vehicle:
    return Vehicle(
        vehicle_id=7,
        visit_no=2,
        zone_id="=roi",
        vehicle_type=VehicleType.BUS,
        entered_at_s=1.25,
        left_at_s=left_at_s,
        vehicle_dwell_time_s=None if left_at_s is None else left_at_s - 1.25,
        exit_reason=None if left_at_s is None else ExitReason.LEFT,
        born_inside=True,
    )


def lines_of(content: bytes) -> list[list[str]]:
    """The cells that are not empty, as they are stored."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 a file of ours
        texts = ["".join(item.itertext()) for item in shared]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 a file of ours
    return [
        [
            texts[int(cell.findtext("m:v", "", NAMES))] if cell.get("t") == "s" else cell.findtext("m:v", "", NAMES)
            for cell in row
        ]
        for row in sheet.iterfind(".//m:row", NAMES)
    ]


def test_a_line_has_the_values_of_a_visit() -> None:
    heading, closed, still_open = lines_of(vehicles_xlsx([visit(3.5), visit(None)]))
    assert tuple(heading) == COLUMNS
    # A name that begins like a formula is text.
    assert closed == ["7", "2", "=roi", "bus", "1.25", "3.5", "2.25", "left", "1"]
    assert still_open == ["7", "2", "=roi", "bus", "1.25", "1"]


def test_the_same_rows_are_the_same_bytes() -> None:
    assert vehicles_xlsx([visit(3.5)]) == vehicles_xlsx([visit(3.5)])
    assert vehicles_xlsx([])[:2] == b"PK"
