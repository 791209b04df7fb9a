"""Generates `docs/messages.md`: `python -m onwatch_contracts.message_reference > docs/messages.md`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from onwatch_contracts import samples
from onwatch_contracts.messages import MESSAGES, Message

Schema = Mapping[str, Any]

INTRODUCTION = """\
# Messages

All messages on the bus, generated from `libs/contracts` (`make docs` or
`python -m onwatch_contracts.message_reference > docs/messages.md`). A published shape never changes: it gets a
successor with the next version, and both are published until nothing consumes the older one.

A message is one JSON object, and unknown fields are refused. Its routing key is
`<name>.v<version>.<video_id>`. A message of another shape, or of a kind or version that its
consumer does not know, becomes a dead letter. Messages are delivered at least once, so handling a
repeat must change nothing. Times without a unit in their name are ISO 8601 with an offset; names ending in `_s` are
seconds, of video time for positions and vehicles.
"""


def reference() -> str:
    """The whole document, as Markdown."""
    parts = [
        INTRODUCTION,
        *_contents(),
        "## Envelope\n\nFields of every message.\n",
        _table(Message.model_json_schema(), Message.model_fields),
        *(_section(cls) for cls in MESSAGES),
        "## Values\n\nShapes shared by messages.\n",
        *_values(),
    ]
    return "\n".join(parts)


def _contents() -> Iterator[str]:
    yield "| message | publisher | meaning |\n| --- | --- | --- |"
    for cls in MESSAGES:
        title = _title(cls)
        yield f"| [`{title}`](#{_anchor(title)}) | {cls.publisher} | {_one_line(cls.__doc__)} |"
    yield ""


def _title(cls: type[Message]) -> str:
    return f"{cls.name}.v{cls.version}"


def _anchor(title: str) -> str:
    return title.lower().replace(".", "")


def _section(cls: type[Message]) -> str:
    own = [name for name in cls.model_fields if name not in Message.model_fields]
    sample = next(sample for sample in samples.MESSAGES if type(sample) is cls)
    fields = _table(cls.model_json_schema(), own) if own else "No fields besides the envelope.\n"
    return "\n".join(
        [
            f"## {_title(cls)}\n",
            f"{_one_line(cls.__doc__)}\n",
            f"Published by: {cls.publisher}. Routing key: `{_title(cls)}.<video_id>`.\n",
            fields,
            f"```json\n{json.dumps(sample.model_dump(mode='json'), indent=2)}\n```\n",
        ]
    )


def _values() -> Iterator[str]:
    definitions: dict[str, Schema] = {}
    for cls in MESSAGES:
        definitions |= cls.model_json_schema().get("$defs", {})
    for name, schema in sorted(definitions.items()):
        yield f"### {name}\n"
        yield f"{_one_line(schema.get('description'))}\n"
        if "enum" in schema:
            yield f"One of {_choices(schema['enum'])}.\n"
        else:
            yield _table(schema, list(schema["properties"]))


def _table(schema: Schema, fields: Sequence[str] | Mapping[str, Any]) -> str:
    lines = ["| field | type | default | meaning |", "| --- | --- | --- | --- |"]
    for name in fields:
        field = schema["properties"][name]
        default = "" if name in schema.get("required", ()) else f"`{json.dumps(field.get('default', {}))}`"
        lines.append(f"| `{name}` | {_type(field)} | {default} | {_one_line(field.get('description'))} |")
    return "\n".join(lines) + "\n"


def _type(schema: Schema) -> str:
    """A JSON schema in a few words."""
    match schema:
        case {"$ref": str(reference)}:
            name = reference.rpartition("/")[2]
            return f"[{name}](#{_anchor(name)})"
        case {"anyOf": choices} | {"oneOf": choices}:
            return " or ".join(map(_type, choices))
        case {"const": value}:
            return f"`{json.dumps(value)}`"
        case {"enum": values}:
            return _choices(values)
        case {"type": "array", "items": items}:
            return f"list of {_type(items)}"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"object: {_type({'type': 'string', **schema.get('propertyNames', {})})} to {_type(values)}"
        case {"type": "string", "format": "date-time"}:
            return "time"
        case {"type": str(name)}:
            return name + _limits(schema)
    raise ValueError(f"cannot describe the schema {schema}")


def _limits(schema: Schema) -> str:
    limits = []
    if "pattern" in schema:
        limits.append(f"`{schema['pattern']}`")
    for key, sign in (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤")):
        if key in schema:
            limits.append(f"{sign} {schema[key]:g}")
    return ", " + ", ".join(limits) if limits else ""


def _choices(values: Sequence[str]) -> str:
    return ", ".join(f"`{json.dumps(value)}`" for value in values)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


if __name__ == "__main__":
    sys.stdout.write(reference())
