"""The page's hand-written types have the fields, types and enum values of the shapes.

The page may omit what it does not use.
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from onwatch_contracts import (
    accounts,
    alerts,
    channel,
    evidence,
    folders,
    http,
    marks,
    playback,
    site,
    site_requests,
    status,
    tables,
    values,
    webhooks,
)
from onwatch_contracts.values import Value

CONTRACT = Path(__file__).parents[3] / "services" / "dashboard" / "page" / "src" / "contract.ts"
SOURCE = CONTRACT.read_text(encoding="utf-8")

SHAPES: dict[str, type[Value]] = {
    cls.__name__: cls
    for module in (
        accounts,
        alerts,
        folders,
        values,
        site,
        site_requests,
        status,
        tables,
        http,
        channel,
        evidence,
        playback,
        marks,
        webhooks,
    )
    for cls in vars(module).values()
    if isinstance(cls, type) and issubclass(cls, Value)
}
OTHER_NAMES: dict[str, type[Value]] = {
    "ClientMessage": channel.Subscribe,
    "ChannelError": channel.Error,
    "Calibration": http.CalibrateCoordinates,
}

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


@pytest.mark.parametrize(
    "enum",
    [
        values.VehicleType,
        values.ExitReason,
        values.Anchor,
        http.VideoStatus,
        webhooks.WebhookEvent,
        evidence.Weakness,
        evidence.UnknownReason,
    ],
)
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


# --- types of fields --------------------------------------------------------------------------

ALIASES = {
    name: " ".join(text.split())
    for name, text in re.findall(r"^export type (\w+) =(.*?);$", SOURCE, re.MULTILINE | re.DOTALL)
}
"""Types of the page that are no interfaces, written out."""

PAGE_NAMES = {shape.__name__: name for name, shape in OTHER_NAMES.items()}

WRITTEN_DIFFERENTLY = {
    "Alert.condition": "one object for all kinds of conditions",
    "AlertRule.condition": "one object for all kinds of conditions",
    "ClientMessage.type": "one type for four messages: test_the_page_has_every_client_message",
    "Counts.counts": "an object without a name of its own",
    "SiteFeature.geometry": "objects without names of their own",
    "Subscribed.type": "one type for two messages",
    "Video.analysis": "an object without a name of its own",
}
"""Fields whose types are written differently, and why."""

FIELDS = {
    f"{interface}.{field}": (field, mark == "?", text)
    for interface, body in INTERFACES.items()
    for field, mark, text in re.findall(r"^  (\w+)(\??): (.*?);$", body, re.MULTILINE)
}


def schema_of(interface: str) -> dict[str, Any]:
    shape = OTHER_NAMES.get(interface) or SHAPES[interface]
    return shape.model_json_schema(mode="serialization")


def written(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    """The type of a schema, as TypeScript writes it."""
    match schema:
        case {"$ref": str(reference)}:
            name = reference.rpartition("/")[2]
            is_enum = "enum" in definitions[name]
            return written(definitions[name], definitions) if is_enum else PAGE_NAMES.get(name, name)
        case {"anyOf": choices} | {"oneOf": choices}:
            return " | ".join(written(choice, definitions) for choice in choices)
        case {"const": value}:
            return f'"{value}"'
        case {"enum": options}:
            return " | ".join(f'"{option}"' for option in options)
        case {"type": "array", "prefixItems": items}:
            return f"[{', '.join(written(item, definitions) for item in items)}]"
        case {"type": "array", "items": items}:
            return f"{written(items, definitions)}[]"
        case {"type": "object", "additionalProperties": dict(values)}:
            key = schema.get("propertyNames", {})
            return f"Record<{written(key, definitions) if '$ref' in key else 'string'}, {written(values, definitions)}>"
        case {"type": "integer"}:
            return "number"
        case {"type": str(name)}:
            return name
    raise ValueError(f"the page has no type for the schema {schema}")


def normal(text: str) -> str:
    """A type with aliases written out, literals in order, and without names in tuples."""
    for _ in range(3):  # aliases of aliases
        text = re.sub(r"\b[A-Z]\w*\b", lambda match: ALIASES.get(match[0], match[0]), text)
    text = re.sub(r"Partial<(Record<.*?>)>", r"\1", re.sub(r"\b\w+: ", "", text))
    runs = re.compile(r'"[^"]*"(?: \| "[^"]*")*')
    text = runs.sub(lambda match: " | ".join(sorted(set(match[0].split(" | ")))), text)
    return text.replace("(", "").replace(")", "").lstrip("| ")


@pytest.mark.parametrize("name", sorted(FIELDS.keys() - WRITTEN_DIFFERENTLY.keys()))
def test_a_field_has_the_type_of_the_shape(name: str):
    """What the page may leave out (`?`) has a default, and is null nowhere but in the shape."""
    field, is_optional, text = FIELDS[name]
    schema = schema_of(name.partition(".")[0])
    expected = normal(written(schema["properties"][field], schema.get("$defs", {})))
    allowed = {expected, expected.removesuffix(" | null")} if is_optional else {expected}
    assert normal(text) in allowed


@pytest.mark.parametrize(
    ("page", "shape"), [("string", "string | null"), ("number", "string"), ("Zone", "Zone[]"), ('"a"', '"a" | "b"')]
)
def test_another_type_is_found(page: str, shape: str):
    assert normal(page) != normal(shape)


def test_fields_that_are_written_differently_exist():
    assert WRITTEN_DIFFERENTLY.keys() <= FIELDS.keys()
