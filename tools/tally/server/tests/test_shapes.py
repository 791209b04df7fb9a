"""The page's hand-written types have exactly the fields of the shapes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from onwatch_contracts.values import Value
from onwatch_tally import shapes

CONTRACT = Path(__file__).parents[2] / "page/src/contract.ts"
INTERFACES = dict(
    re.findall(
        r"^export interface (\w+)[^{]*\{\n(.*?)^\}", CONTRACT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
)
SHAPES = {
    name: shape
    for name, shape in vars(shapes).items()
    if isinstance(shape, type) and issubclass(shape, Value) and shape.__module__ == shapes.__name__
}
REQUESTS = {"MarkWanted", "DoneWanted"}  # request bodies, which the page writes inline


def test_the_page_knows_every_shape() -> None:
    assert set(INTERFACES) == set(SHAPES) - REQUESTS


@pytest.mark.parametrize("name", INTERFACES)
def test_an_interface_has_the_fields_of_its_shape(name: str) -> None:
    fields = set(re.findall(r"^  (\w+): ", INTERFACES[name], re.MULTILINE))
    inherited = set(SHAPES["Counts"].model_fields) if name == "TypeCounts" else set()
    assert fields | inherited == set(SHAPES[name].model_fields)
