"""JSON Schema as text for documents."""

from __future__ import annotations

from typing import Any

import pytest

from onwatch.schema_tables import cell, fields, type_of


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"$ref": "#/components/schemas/Video"}, "[Video](#video)"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null"),
        ({"enum": ["a", "b"]}, "`a`, `b`"),
        ({"const": "start"}, "`start`"),
        ({"type": "array", "items": {"$ref": "#/x/Gate"}}, "list of [Gate](#gate)"),
        ({"type": "array", "prefixItems": [{"type": "number"}, {"type": "number"}]}, "list of number, number"),
        ({"type": "array"}, "list of any"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "object of integer"),
        ({"type": "object"}, "object"),
        ({"type": "string", "format": "date-time"}, "time"),
        ({"type": "integer", "minimum": 1.0, "maximum": 1000}, "integer, ≥ 1, ≤ 1,000"),
        ({"type": "number", "exclusiveMinimum": 0.5}, "number, > 0.5"),
        ({"type": "string", "pattern": "^a$", "maxLength": 3}, "string, `^a$`, at most 3 characters"),
        ({}, "any"),
    ],
)
def test_a_type_is_a_few_words(schema: dict[str, Any], text: str) -> None:
    assert type_of(schema) == text


def test_nothing_in_a_cell_ends_it_or_is_taken_for_a_tag() -> None:
    assert cell("a | <b>\n[c] `x|y<z`") == r"a \| \<b> \[c] `x\|y<z`"


def test_fields_are_rows_with_their_defaults() -> None:
    schema = {
        "properties": {"a": {"type": "string", "description": "What it is."}, "b": {"type": "integer", "default": 3}},
        "required": ["a"],
    }
    assert fields(schema).splitlines()[2:] == [
        "| `a` | string | required | What it is. |",
        "| `b` | integer | `3` |  |",
    ]


def test_an_object_without_fields_has_no_table() -> None:
    assert fields({"type": "object"}) == ""
