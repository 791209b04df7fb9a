"""Whether a video exists and what is known of it: a port, and its adapter over the catalog's HTTP API."""

from __future__ import annotations

import asyncio
from typing import Protocol

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.types import ASGIApp

from onwatch_contracts.http import VideoStatus


class CatalogUnavailable(Exception):
    """The catalog did not answer, or not in a way that can be understood."""


class CatalogVideo(BaseModel):
    """What the gateway reads of a video. It skips the rest, so that a newer catalog may say more."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: VideoStatus
    status_reason: str | None = None


class VideoLookup(Protocol):
    """Looks a video up where videos are owned."""

    async def find(self, video_id: str) -> CatalogVideo | None:
        """None when there is no such video; `CatalogUnavailable` when nobody can say."""
        ...


class CatalogLookup:
    """Asks the catalog's ASGI app: the service itself, or the proxy to it."""

    def __init__(self, catalog: ASGIApp, timeout_s: float) -> None:
        self._transport = httpx.ASGITransport(catalog, raise_app_exceptions=False)
        self._timeout_s = timeout_s

    async def find(self, video_id: str) -> CatalogVideo | None:
        answer = await self._ask(f"http://catalog/api/videos/{video_id}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.status_code != httpx.codes.OK:
            raise CatalogUnavailable(f"the catalog answered {answer.status_code}")
        try:
            return CatalogVideo.model_validate_json(answer.content)
        except ValidationError as error:
            raise CatalogUnavailable(f"the catalog's answer is no video: {error}") from error

    async def _ask(self, url: str) -> httpx.Response:
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._transport.handle_async_request(httpx.Request("GET", url))
                await answer.aread()
        except TimeoutError as error:
            raise CatalogUnavailable(f"the catalog did not answer within {self._timeout_s:g} s") from error
        return answer
