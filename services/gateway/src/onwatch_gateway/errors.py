"""Failures that the gateway itself answers over HTTP, as problem documents."""

from __future__ import annotations

from starlette.responses import Response

from onwatch_contracts.http import Problem
from onwatch_runtime.http.problems import ProblemError, problem_response


class NotPublic(ProblemError):
    """Nothing at this path is for the outside."""

    status = 404
    code = "not_found"
    title = "Not found"

    def __init__(self) -> None:
        super().__init__("There is nothing at this address.")


class ForeignOrigin(ProblemError):
    """A page of another site asked for the channel, or for a change."""

    status = 403
    code = "origin_refused"
    title = "Origin refused"

    def __init__(self, origin: str | None, host: str | None) -> None:
        super().__init__(
            f"A page of {(origin or '')[:200]} may not open the channel of {(host or '')[:200]}, nor change anything; "
            "ONWATCH_GATEWAY_ALLOWED_ORIGINS names the other sites that may."
        )


class TooManyConnections(ProblemError):
    """The gateway has all the viewers it takes, or is shutting down."""

    status = 503
    code = "too_many_connections"
    title = "Too many connections"

    def __init__(self) -> None:
        super().__init__("This gateway takes no more viewers now; try again in a moment.")
        self.headers = {"retry-after": "2"}


class UpstreamUnavailable(ProblemError):
    """A service behind the gateway could not be reached."""

    status = 502
    code = "upstream_unavailable"
    title = "Service unavailable"

    def __init__(self, service: str) -> None:
        super().__init__(f"The {service} cannot be reached; try again in a moment.")


class UpstreamTooSlow(ProblemError):
    """A service behind the gateway was reached and did not answer in time."""

    status = 504
    code = "upstream_unavailable"
    title = "Service too slow"

    def __init__(self, service: str) -> None:
        super().__init__(f"The {service} did not answer in time; try again in a moment.")


def answer(error: ProblemError, path: str) -> Response:
    """The problem document: an ASGI app that can be called or sent as a refusal of a WebSocket."""
    problem = Problem(title=error.title, status=error.status, detail=error.detail, code=error.code, instance=path)
    return problem_response(problem, error.headers)
