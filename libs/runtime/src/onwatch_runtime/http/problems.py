"""Errors of the HTTP APIs as RFC 9457 problem documents."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from onwatch_contracts.http import PROBLEM_MEDIA_TYPE, Problem

log = logging.getLogger(__name__)


class ProblemError(Exception):
    """A failure reported to the caller. A service has one subclass for each kind."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]
    headers: Mapping[str, str] | None = None

    @property
    def detail(self) -> str:
        return str(self)


class InvalidRequest(ProblemError):
    """The parameters or the body do not have the documented form."""

    status = 422
    code = "invalid_request"
    title = "Invalid request"


class UnreadableBody(ProblemError):
    """The body is JSON, but nested or with numbers or characters beyond what can be parsed. FastAPI answers so."""

    status = 400
    code = "bad_request"
    title = "Bad Request"


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=problem.status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers=dict(headers) if headers else None,
    )


def to_response(error: ProblemError, path: str) -> JSONResponse:
    """The problem document, as an ASGI app; it can also be sent as the denial of a WebSocket."""
    problem = Problem(title=error.title, status=error.status, detail=error.detail, code=error.code, instance=path)
    return problem_response(problem, error.headers)


def _field_name(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "request"


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)  # noqa: S101 registered for this class
    return to_response(error, request.url.path)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 registered for this class
    detail = "; ".join(f"{_field_name(item['loc'])}: {item['msg']}" for item in error.errors())
    return await _on_problem(request, InvalidRequest(detail))


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 registered for this class
    phrase = HTTPStatus(error.status_code).phrase
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"allow": ", ".join(sorted(_allowed_methods(request)))}
    problem = Problem(
        title=phrase,
        status=error.status_code,
        detail=str(error.detail),
        code=phrase.lower().replace(" ", "_"),
        instance=request.url.path,
    )
    return problem_response(problem, headers)


def _allowed_methods(request: Request) -> set[str]:
    """Of every route with this path; the framework names those of the first one only."""
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return {method for route in routes for method in getattr(route, "methods", None) or ()}


async def _on_error(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem_response(
        Problem(
            title="Internal error",
            status=500,
            detail="The request failed; the log of the service says why.",
            code="internal_error",
            instance=request.url.path,
        )
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Turn every error of the app into a problem document."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_error)
