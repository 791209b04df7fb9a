"""Generates `http-api.md` and `channel.md` from the descriptions beside them: `-m onwatch.api_reference docs`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from onwatch.schema_tables import TABLE, Schema, cell, fields, name_of, row, type_of

Description = Mapping[str, Any]

HTTP = """\
# HTTP API

Every request that the gateway answers, with its parameters, bodies, answers and codes of errors. This page is
generated from [openapi.json](openapi.json) (`make docs`), from which clients can be generated, too; a running gateway
has it at `/api/openapi.json`. [integration.md](integration.md) begins with examples.
"""

COMMON_CODES = """\
**Answers that most requests can have** are not repeated below: {codes}. An error is a [Problem](#problem).
"""
COMMON_SHARE = 0.8
"""Of all operations have an answer that is not repeated with each."""

CHANNEL = """\
# The channel of a viewer

The WebSocket `/ws` of the gateway: the messages that a viewer sends and gets. This page is generated from
[asyncapi.json](asyncapi.json) (`make docs`), which has the message bus, too.
[integration.md](integration.md#live-numbers) has a program that uses it, [security.md](security.md#who-may-what) says
who may send what.

A message is one JSON object with its `type`; a picture is a binary message. A connection has at most one subscription.
"""


def http_reference(description: Description) -> str:
    """The page of an OpenAPI description."""
    common = _common_answers(description)
    parts = [HTTP, description["info"]["description"].strip() + "\n", _common(description, common)]
    for tag in sorted({_tag(operation) for _, _, operation in _operations(description)}):
        parts.append(f"## {tag.capitalize()}\n")
        found = [each for each in _operations(description) if _tag(each[2]) == tag]
        parts += [_operation(description, common, *each) for each in found]
    parts.append("## Shapes\n")
    parts += [_shape(name, schema) for name, schema in sorted(description["components"]["schemas"].items())]
    return "\n".join(parts)


def _operations(description: Description) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _tag(operation: Schema) -> str:
    return str(operation["tags"][0])


def _common(description: Description, common: Collection[str]) -> str:
    codes = (f"{name.partition('.')[0]} {_meaning(description, name)}" for name in common)
    return COMMON_CODES.format(codes="; ".join(codes))


def _common_answers(description: Description) -> list[str]:
    """Errors of most operations, by their names like `404.video_not_found`."""
    operations = [operation for _, _, operation in _operations(description)]
    found = Counter(name for operation in operations for name in _errors(operation))
    return sorted(name for name, count in found.items() if count >= COMMON_SHARE * len(operations))


def _errors(operation: Schema) -> Iterator[str]:
    return (name_of(answer["$ref"]) for answer in operation["responses"].values() if "$ref" in answer)


def _meaning(description: Description, error: str) -> str:
    return cell(description["components"]["responses"][error]["description"])


def _operation(description: Description, common: Collection[str], method: str, path: str, operation: Schema) -> str:
    parts = [f"### {method} {path}\n", operation.get("description", "").strip() + "\n"]
    if parameters := operation.get("parameters"):
        parts.append(TABLE.format("parameter") + "".join(map(_parameter, parameters)))
    parts += [f"Body: {_content(body)}.\n"] if (body := operation.get("requestBody")) else []
    parts.append("".join(_answers(description, common, operation)))
    return "\n".join(parts)


def _parameter(parameter: Schema) -> str:
    place = "" if parameter["in"] == "query" else f"{parameter['in']}: "
    meaning = place + parameter.get("description", "")
    return row(parameter["name"], parameter["schema"], is_required=parameter.get("required", False), meaning=meaning)


def _content(body: Schema) -> str:
    """What a body may be, by media type; JSON is not named."""
    kinds = [
        type_of(each.get("schema", {})) + ("" if kind == "application/json" else f" (`{kind}`)")
        for kind, each in body.get("content", {}).items()
    ]
    return " or ".join(kinds)


def _answers(description: Description, common: Collection[str], operation: Schema) -> Iterator[str]:
    for status, answer in operation["responses"].items():
        if "$ref" not in answer:
            yield f"- {status}: {_content(answer) or 'no content'}\n"
    for error in _errors(operation):
        if error not in common:
            yield f"- {error.partition('.')[0]}: {_meaning(description, error)}\n"


def _shape(name: str, schema: Schema) -> str:
    kind = "" if "properties" in schema else type_of(schema).replace("|", r"\|") + "\n"
    return "\n".join(each for each in (f"### {name}\n", _about(schema), kind, fields(schema)) if each)


def _about(schema: Schema) -> str:
    return f"{cell(schema['description'])}\n" if schema.get("description") else ""


def channel_reference(description: Description) -> str:
    """The page of the viewer's channel in an AsyncAPI description."""
    operations, shared = description["operations"], description["components"]
    titles = {"request": "What a viewer sends", "inform": "What a viewer gets"}
    parts = [CHANNEL]
    for operation, title in titles.items():
        parts.append(f"## {title}\n")
        for reference in operations[operation]["messages"]:
            name = name_of(reference["$ref"])
            parts.append(_message(name, shared["messages"][name]))
    parts.append("## Shapes\n")
    used = _used(parts, shared["schemas"])
    return "\n".join([*parts, *(_shape(name, shared["schemas"][name]) for name in sorted(used))])


def _message(name: str, message: Schema) -> str:
    parts = [f"### {name}\n", (message.get("description") or "").strip() + "\n", fields(message["payload"])]
    for example in message.get("examples", ())[:1]:
        parts.append(f"```json\n{json.dumps(example['payload'], indent=2)}\n```\n")
    return "\n".join(part for part in parts if part.strip())


def _used(parts: list[str], schemas: Mapping[str, Schema]) -> set[str]:
    """Shapes that these parts link to, and those that these shapes link to."""
    found: set[str] = set()
    waiting = {name for name in schemas if any(f"[{name}](#" in part for part in parts)}
    while waiting:
        found |= waiting
        texts = [_shape(name, schemas[name]) for name in waiting]
        waiting = {name for name in schemas if any(f"[{name}](#" in text for text in texts)} - found
    return found


def main(folder: Path) -> None:
    """Write both pages into the folder that has the descriptions."""
    for source, target, page in (
        ("openapi.json", "http-api.md", http_reference),
        ("asyncapi.json", "channel.md", channel_reference),
    ):
        description = json.loads((folder / source).read_text(encoding="utf-8"))
        (folder / target).write_text(page(description), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
