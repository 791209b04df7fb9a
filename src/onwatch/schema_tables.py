"""JSON Schema as text for documents: the type of a value in a few words, and fields as a table of Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

TABLE = "| {0} | type | default | meaning |\n| --- | --- | --- | --- |\n"


def name_of(reference: str) -> str:
    """The last part of a `$ref`."""
    return reference.rpartition("/")[2]


def type_of(schema: Schema) -> str:
    """What a value may be; shapes are links to their sections."""
    match schema:
        case {"$ref": str(reference)}:
            return f"[{name_of(reference)}](#{name_of(reference).lower()})"
        case {"anyOf": parts} | {"oneOf": parts}:
            return " or ".join(dict.fromkeys(type_of(part) for part in parts))
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"const": value}:
            return f"`{value}`"
        case {"type": "array"}:
            return "list of " + _item(schema)
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"object of {type_of(values)}"
        case {"type": str(kind)}:
            return _format(schema, kind) + _limits(schema)
        case _:
            return "any"


def _item(schema: Schema) -> str:
    if items := schema.get("items"):
        return type_of(items)
    return ", ".join(type_of(item) for item in schema.get("prefixItems", ())) or "any"


def _format(schema: Schema, kind: str) -> str:
    return {"date-time": "time", "binary": "bytes"}.get(schema.get("format", ""), kind)


def _limits(schema: Schema) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    found = [f"{sign} {_number(schema[key])}" for key, sign in signs.items() if key in schema]
    found += [f"`{schema['pattern']}`"] if "pattern" in schema else []
    found += [f"at most {schema['maxLength']} characters"] if "maxLength" in schema else []
    return "".join(f", {each}" for each in found)


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else str(value)


def cell(text: str | None) -> str:
    """Text on one line, with nothing that would end a cell or begin a link or a tag. Code stays as it is."""
    parts = re.split(r"(`[^`]*`)", " ".join((text or "").split()))
    plain = (part if part.startswith("`") else re.sub(r"([*<\[])", r"\\\1", part) for part in parts)
    return "".join(plain).replace("|", r"\|")


def fields(schema: Schema) -> str:
    """The fields of an object as a table; nothing if it has none."""
    rows = "".join(_rows(schema))
    return TABLE.format("field") + rows if rows else ""


def _rows(schema: Schema) -> Iterator[str]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield row(name, field, is_required=name in required, meaning=field.get("description"))


def row(name: str, schema: Schema, *, is_required: bool, meaning: str | None) -> str:
    """A line of a table of values that have names."""
    kind = type_of(schema).replace("|", r"\|")
    return f"| `{name}` | {kind} | {_default(schema, is_required=is_required)} | {cell(meaning)} |\n"


def _default(schema: Schema, *, is_required: bool) -> str:
    if is_required:
        return "required"
    return f"`{json.dumps(schema['default'])}`".replace("|", r"\|") if "default" in schema else ""
