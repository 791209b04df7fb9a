from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from onwatch_gateway.api_description import ApiDescription, DifferentModels, merged

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def document(*paths: str, **models: Any) -> dict[str, Any]:
    """Of a service with one operation, which answers with the first model, at each path."""
    model = next(iter(models), "Problem")
    answered = {"200": {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}}}
    operation = {
        "summary": "Get It",
        "operationId": "get_it_api_x_get",
        "responses": {**answered, "503": {"description": "A store is not reached", "content": PROBLEM}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "A service", "version": "0.1.0"},
        "paths": {path: {"get": operation} for path in paths},
        "components": {"schemas": {"Problem": {"type": "object"}, **models}},
    }


def test_public_operations_of_all_services_are_described() -> None:
    found = merged([document("/api/videos", "/internal/x", A={"n": 1}), document("/api/counts", B={"n": 2}, C={})])
    assert (list(found["paths"]), list(found["components"]["schemas"])) == (
        ["/api/counts", "/api/videos"],
        ["A", "B", "Problem"],
    )
    assert found["info"]["version"] == "0.1.0"


def test_models_that_others_contain_are_kept() -> None:
    nested = {"items": [{"$ref": "#/components/schemas/B"}]}
    assert list(merged([document("/api/videos", A=nested, B={}, C={})])["components"]["schemas"]) == [
        "A",
        "B",
        "Problem",
    ]


def test_an_operation_says_which_role_it_needs_and_how_it_is_refused() -> None:
    found = merged([document("/api/videos")])
    operation = found["paths"]["/api/videos"]["get"]
    assert operation["operationId"] == "get_it"
    assert operation["description"] == "Needs the role viewer."
    assert operation["security"] == [{"token": ["viewer"]}, {"session": ["viewer"]}]
    assert operation["tags"] == ["videos"]
    assert set(operation["responses"]) == {"200", "401", "403", "421", "429", "502", "503", "504"}
    unavailable = found["components"]["responses"][operation["responses"]["503"]["$ref"].rpartition("/")[2]]
    assert unavailable["description"].startswith("A store is not reached, ")
    assert "accounts_unavailable" in unavailable["content"]["application/problem+json"]["examples"]


def test_an_operation_for_strangers_says_so() -> None:
    operation = merged([document("/api/session")])["paths"]["/api/session"]["get"]
    assert (operation["security"], operation["tags"]) == ([], ["accounts"])
    assert operation["description"] == "Needs no login."
    assert "401" not in operation["responses"]


def test_one_name_for_two_models_is_refused() -> None:
    with pytest.raises(DifferentModels, match="A differently"):
        merged([document("/api/videos", A={"n": 1}), document("/api/counts", A={"n": 2})])


async def answer(services: Mapping[str, ASGIApp], timeout_s: float = 60) -> httpx.Response:
    app = ApiDescription(services, timeout_s=timeout_s)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://onwatch") as http:
        return await http.get("/api/openapi.json")


async def hang(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.Event().wait()


async def test_the_description_is_of_the_services_that_run() -> None:
    found = await answer({"catalog": JSONResponse(document("/api/videos")), "other": JSONResponse(document())})
    assert list(found.json()["paths"]) == ["/api/videos"]


@pytest.mark.parametrize(("service", "timeout_s", "status"), [(PlainTextResponse("", 503), 60, 502), (hang, 0.05, 504)])
async def test_without_one_of_the_services_there_is_none(service: ASGIApp, timeout_s: float, status: int) -> None:
    refused = await answer({"catalog": JSONResponse(document()), "aggregator": service}, timeout_s)
    assert (refused.status_code, refused.json()["code"]) == (status, "upstream_unavailable")
    assert "aggregator" in refused.json()["detail"]
