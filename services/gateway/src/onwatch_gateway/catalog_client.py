"""Looks up videos in the catalog: a port, and its adapter over the catalog's HTTP API."""

from __future__ import annotations

import asyncio
from typing import Protocol

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.types import ASGIApp

from onwatch_contracts.http import VideoStatus
from onwatch_gateway.access import Recent
from onwatch_runtime.clock import Clock
from onwatch_runtime.errors import ServiceUnavailable


class CatalogVideo(BaseModel):
    """The fields of a video that the gateway reads. Others are ignored, so that a newer catalog may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: VideoStatus
    status_reason: str | None = None


class VideoLookup(Protocol):
    """Looks a video up at the service that owns videos."""

    async def find(self, video_id: str) -> CatalogVideo | None:
        """The video; None when there is none. Raises `ServiceUnavailable` without an answer that can be read."""
        ...


class SharedLookup:
    """One request for all who ask for a video at the same time: after a lost gateway, thousands of viewers do."""

    def __init__(self, videos: VideoLookup, clock: Clock) -> None:
        self._under_way = Recent(videos.find, clock, keep_s=0.0)

    async def find(self, video_id: str) -> CatalogVideo | None:
        return await self._under_way.of(video_id)


class CatalogClient:
    """Calls the catalog's ASGI app: the service itself, or the proxy to it."""

    def __init__(self, catalog: ASGIApp, timeout_s: float) -> None:
        self._transport = httpx.ASGITransport(catalog, raise_app_exceptions=False)
        self._timeout_s = timeout_s

    async def find(self, video_id: str) -> CatalogVideo | None:
        response = await self._get(f"http://catalog/api/videos/{video_id}")
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if response.status_code != httpx.codes.OK:
            raise ServiceUnavailable(f"the catalog answered {response.status_code}")
        try:
            return CatalogVideo.model_validate_json(response.content)
        except ValidationError as error:
            raise ServiceUnavailable(f"the catalog's answer is not a video: {error}") from error

    async def _get(self, url: str) -> httpx.Response:
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._transport.handle_async_request(httpx.Request("GET", url))
                await response.aread()
        except TimeoutError as error:
            raise ServiceUnavailable(f"the catalog did not answer within {self._timeout_s:g} s") from error
        return response
