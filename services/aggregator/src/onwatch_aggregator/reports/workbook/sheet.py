"""A worksheet that is written from top to bottom, and the formats of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onwatch_aggregator.reports.parts import begins_a_formula

TIME_WIDTH = 16
COUNT_WIDTH = 12


@dataclass
class Sheet:
    """`row` is the next one."""

    sheet: Any
    formats: Formats
    row: int = 0

    def line(self, *cells: Any, style: str = "text") -> None:
        for column, cell in enumerate(cells):
            self.put(column, cell, style if column or style == "title" else "label")
        self.row += 1

    def headings(self, *texts: str) -> None:
        for column, text in enumerate(texts):
            self.put(column, text, "column")
        self.row += 1

    def put(self, column: int, value: Any, style: str) -> None:
        if value is None or value == "":
            self.sheet.write_blank(self.row, column, None, self.formats[style])
        elif isinstance(value, str):
            self.sheet.write_string(self.row, column, value, self.formats.of_text(value, style))
        elif isinstance(value, datetime):
            self.sheet.write_datetime(self.row, column, value, self.formats[style])
        else:
            self.sheet.write_number(self.row, column, value, self.formats[style])

    def formula(self, column: int, text: str, value: float, style: str) -> None:
        """With its value, for programs that do not compute."""
        self.sheet.write_formula(self.row, column, text, self.formats[style], value)

    def merged(self, first: int, last: int, text: str, style: str) -> None:
        """One cell over several columns."""
        if first == last:
            self.put(first, text, style)
        else:
            found = self.formats.of_text(text, style)
            self.sheet.merge_range(self.row, first, self.row, last, "", found)
            self.sheet.write_string(self.row, first, text, found)


class Formats:
    """The formats of a workbook, by style."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Any] = {}

    def __getitem__(self, style: str) -> Any:
        return self._format(style, is_quoted=False)

    def of_text(self, text: str, style: str) -> Any:
        """Marks what begins like a formula as text: else it would become one when a person edits the cell."""
        return self._format(style, is_quoted=begins_a_formula(text))

    def _format(self, style: str, *, is_quoted: bool) -> Any:
        if (style, is_quoted) not in self._made:
            quoted = {"quote_prefix": True} if is_quoted else {}
            self._made[style, is_quoted] = self._book.add_format(STYLES[style] | quoted)
        return self._made[style, is_quoted]


_RIGHT = {"align": "right"}
STYLES: dict[str, dict[str, Any]] = {
    "text": {"align": "left"},
    "title": {"bold": True, "font_size": 14},
    "label": {"bold": True},
    "heading": {"bold": True, "font_size": 12},
    "column": {"bold": True, "align": "center", "bottom": 1, "text_wrap": True, "bg_color": "#e8eef7"},
    "time": {"align": "left"},
    "clock": {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"},
    "seconds": {"num_format": "0.0", **_RIGHT},
    "count": {"num_format": "0", **_RIGHT},
    "mean": {"num_format": "0.0", **_RIGHT},
    "total": {"num_format": "0", "bold": True, **_RIGHT},
    "gap": {"italic": True, "font_color": "#808080", **_RIGHT},
    "sum_label": {"bold": True, "top": 1},
    "sum": {"num_format": "0", "bold": True, "top": 1, **_RIGHT},
    "percent": {"num_format": "0.0%", **_RIGHT},
    "factor": {"num_format": "0.00", **_RIGHT},
}
