"""The recipes as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterator

from inputs.recipe import STREET, Recipe
from inputs.recipes import GROUPS

PAGE = "docs/inputs.md"
BEGIN = "<!-- inputs: made by `PYTHONPATH=tests python -m inputs`, proven by tests/inputs -->"
END = "<!-- end of inputs -->"


def with_table(page: str) -> str:
    """The page with the table of now between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{PAGE} has no line {BEGIN!r} with {END!r} after it")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def table() -> str:
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "| input | file | shown as | what is said |"
    yield "| --- | --- | --- | --- |"
    for group, recipes in GROUPS.items():
        yield f"| **{group}** | | | |"
        for recipe in recipes:
            yield f"| {recipe.what} | `{recipe.file}` | {_shown(recipe)} | {_said(recipe)} |"


def _shown(recipe: Recipe) -> str:
    if recipe.refused:
        return "refused"
    width, height = recipe.expected_size
    counted = ", 4 vehicles" if recipe.shows == STREET and recipe.is_counted else ""
    return f"{width} x {height}, {recipe.expected_duration_s:g} s{counted}"


def _said(recipe: Recipe) -> str:
    return recipe.refused or "; ".join(recipe.notes)
