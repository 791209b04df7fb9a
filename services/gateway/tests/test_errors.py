"""Errors as problem documents."""

from __future__ import annotations

import json

from onwatch_contracts.http import Problem
from onwatch_gateway.errors import TooManyConnections, UpstreamTimeout, UpstreamUnavailable, to_response


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


def test_a_full_gateway_sends_retry_after() -> None:
    assert to_response(TooManyConnections(), "/ws").headers["retry-after"] == "2"
