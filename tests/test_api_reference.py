"""The pages of the HTTP API and of the viewer's channel are up to date, and complete."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from onwatch.api_reference import channel_reference, http_reference, main

DOCS = Path(__file__).parents[1] / "docs"
OPENAPI: dict[str, Any] = json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))
ASYNCAPI: dict[str, Any] = json.loads((DOCS / "asyncapi.json").read_text(encoding="utf-8"))
PAGES = {"http-api.md": http_reference(OPENAPI), "channel.md": channel_reference(ASYNCAPI)}


@pytest.mark.parametrize("name", PAGES)
def test_the_document_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name], "run `make docs`"


def test_every_request_has_a_section() -> None:
    sections = re.findall(r"^### ([A-Z]+) (\S+)$", PAGES["http-api.md"], re.MULTILINE)
    expected = [(method.upper(), path) for path, methods in OPENAPI["paths"].items() for method in methods]
    assert sorted(sections) == sorted(expected)


def test_every_error_of_a_request_is_named() -> None:
    for name in OPENAPI["components"]["responses"]:
        for code in name.split(".")[1:]:
            assert f"`{code}`" in PAGES["http-api.md"], code


@pytest.mark.parametrize("name", PAGES)
def test_every_shape_that_is_linked_to_is_described(name: str) -> None:
    linked = {shape.lower() for shape in re.findall(r"\]\(#(\w+)\)", PAGES[name])}
    described = {title.lower() for title in re.findall(r"^### (\w+)$", PAGES[name], re.MULTILINE)}
    assert linked <= described


def test_the_channel_has_what_a_viewer_sends_and_gets() -> None:
    sent, _, got = PAGES["channel.md"].partition("## What a viewer gets")
    assert re.findall(r"^### (\w+)$", sent, re.MULTILINE) == ["Subscribe", "Unsubscribe", "Start", "Stop", "Frames"]
    assert {"State", "Metrics", "Frame", "Refused"} <= set(re.findall(r"^### (\w+)$", got, re.MULTILINE))


def test_pages_are_written_beside_the_descriptions(tmp_path: Path) -> None:
    for source in ("openapi.json", "asyncapi.json"):
        (tmp_path / source).write_bytes((DOCS / source).read_bytes())
    main(tmp_path)
    assert {name: (tmp_path / name).read_text(encoding="utf-8") for name in PAGES} == PAGES
