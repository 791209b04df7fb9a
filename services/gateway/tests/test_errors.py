"""Failures as problem documents."""

from __future__ import annotations

import json

from onwatch_contracts.http import Problem
from onwatch_gateway.errors import TooManyConnections, UpstreamTooSlow, UpstreamUnavailable, answer


def test_a_failure_is_a_problem_document_that_names_the_service() -> None:
    response = answer(UpstreamUnavailable("catalog"), "/api/videos")
    assert response.status_code == 502
    assert response.media_type == "application/problem+json"
    problem = Problem.model_validate(json.loads(bytes(response.body)))
    assert (problem.code, problem.instance) == ("upstream_unavailable", "/api/videos")
    assert "catalog" in problem.detail


def test_too_slow_and_not_reached_are_the_same_failure_to_a_program() -> None:
    assert UpstreamTooSlow("catalog").code == UpstreamUnavailable("catalog").code
    assert UpstreamTooSlow("catalog").status == 504


def test_a_full_gateway_says_when_to_come_back() -> None:
    assert answer(TooManyConnections(), "/ws").headers["retry-after"] == "2"
