"""Writes the table of inputs into docs/inputs.md: `PYTHONPATH=tests python -m inputs`."""

from __future__ import annotations

from pathlib import Path

from inputs.table import PAGE, with_table

if __name__ == "__main__":
    page = Path(__file__).parents[2] / PAGE
    page.write_text(with_table(page.read_text(encoding="utf-8")), encoding="utf-8")
