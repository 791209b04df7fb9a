"""The rows of a run as a workbook (XLSX): the field names, then one line for each visit."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime

import xlsxwriter

from onwatch_contracts.http import Vehicle

XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = tuple(Vehicle.model_fields)

CREATED_AT = datetime(2000, 1, 1)
"""Written into every file: the same content is the same bytes, whenever it is exported."""
_WIDTH = 16


def new_workbook(target: io.BytesIO, title: str) -> xlsxwriter.Workbook:
    """An empty workbook, in which texts stay texts."""
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": CREATED_AT, "author": "Onwatch", "title": title})
    return book


def vehicles_xlsx(rows: Iterable[Vehicle]) -> bytes:
    """Numbers as numbers, empty cells where a visit is still open. The heading stays in sight and has filters."""
    target = io.BytesIO()
    book = new_workbook(target, "Vehicles")
    sheet = book.add_worksheet("Vehicles")
    sheet.write_row(0, 0, COLUMNS, book.add_format({"bold": True}))
    last = 0
    for last, row in enumerate(rows, 1):
        values = row.model_dump(mode="json")
        for column, name in enumerate(COLUMNS):
            if values[name] is not None:
                sheet.write(last, column, values[name])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, last), len(COLUMNS) - 1)
    sheet.set_column(0, len(COLUMNS) - 1, _WIDTH)
    book.close()
    return target.getvalue()
