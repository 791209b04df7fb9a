"""The app of an HTTP API, whose OpenAPI document describes every answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Sequence
from copy import copy
from typing import Any, TypeVar, cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from onwatch_contracts.http import PROBLEM_MEDIA_TYPE, Problem
from onwatch_runtime.http.body_limit import BodyLimit, BodyTooLarge
from onwatch_runtime.http.problems import InvalidRequest, ProblemError, UnreadableBody, install_problem_handlers

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
REFERENCE = "#/components/schemas/{model}"
OF_FASTAPI = ("HTTPValidationError", "ValidationError")  # what it would answer without this project's handlers


def documented(*errors: type[ProblemError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these errors."""
    by_status: dict[int | str, list[type[ProblemError]]] = {}
    for error in errors:
        by_status.setdefault(error.status, []).append(error)
    return {status: _documented(answered) for status, answered in by_status.items()}


def _documented(errors: Sequence[type[ProblemError]]) -> dict[str, Any]:
    """One answer that may be any of these errors, each with an example."""
    content = {
        "schema": {"$ref": REFERENCE.format(model="Problem")},
        "examples": {error.code: {"summary": error.title, "value": _example(error)} for error in errors},
    }
    description = ", ".join(f"{error.title} (`{error.code}`)" for error in errors)
    return {"description": description, "content": {PROBLEM_MEDIA_TYPE: content}}


def _example(error: type[ProblemError]) -> dict[str, Any]:
    detail = f"{error.title}: a sentence that says what, and what was expected."
    problem = Problem(title=error.title, status=error.status, detail=detail, code=error.code, instance="/api/...")
    return problem.model_dump(mode="json")


class _JsonRequest(Request):
    async def json(self) -> Any:
        """The body, parsed. `ValueError` for half a surrogate pair: no answer, store or message could contain it."""
        value = await super().json()
        if b"\\u" in await self.body():
            json.dumps(value, ensure_ascii=False).encode()
        return value


class _Route(APIRoute):
    """Its endpoint is analysed when it is first called or described, since that is most of the time to build an API."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.path, self.endpoint = path, endpoint
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = {method.upper() for method in options.get("methods") or ("GET",)}
        self.include_in_schema = options.get("include_in_schema", True)
        self.app = self._call
        self._options = options

    def __getattr__(self, name: str) -> Any:
        """What only the analysis finds."""
        if "_options" not in self.__dict__:
            raise AttributeError(name)
        self._analyse()
        return getattr(self, name)

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        if "_options" in self.__dict__:  # else this is the app of a copy
            self._analyse()
        await self.app(scope, receive, send)

    def _analyse(self) -> None:
        methods, include_in_schema = self.methods, self.include_in_schema
        options = self.__dict__.pop("_options")
        try:
            super().__init__(self.path, self.endpoint, **options)
        except Exception:
            self._options = options  # for the next one to learn the reason, too
            raise
        self.methods, self.include_in_schema = methods, include_in_schema  # of a copy for HEAD

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        body: TypeAdapter[Any] | None = None
        if self.body_field is not None:
            body = TypeAdapter(cast("Any", self.body_field.field_info.annotation))

        async def handle_checked(request: Request) -> Response:
            request = _JsonRequest(request.scope, request.receive)
            if body is not None:
                _refuse_coercion(body, await request.body())
            return await handle(request)

        return handle_checked


def _refuse_coercion(model: TypeAdapter[Any], body: bytes) -> None:
    """Refuse `true` or `"1"` for a number, which FastAPI would convert although the documented schema refuses them."""
    try:
        model.validate_json(body, strict=True)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
        if all(error["type"] != "json_invalid" for error in errors):  # FastAPI answers to what is no JSON
            raise RequestValidationError([{**error, "loc": ("body", *error["loc"])} for error in errors]) from invalid


class Api(FastAPI):
    """Answers every error with a problem document and HEAD wherever GET is answered; bodies are limited."""

    def __init__(
        self,
        title: str,
        *,
        common: tuple[type[ProblemError], ...] = (),
        is_streamed: Callable[[Scope], bool] = lambda _: False,
    ) -> None:
        """`common`: errors of every route. Bodies of requests that `is_streamed` selects are not limited."""
        # A redirection to the path without its last slash would name the service's own address, not the gateway's.
        super().__init__(title=title, responses=documented(*common), redirect_slashes=False)
        self.router.route_class = self.webhooks.route_class = _Route
        install_problem_handlers(self)
        self.add_middleware(BodyLimit, is_streamed=is_streamed)

    def get(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        def add(endpoint: Endpoint) -> Endpoint:
            super(Api, self).get(path, **options)(endpoint)
            head = copy(cast("APIRoute", self.router.routes[-1]))
            head.methods, head.include_in_schema = {"HEAD"}, False
            self.router.routes.insert(-1, head)
            return endpoint

        return add

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            models = document.setdefault("components", {}).setdefault("schemas", {})
            for name in OF_FASTAPI:
                models.pop(name, None)
            models["Problem"] = Problem.model_json_schema(ref_template=REFERENCE)
            for path in document["paths"].values():
                for operation in path.values():
                    _describe_refusals(operation)
        return super().openapi()


def _describe_refusals(operation: dict[str, Any]) -> None:
    """Add what is answered before the endpoint is called."""
    responses = operation["responses"]
    if "422" in responses and PROBLEM_MEDIA_TYPE not in responses["422"]["content"]:
        responses["422"] = documented(InvalidRequest)[422]
    if "requestBody" in operation:
        refusals = documented(UnreadableBody, BodyTooLarge)
        operation["responses"] = {str(status): answer for status, answer in refusals.items()} | responses
