"""`/api/openapi.json`: one OpenAPI document of the whole API, merged from those of the services."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from onwatch_contracts.accounts import SESSION_COOKIE
from onwatch_contracts.http import PROBLEM_MEDIA_TYPE
from onwatch_gateway.access import ACCESS_ERRORS, Right, requested
from onwatch_gateway.door import DOOR_ERRORS
from onwatch_gateway.errors import UpstreamTimeout, UpstreamUnavailable, to_response
from onwatch_runtime.http import ProblemError, documented

Document = dict[str, Any]

API_PATH = "/api/"
TITLE = "Onwatch"
ABOUT = """\
Counts vehicles in videos, and processes only what somebody watches.

**Who sends**: programs send `Authorization: Bearer TOKEN`, with a token from the page Accounts; browsers have a cookie
after `POST /api/session`. Each operation names the role that it needs.

**Errors** are problem documents (RFC 9457): `detail` is a sentence for a person, `code` is for a program and stays.

**Lists** are read in pages: `next_cursor` of one answer is `cursor` of the next request, until it is null.

**Live numbers and pictures** come over the WebSocket `/ws`.
"""
SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "Of a program; the page Accounts makes one."},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE, "description": "After a login."},
}
# The first match on the path wins.
TAGS = (
    ("accounts", ("/api/session", "/api/users", "/api/tokens", "/api/links", "/api/audit")),
    ("webhooks", ("/api/webhooks",)),
    ("status", ("/api/status",)),
    ("uploads", ("/api/uploads", "/api/downloads", "/api/joins")),
    ("zones and gates", ("{video_id}/site", "{video_id}/zones", "{video_id}/gates", "{video_id}/movements")),
    ("marks", ("/marks", "/missed")),
    (
        "results",
        (
            "/api/counts",
            *(
                f"{{video_id}}/{name}"
                for name in (
                    "metrics",
                    "vehicles",
                    "evidence",
                    "runs",
                    "results",
                    "flows",
                    "visits",
                    "crossings",
                    "counts",
                )
            ),
            *(f"{{video_id}}/{name}" for name in ("recount", "detections")),
        ),
    ),
    ("videos", ("",)),
)
OF_GATEWAY = (*DOOR_ERRORS, UpstreamUnavailable, UpstreamTimeout)


class DifferentModels(ValueError):
    """Two services use one name for different models."""


def merged(documents: Sequence[Document]) -> Document:
    """The public operations of all documents, with rights, refusals of the gateway, and short operation ids.

    Raises `DifferentModels`.
    """
    paths: Document = {}
    models: Document = {}
    webhooks: Document = {}
    for document in documents:
        for name, operations in document.get("webhooks", {}).items():
            webhooks[name] = {method: _delivery(each) for method, each in operations.items()}
        for path, operations in document["paths"].items():
            if path.startswith(API_PATH):
                paths[path] = {method: _described(method, path, each) for method, each in operations.items()}
        for name, model in document["components"]["schemas"].items():
            if models.setdefault(name, model) != model:
                raise DifferentModels(f"the services describe {name} differently")
    answers = _shared_answers(paths)
    return {
        "openapi": documents[0]["openapi"],
        "info": {"title": TITLE, "description": ABOUT, "version": documents[0]["info"]["version"]},
        "tags": [{"name": name} for name, _ in sorted(TAGS)],
        "paths": dict(sorted(paths.items())),
        "webhooks": dict(sorted(webhooks.items())),
        "components": {
            "schemas": _used(models, paths, answers, webhooks),
            "responses": answers,
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _described(method: str, path: str, operation: Document) -> Document:
    right = requested(method.upper(), path).right
    return {
        **operation,
        "operationId": operation["summary"].lower().replace(" ", "_"),
        "tags": [next(tag for tag, parts in TAGS if any(part in path for part in parts))],
        "description": "\n\n".join(filter(None, (operation.get("description"), _of_right(right)))),
        "security": [{scheme: [right.role.value]} for scheme in SECURITY_SCHEMES] if right.role else [],
        "responses": _with_refusals(operation["responses"], right),
    }


def _delivery(operation: Document) -> Document:
    """A request that a service sends, to whom a webhook says."""
    return {**operation, "operationId": operation["summary"].lower().replace(" ", "_"), "tags": ["webhooks"]}


def _of_right(right: Right) -> str:
    return f"Needs the role {right.role}." if right.role else "Needs no login."


def _with_refusals(responses: Document, right: Right) -> Document:
    """The answers of the service, and those of the gateway."""
    errors = (*OF_GATEWAY, *(ACCESS_ERRORS if right.role else ()))
    answers = dict(responses)
    for status, answer in documented(*errors).items():
        known = answers.get(str(status))
        if known is None or PROBLEM_MEDIA_TYPE not in known.get("content", {}):
            answers[str(status)] = answer
        else:
            both = f"{known['description']}, {answer['description']}"
            answers[str(status)] = {**known, "description": both, "content": _joined(known, answer)}
    return answers


def _joined(known: Document, more: Document) -> Document:
    """The content of both answers, with all examples of problems."""
    problem = known["content"][PROBLEM_MEDIA_TYPE]
    examples = {**problem.get("examples", {}), **more["content"][PROBLEM_MEDIA_TYPE].get("examples", {})}
    return {**known["content"], PROBLEM_MEDIA_TYPE: {**problem, "examples": examples}}


def _shared_answers(paths: Document) -> Document:
    """Problem answers by their status and codes; the operations refer to these from now on."""
    answers: Document = {}
    for operations in paths.values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if PROBLEM_MEDIA_TYPE in answer.get("content", {}):
                    name = ".".join((status, *answer["content"][PROBLEM_MEDIA_TYPE].get("examples", {})))
                    answers[name] = answer
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return dict(sorted(answers.items()))


def _used(models: Document, *users: Document) -> Document:
    """The models that the users refer to, directly or by another model."""
    used: set[str] = set()
    new = {name for user in users for name in _references(user)} & models.keys()
    while new:
        used |= new
        new = {name for found in new for name in _references(models[found])} - used
    return {name: models[name] for name in sorted(used)}


def _references(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key == "$ref":
                yield each.rpartition("/")[2]
            else:
                yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


@dataclass(frozen=True)
class ApiDescription:
    """ASGI app: asks the services for their documents at each request, so that it never describes older ones."""

    services: Mapping[str, ASGIApp]
    """By name."""
    timeout_s: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._answer(scope["path"]))(scope, receive, send)

    async def _answer(self, path: str) -> Response:
        try:
            return JSONResponse(merged([await self._document(name) for name in self.services]))
        except ProblemError as refusal:
            return to_response(refusal, path)

    async def _document(self, name: str) -> Document:
        request = httpx.Request("GET", f"http://{name}/openapi.json")
        transport = httpx.ASGITransport(self.services[name], raise_app_exceptions=False)
        try:
            async with asyncio.timeout(self.timeout_s):
                response = await transport.handle_async_request(request)
                await response.aread()
        except TimeoutError as error:
            raise UpstreamTimeout(name) from error
        if response.status_code != httpx.codes.OK:
            raise UpstreamUnavailable(name)
        document: Document = response.json()
        return document
