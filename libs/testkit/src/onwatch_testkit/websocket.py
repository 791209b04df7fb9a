"""A WebSocket client for ASGI apps, in the test's event loop and without a network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import ASGIApp, Message, Scope

NORMAL_CLOSURE = 1000
ABNORMAL_CLOSURE = 1006


class Refused(Exception):
    """The app refused the connection before the handshake."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"refused with {status}: {body.decode()}")
        self.status = status
        self.body = body


class Closed(Exception):
    """The app closed the connection."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class Viewer:
    """An open connection. From `stall()` to `flow()` the app's sends block, as with a client that reads nothing."""

    def __init__(self) -> None:
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._is_gone = False
        self._task: asyncio.Task[None] | None = None

    # --- for the test

    async def send(self, message: Mapping[str, Any] | str | bytes) -> None:
        """Send a mapping as JSON, a text or binary frame unchanged."""
        match message:
            case bytes():
                await self._to_app.put({"type": "websocket.receive", "bytes": message})
            case str():
                await self._to_app.put({"type": "websocket.receive", "text": message})
            case _:
                await self._to_app.put({"type": "websocket.receive", "text": json.dumps(message)})

    async def receive(self) -> dict[str, Any] | bytes:
        """The next frame, text decoded as JSON. Raises `Closed` once the app has closed the connection."""
        event = await self._from_app.get()
        if event["type"] == "websocket.close":
            raise Closed(event.get("code", NORMAL_CLOSURE))
        if event.get("bytes") is not None:
            return bytes(event["bytes"])
        decoded: dict[str, Any] = json.loads(event["text"])
        return decoded

    def received(self) -> list[dict[str, Any] | bytes]:
        """Every frame received so far, without waiting."""
        events = [self._from_app.get_nowait() for _ in range(self._from_app.qsize())]
        frames = (event for event in events if event["type"] == "websocket.send")
        return [event["bytes"] if event.get("bytes") is not None else json.loads(event["text"]) for event in frames]

    def stall(self) -> None:
        self._flowing.clear()

    def flow(self) -> None:
        self._flowing.set()

    async def close(self, code: int = NORMAL_CLOSURE) -> None:
        """Close, and wait until the app has finished with the connection. Idempotent."""
        self._is_gone = True
        self._flowing.set()
        await self._to_app.put({"type": "websocket.disconnect", "code": code})
        await self.over()

    async def over(self) -> None:
        """Return once the app has finished with the connection; raises the app's error."""
        if self._task is not None:
            await self._task

    # --- for the app

    def start(self, app: ASGIApp, scope: Scope) -> None:
        self._to_app.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._run(app, scope), name="viewer")

    async def _run(self, app: ASGIApp, scope: Scope) -> None:
        try:
            await app(scope, self._to_app.get, self._take)
        finally:
            # Ends the wait of a test, also after an error of the app.
            await self._from_app.put({"type": "websocket.close", "code": ABNORMAL_CLOSURE})

    async def _take(self, event: Message) -> None:
        await self._flowing.wait()
        if self._is_gone:
            raise OSError("the viewer is gone")
        await self._from_app.put(event)

    async def handshake(self) -> None:
        """Raises `Refused` unless the app accepts."""
        event = await self._from_app.get()
        if event["type"] == "websocket.http.response.start":
            body = await self._from_app.get()
            raise Refused(event["status"], body["body"])
        if event["type"] != "websocket.accept":
            await self.over()
            raise Refused(403, b"")  # as a server answers a close before the handshake


@asynccontextmanager
async def connect(app: ASGIApp, path: str, headers: Iterable[tuple[str, str]] = ()) -> AsyncIterator[Viewer]:
    """An open connection, closed on leaving. Raises `Refused` when the app does not accept it."""
    scope: Scope = {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws",
        "server": ("onwatch", 80),
        "client": ("192.0.2.1", 40000),
        "root_path": "",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"onwatch"), *((name.lower().encode(), value.encode()) for name, value in headers)],
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }
    viewer = Viewer()
    viewer.start(app, scope)
    await viewer.handshake()
    try:
        yield viewer
    finally:
        await viewer.close()
