"""The table in the documentation is that of the recipes."""

from __future__ import annotations

from pathlib import Path

import pytest

from inputs.recipes import RECIPES
from inputs.table import BEGIN, END, PAGE, table, with_table

ROOT = Path(__file__).parents[2]


def test_the_table_has_a_row_for_each_input() -> None:
    assert all(f"| `{recipe.file}` |" in table() for recipe in RECIPES)


def test_files_are_told_apart_by_name() -> None:
    assert len({recipe.file for recipe in RECIPES}) == len(RECIPES)


def test_a_table_of_before_is_replaced() -> None:
    assert with_table(f"a {BEGIN} old {END} b") == f"a {BEGIN}\n\n{table()}\n\n{END} b"


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="has no line"):
        with_table("a page")


def test_the_documentation_is_up_to_date() -> None:
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert page == with_table(page), "run `make docs`"
