"""Errors as problem documents."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from onwatch_contracts.http import Problem
from onwatch_gateway.errors import (
    NotPublic,
    TooManyConnections,
    UpstreamTimeout,
    UpstreamUnavailable,
    refuse,
    to_response,
)


def test_an_error_is_a_problem_document_that_names_the_service() -> None:
    response = to_response(UpstreamUnavailable("catalog"), "/api/videos")
    assert response.status_code == 502
    assert response.media_type == "application/problem+json"
    problem = Problem.model_validate(json.loads(bytes(response.body)))
    assert (problem.code, problem.instance) == ("upstream_unavailable", "/api/videos")
    assert "catalog" in problem.detail


def test_a_timeout_and_an_unreachable_service_have_the_same_code() -> None:
    assert UpstreamTimeout("catalog").code == UpstreamUnavailable("catalog").code
    assert UpstreamTimeout("catalog").status == 504


async def refused(kind: str, **scope: Any) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read of what is refused")

    await refuse(NotPublic(), {"type": kind, "path": "/ws", "headers": [], **scope}, receive, send)
    return sent


async def test_a_request_is_refused_with_the_problem(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    start, body = await refused("http")
    assert (start["type"], start["status"], json.loads(body["body"])["code"]) == (
        "http.response.start",
        404,
        "not_found",
    )
    assert not caplog.records


async def test_a_websocket_is_refused_with_the_problem_where_the_server_can(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    start, body = await refused("websocket", extensions={"websocket.http.response": {}})
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 404)
    assert (body["type"], json.loads(body["body"])["code"]) == ("websocket.http.response.body", "not_found")
    (closed,) = await refused("websocket")
    assert closed["type"] == "websocket.close"
    assert [record.getMessage()[:19] for record in caplog.records] == ["connection refused:"] * 2


def test_a_full_gateway_sends_retry_after() -> None:
    assert to_response(TooManyConnections(), "/ws").headers["retry-after"] == "2"
