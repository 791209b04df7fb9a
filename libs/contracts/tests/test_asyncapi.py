from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from onwatch_contracts.asyncapi import document
from onwatch_contracts.channel import CLIENT_MESSAGE, SERVER_MESSAGE
from onwatch_contracts.messages import MESSAGES

DOCUMENT = Path(__file__).parents[3] / "docs" / "asyncapi.json"


def references_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from [each] if key == "$ref" else references_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from references_in(each)


def target_of(reference: str, found: Any) -> Any:
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def test_the_document_is_up_to_date() -> None:
    assert json.loads(DOCUMENT.read_text(encoding="utf-8")) == document(), "run `make docs`"


def test_every_message_is_described_with_an_example() -> None:
    messages = document()["components"]["messages"]
    of_bus = {f"{cls.name}.v{cls.version}" for cls in MESSAGES}
    of_channel = {
        name
        for adapter in (CLIENT_MESSAGE, SERVER_MESSAGE)
        for name in adapter.json_schema()["$defs"]
        if name in messages
    }
    assert set(messages) == of_bus | of_channel | {"Frame", "VideoFrame"}
    assert {"Subscribe", "Start", "Metrics", "Refused"} <= of_channel
    assert all(message["examples"] for message in messages.values())


def test_every_message_of_the_bus_is_published_by_somebody() -> None:
    operations = document()["operations"]
    published = {
        reference["$ref"].rpartition("/")[2]
        for name, operation in operations.items()
        if name.startswith("publish_")
        for reference in operation["messages"]
    }
    assert published == {f"{cls.name}.v{cls.version}" for cls in MESSAGES} | {"Frame", "VideoFrame"}


def test_each_reference_leads_somewhere() -> None:
    described = document()
    found = set(references_in(described))
    assert len(found) > 50
    assert all(target_of(reference, described) for reference in found)
