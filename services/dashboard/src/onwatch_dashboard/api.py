"""The HTTP routes of the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, FastAPI, Request, Response

from onwatch_dashboard.page import Page, security_headers


def page_routes(page: Page) -> APIRouter:
    """One route for all paths: a file where there is one, else the page."""
    router = APIRouter()

    @router.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    def serve(path: str, request: Request) -> Response:
        return page.respond(path, request.headers)

    return router


def secure(app: FastAPI, media_public_url: str | None = None) -> None:
    """Add the security headers to every response, including errors."""
    headers = security_headers(media_public_url)

    @app.middleware("http")
    async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.update(headers)
        return response
