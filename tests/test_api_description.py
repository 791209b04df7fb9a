"""The description of the API at the gateway; a changed `docs/openapi.json` is a changed promise to integrators.

`ONWATCH_REGENERATE_GOLDEN=1` rewrites it; review the difference.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from onwatch.all_in_one import build, client_of
from onwatch.configuration import configure
from onwatch_contracts.http import PROBLEM_MEDIA_TYPE, Problem
from onwatch_contracts.webhooks import WebhookEvent
from onwatch_testkit.golden import Golden

ROOT = Path(__file__).parents[1]
FOR_EVERYBODY = ("get_session", "list_login_methods", "begin_provider_login")
"""The operations that no login is refused to."""


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return asyncio.run(described(tmp_path_factory.mktemp("described")))


async def described(folder: Path) -> dict[str, Any]:
    onwatch = build(configure(folder, environ={"ONWATCH_AUTH": "off"}))
    async with onwatch.running(), client_of(onwatch.app) as http:
        answer = await http.get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations_of(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def resolved(description: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """What is referred to, if it is a reference."""
    found: Any = value
    if reference := value.get("$ref"):
        found = description
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    return dict(found)


def references_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from [each] if key == "$ref" else references_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from references_in(each)


def test_the_description_is_that_of_the_docs(description: dict[str, Any]) -> None:
    Golden(ROOT / "docs").check_json("openapi.json", description)


def test_each_operation_is_complete(description: dict[str, Any]) -> None:
    operations = dict(operations_of(description))
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations) > 60
    for name, operation in operations.items():
        answers = {status: resolved(description, answer) for status, answer in operation["responses"].items()}
        assert operation["description"], name
        assert any(status.startswith("2") for status in answers), name
        assert ("401" in answers) or operation["operationId"] in FOR_EVERYBODY, name
        for status, answer in answers.items():
            problem = answer.get("content", {}).get(PROBLEM_MEDIA_TYPE)
            assert problem or int(status) < 400, f"{name}: {status} is no problem document"
            for code, example in (problem or {}).get("examples", {}).items():
                shown = Problem.model_validate(example["value"])
                assert (shown.code, str(shown.status)) == (code, status), name


def test_each_reference_leads_somewhere_and_each_component_is_used(description: dict[str, Any]) -> None:
    kinds = ("schemas", "responses")
    components = {f"#/components/{kind}/{name}" for kind in kinds for name in description["components"][kind]}
    assert set(references_in(description)) == components


def test_nothing_internal_is_described(description: dict[str, Any]) -> None:
    text = str(description)
    for internal in ("/internal/", "onwatch-identity", "onwatch-service", "onwatch-address"):
        assert internal not in text


async def test_strangers_get_no_description(tmp_path: Path) -> None:
    onwatch = build(configure(tmp_path, environ={}))
    async with onwatch.running(), client_of(onwatch.app) as http:
        answer: httpx.Response = await http.get("/api/openapi.json")
    assert answer.status_code == 401


def test_what_is_sent_to_webhooks_is_described(description: dict[str, Any]) -> None:
    webhooks = description["webhooks"]
    assert set(webhooks) == {*WebhookEvent, "ping"}
    for name, methods in webhooks.items():
        operation = methods["post"]
        headers = {each["name"] for each in operation["parameters"]}
        assert headers == {"webhook-id", "webhook-timestamp", "webhook-signature"}
        body = resolved(description, operation["requestBody"]["content"]["application/json"]["schema"])
        assert body["properties"]["type"]["const"] == name
        assert set(operation["responses"]) == {"204", "4XX"}
