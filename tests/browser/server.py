"""The whole system in this process, behind a real port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from browser.engine import FaultyEngine

from onwatch.all_in_one import Onwatch, build
from onwatch.configuration import Configuration
from onwatch_runtime.http import HttpServer, http_server
from onwatch_testkit.system import RecordingViewer
from onwatch_testkit.websocket import connect

PATIENCE_S = 60.0  # real time; only a test that fails waits so long


class FrontEnd:
    """The HTTP server of the system; it can be closed and opened again at the same address."""

    def __init__(self, onwatch: Onwatch) -> None:
        self._onwatch = onwatch
        self._port = 0
        self._open: tuple[HttpServer, socket.socket, asyncio.Task[None]] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def open(self) -> None:
        listening = socket.create_server(("127.0.0.1", self._port))
        self._port = listening.getsockname()[1]
        server = http_server(self._onwatch.app, "127.0.0.1", self._port)
        # A busy machine may keep the browser from answering a ping for longer than the default.
        server.config.ws_ping_timeout = PATIENCE_S
        self._open = server, listening, asyncio.create_task(server.serve([listening]), name="front end")

    async def close(self) -> None:
        if self._open is not None:
            server, listening, serving = self._open
            self._open = None
            server.should_exit = True
            await serving
            listening.close()


@dataclass
class System:
    """Onwatch behind a real port, and an HTTP client of it."""

    onwatch: Onwatch
    engine: FaultyEngine
    front_end: FrontEnd
    http: httpx.AsyncClient

    async def upload(self, clip: Path, name: str) -> str:
        content = await asyncio.to_thread(clip.read_bytes)
        answer = await self.http.post(
            "/api/videos", files={"file": (clip.name, content, "video/mp4")}, data={"name": name}
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def get(self, path: str) -> Any:
        answer = await self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    @asynccontextmanager
    async def video(self, clip: Path, name: str) -> AsyncIterator[str]:
        """A video that is deleted at the end."""
        video_id = await self.upload(clip, name)
        try:
            yield video_id
        finally:
            await self.http.delete(f"/api/videos/{video_id}")

    @asynccontextmanager
    async def watched_by_another(self, video_id: str) -> AsyncIterator[RecordingViewer]:
        """The video while another viewer watches it."""
        async with connect(self.onwatch.app, "/ws") as viewer:
            watcher = RecordingViewer(viewer)
            await watcher.send("subscribe", video_id)
            await watcher.send("start", video_id)
            await eventually(lambda: bool(watcher.read().frames), f"frames of {video_id}")
            yield watcher

    def metric(self, service: str, name: str) -> float:
        value = getattr(self.onwatch, service).registry.get_sample_value(name)
        assert value is not None, name
        return float(value)

    async def at_rest(self) -> None:
        """Wait until nothing of the previous test is processed any more."""
        await eventually(lambda: self.metric("gateway", "onwatch_gateway_videos_wanted") == 0, "demand back to zero")
        await eventually(lambda: self.metric("detector", "onwatch_detector_runs_active") == 0, "the detector to stop")


@asynccontextmanager
async def running(configuration: Configuration) -> AsyncIterator[System]:
    """The system behind a real port."""
    engine = FaultyEngine()
    onwatch = build(configuration, open_engine=lambda: engine)
    front_end = FrontEnd(onwatch)
    limits = httpx.Limits(max_keepalive_connections=0)  # a reused connection might be closed at that moment
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(onwatch.running())
        await front_end.open()
        stack.push_async_callback(front_end.close)
        http = httpx.AsyncClient(base_url=front_end.address, timeout=PATIENCE_S, limits=limits)
        yield System(onwatch, engine, front_end, await stack.enter_async_context(http))


async def eventually(condition: Callable[[], bool], what: str, limit_s: float = PATIENCE_S) -> None:
    """Poll the condition in real time."""
    try:
        async with asyncio.timeout(limit_s):
            while not condition():  # noqa: ASYNC110 the clock is real, and metrics notify nobody
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"not within {limit_s:g} s: {what}") from None
