"""The page's hand-written types use only fields and enum values that exist.

The page may omit what it does not use. The types of fields are not compared.
"""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from onwatch_contracts import channel, http, site, site_requests, tables, values
from onwatch_contracts.values import Value

CONTRACT = Path(__file__).parents[3] / "services" / "dashboard" / "page" / "src" / "contract.ts"
SOURCE = CONTRACT.read_text(encoding="utf-8")

SHAPES: dict[str, type[Value]] = {
    cls.__name__: cls
    for module in (values, site, site_requests, tables, http, channel)
    for cls in vars(module).values()
    if isinstance(cls, type) and issubclass(cls, Value)
}
OTHER_NAMES: dict[str, type[Value]] = {"ClientMessage": channel.Subscribe, "ChannelError": channel.Error}

INTERFACES = dict(re.findall(r"^export interface (\w+)[^{]*\{\n(.*?)^\}", SOURCE, re.MULTILINE | re.DOTALL))


def values_in(text: str) -> set[str]:
    return set(re.findall(r'"([^"]*)"', text))


def values_of(cls: type[Value], field: str) -> set[str]:
    schema = cls.model_json_schema()["properties"][field]
    return set(schema["enum"])


def field_in(interface: str, field: str) -> str:
    found = re.search(rf"^  {field}\??: (.*);$", INTERFACES[interface], re.MULTILINE)
    assert found, f"{interface} has no field {field}"
    return found.group(1)


def test_the_page_has_types():
    assert {"Video", "VideoMetrics", "Vehicle", "State", "FrameHeader"} <= set(INTERFACES)


@pytest.mark.parametrize("name", INTERFACES)
def test_an_interface_has_no_field_that_the_shape_does_not_have(name: str):
    shape = OTHER_NAMES.get(name) or SHAPES[name]
    fields = set(re.findall(r"^  (\w+)\??:", INTERFACES[name], re.MULTILINE))
    assert fields <= set(shape.model_fields)


@pytest.mark.parametrize("enum", [values.VehicleType, values.ExitReason, values.Anchor, http.VideoStatus])
def test_an_enum_has_the_same_values(enum: type[StrEnum]):
    found = re.search(rf"^export type {enum.__name__} =(.*?);", SOURCE, re.MULTILINE | re.DOTALL)
    assert found, f"the page has no type {enum.__name__}"
    assert values_in(found.group(1)) == set(enum)


@pytest.mark.parametrize(
    ("interface", "field", "shape"),
    [
        ("State", "state", channel.State),
        ("ChannelError", "code", channel.Error),
        ("VideoMetrics", "state", http.VideoMetrics),
    ],
)
def test_a_field_has_the_same_values(interface: str, field: str, shape: type[Value]):
    assert values_in(field_in(interface, field)) == values_of(shape, field)


def test_the_page_has_every_client_message():
    known = {
        cls.model_fields["type"].default
        for cls in (channel.Subscribe, channel.Unsubscribe, channel.Start, channel.Stop)
    }
    assert values_in(field_in("ClientMessage", "type")) == known
