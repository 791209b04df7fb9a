"""HTTP: the page on every path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, FastAPI, Request, Response

from onwatch_dashboard.page import SECURITY_HEADERS, Page


def page_routes(page: Page) -> APIRouter:
    """One route for all: files where there are some, else the page."""
    router = APIRouter()

    @router.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    def any_path(path: str, request: Request) -> Response:
        return page.answer(path, request.headers)

    return router


def secure(app: FastAPI) -> None:
    """Put the security headers on every answer, errors included."""

    @app.middleware("http")
    async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.update(SECURITY_HEADERS)
        return response
