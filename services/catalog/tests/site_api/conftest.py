"""A video in a running catalog, and the messages about what is counted in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from onwatch_contracts.messages import Message, SiteChangedV1, VideoUpdatedV1
from onwatch_runtime.bus import PrivateQueue

PATIENCE_S = 60.0


@dataclass
class SiteStage:
    """The resources of one video."""

    stage: Any
    video_id: str
    messages: asyncio.Queue[Message]

    @property
    def http(self) -> httpx.AsyncClient:
        client: httpx.AsyncClient = self.stage.http
        return client

    def address(self, path: str) -> str:
        return f"/api/videos/{self.video_id}/{path}"

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.get(self.address(path), **options)

    async def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return await self.http.post(self.address(path), json=body, **options)

    async def patch(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return await self.http.patch(self.address(path), json=body, **options)

    async def put(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return await self.http.put(self.address(path), json=body, **options)

    async def delete(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.delete(self.address(path), **options)

    async def published(self) -> SiteChangedV1:
        """The next `site.changed`; any `video.updated` before it is skipped."""
        while True:
            message = await asyncio.wait_for(self.messages.get(), PATIENCE_S)
            if isinstance(message, SiteChangedV1):
                return message

    async def gate(self, gate_id: str, y: float = 0.5) -> None:
        body = {"gate_id": gate_id, "name": gate_id.title(), "points": [[0.1, y], [0.9, y]]}
        assert (await self.post("gates", body)).status_code == 201


@pytest.fixture
async def site(stage: Any, memory_bus: Any, clip: Path) -> AsyncIterator[SiteStage]:
    messages: asyncio.Queue[Message] = asyncio.Queue()
    consumer = await memory_bus.subscribe(PrivateQueue("sites", (SiteChangedV1, VideoUpdatedV1)), messages.put)
    running = SiteStage(stage, await stage.add(clip), messages)
    assert (await running.published()).revision == 1
    yield running
    await consumer.close()
