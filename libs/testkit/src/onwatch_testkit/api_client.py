"""A client of a running system: uploads over HTTP, watches over the WebSocket, compares results with the truth."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from onwatch_contracts.channel import decode_frame
from onwatch_synthetic import SHORT, Scene, Truth, write_clip

TIMEOUT_S = 180.0  # real time: many processes start at once on few cores; only a test that fails waits so long


@cache
def short_scene() -> Scene:
    """The scene of `write_short_clip`; takes two seconds to make."""
    return Scene(SHORT)


@cache
def short_truth() -> Truth:
    """The ground truth of `write_short_clip` in the default region of interest of its scene."""
    return short_scene().truth(short_scene().default_roi, "bottom_center")


def write_short_clip(path: Path) -> None:
    """Write seven seconds of synthetic traffic, which the demo model detects."""
    write_clip(path, SHORT)


async def until(
    condition: Callable[[], Awaitable[Any]], what: str, explain: Callable[[], str] = str, timeout_s: float = TIMEOUT_S
) -> None:
    """Poll until the condition holds, because other processes offer no event to wait for."""
    try:
        async with asyncio.timeout(timeout_s):
            while not await condition():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {timeout_s:g} s: {what}\n{explain()}") from None


@dataclass
class Viewer:
    """What a viewer has received."""

    frames: list[int] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def listen(self, socket: ClientConnection) -> None:
        async for message in socket:
            if isinstance(message, bytes):
                self.frames.append(decode_frame(message)[0].frame_number)
            elif (body := json.loads(message))["type"] == "state":
                self.states.append(body["state"])
            elif body["type"] == "error":
                self.errors.append(body["message"])

    async def has_frames(self, count: int) -> bool:
        assert not self.errors, self.errors
        return len(self.frames) >= count

    async def has_ended(self) -> bool:
        return "finished" in self.states


@dataclass
class ConnectedViewer(Viewer):
    """A viewer on one connection."""

    socket: ClientConnection = field(kw_only=True)
    video_id: str = field(kw_only=True)

    async def start(self) -> None:
        await _send(self.socket, "start", self.video_id)


@asynccontextmanager
async def watching(gateway: str, video_id: str, *, starts: bool = True) -> AsyncIterator[ConnectedViewer]:
    """A viewer who is subscribed and, unless `starts` is false, has started the stream."""
    async with connect(_channel(gateway), compression=None, open_timeout=TIMEOUT_S) as socket:
        viewer = ConnectedViewer(socket=socket, video_id=video_id)
        listening = asyncio.create_task(viewer.listen(socket))
        await _send(socket, "subscribe", video_id)
        if starts:
            await viewer.start()
        yield viewer
    await asyncio.gather(listening, return_exceptions=True)


@asynccontextmanager
async def watching_with_reconnects(gateway: str, video_id: str) -> AsyncIterator[Viewer]:
    """A viewer who reconnects whenever the connection ends, as the page does."""
    viewer = Viewer()

    async def reconnect() -> None:
        async for socket in connect(_channel(gateway), compression=None, open_timeout=TIMEOUT_S):
            try:
                await _send(socket, "subscribe", video_id)
                await _send(socket, "start", video_id)
                await viewer.listen(socket)
            except ConnectionClosed:
                continue

    reconnecting = asyncio.create_task(reconnect())
    yield viewer
    reconnecting.cancel()
    await asyncio.gather(reconnecting, return_exceptions=True)


def _channel(gateway: str) -> str:
    return gateway.replace("http", "ws", 1) + "/ws"


async def _send(socket: ClientConnection, kind: str, video_id: str) -> None:
    await socket.send(json.dumps({"type": kind, "video_id": video_id}))


async def upload(http: httpx.AsyncClient, gateway: str, clip: Path) -> str:
    """Upload the clip with the ROI of `short_truth`; returns the video's id."""
    content = await asyncio.to_thread(clip.read_bytes)
    answer = await http.post(f"{gateway}/api/videos", files={"file": (clip.name, content, "video/mp4")})
    assert answer.status_code == 201, answer.text
    video_id: str = answer.json()["id"]
    roi = [list(point) for point in short_scene().default_roi]
    patched = await http.patch(f"{gateway}/api/videos/{video_id}", json={"roi": roi})
    assert patched.status_code == 200, patched.text
    return video_id


async def is_finished(http: httpx.AsyncClient, gateway: str, video_id: str) -> bool:
    """Whether the results are in SQL; False also while the gateway is unavailable."""
    try:
        answer = await http.get(f"{gateway}/api/videos/{video_id}/vehicles")
    except httpx.TransportError:
        return False
    return answer.status_code == 200 and answer.json()["source"] == "sql"


async def rows_of(http: httpx.AsyncClient, gateway: str, video_id: str) -> list[dict[str, Any]]:
    """The vehicles stored in SQL."""
    found = (await http.get(f"{gateway}/api/videos/{video_id}/vehicles")).json()
    assert found["source"] == "sql", found
    rows: list[dict[str, Any]] = found["items"]
    return rows


def assert_true(rows: Sequence[dict[str, Any]]) -> None:
    """Assert that the rows are the vehicles of the clip, with dwell times exact to one frame interval."""
    visits = sorted(rows, key=lambda row: row["entered_at_s"])
    vehicles = sorted(short_truth().vehicles, key=lambda vehicle: vehicle.entered_s)
    assert [row["vehicle_type"] for row in visits] == [str(vehicle.vehicle_type) for vehicle in vehicles]
    for row, vehicle in zip(visits, vehicles, strict=True):
        assert abs(row["vehicle_dwell_time_s"] - vehicle.dwell_s) <= 1 / SHORT.fps + 1e-6, (row, vehicle)
