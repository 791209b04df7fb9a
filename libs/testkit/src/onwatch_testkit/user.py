"""A user of an Onwatch that runs somewhere: uploads over HTTP, watches over the WebSocket, knows the clip's truth."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from onwatch_contracts.channel import decode_frame
from onwatch_synthetic import SHORT, Scene, write_clip

PATIENCE_S = 60.0

SCENE = Scene(SHORT)
TRUTH = SCENE.truth(SCENE.default_roi, "bottom_center")


def write_short_clip(path: Path) -> None:
    """Seven seconds of drawn traffic, which the demo model knows; the truth of it is `TRUTH`."""
    write_clip(path, SHORT)


async def until(
    condition: Callable[[], Awaitable[Any]], what: str, explain: Callable[[], str] = str, patience_s: float = PATIENCE_S
) -> None:
    """Ask until the answer is yes; other processes have no event to wait for."""
    try:
        async with asyncio.timeout(patience_s):
            while not await condition():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {patience_s:g} s: {what}\n{explain()}") from None


@dataclass
class Viewer:
    """What a browser was shown."""

    frames: list[int] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def listen(self, socket: ClientConnection) -> None:
        async for message in socket:
            if isinstance(message, bytes):
                self.frames.append(decode_frame(message)[0].frame_number)
            elif (said := json.loads(message))["type"] == "state":
                self.states.append(said["state"])
            elif said["type"] == "error":
                self.errors.append(said["message"])

    async def has_frames(self, count: int) -> bool:
        assert not self.errors, self.errors
        return len(self.frames) >= count

    async def has_ended(self) -> bool:
        return "finished" in self.states


@asynccontextmanager
async def watching(gateway: str, video_id: str) -> AsyncIterator[Viewer]:
    """A viewer who has pressed Start Stream, until the connection ends."""
    viewer = Viewer()
    async with connect(_channel(gateway), compression=None) as socket:
        listening = asyncio.create_task(viewer.listen(socket))
        await _start(socket, video_id)
        yield viewer
    await asyncio.gather(listening, return_exceptions=True)


@asynccontextmanager
async def watching_on(gateway: str, video_id: str) -> AsyncIterator[Viewer]:
    """A viewer who comes back whenever the connection ends, as the page does."""
    viewer = Viewer()

    async def come_back() -> None:
        async for socket in connect(_channel(gateway), compression=None):
            try:
                await _start(socket, video_id)
                await viewer.listen(socket)
            except ConnectionClosed:
                continue

    coming_back = asyncio.create_task(come_back())
    yield viewer
    coming_back.cancel()
    await asyncio.gather(coming_back, return_exceptions=True)


def _channel(gateway: str) -> str:
    return gateway.replace("http", "ws", 1) + "/ws"


async def _start(socket: ClientConnection, video_id: str) -> None:
    for kind in ("subscribe", "start"):
        await socket.send(json.dumps({"type": kind, "video_id": video_id}))


async def upload(http: httpx.AsyncClient, gateway: str, clip: Path) -> str:
    """The id of the video, whose ROI is that of the truth."""
    content = await asyncio.to_thread(clip.read_bytes)
    answer = await http.post(f"{gateway}/api/videos", files={"file": (clip.name, content, "video/mp4")})
    assert answer.status_code == 201, answer.text
    video_id: str = answer.json()["id"]
    roi = [list(point) for point in SCENE.default_roi]
    patched = await http.patch(f"{gateway}/api/videos/{video_id}", json={"roi": roi})
    assert patched.status_code == 200, patched.text
    return video_id


async def is_finished(http: httpx.AsyncClient, gateway: str, video_id: str) -> bool:
    """Whether the results are in SQL; False also while nobody can say."""
    try:
        answer = await http.get(f"{gateway}/api/videos/{video_id}/vehicles")
    except httpx.TransportError:
        return False
    return answer.status_code == 200 and answer.json()["source"] == "sql"


async def rows_of(http: httpx.AsyncClient, gateway: str, video_id: str) -> list[dict[str, Any]]:
    """What SQL has."""
    found = (await http.get(f"{gateway}/api/videos/{video_id}/vehicles")).json()
    assert found["source"] == "sql", found
    rows: list[dict[str, Any]] = found["items"]
    return rows


def assert_true(rows: Sequence[dict[str, Any]]) -> None:
    """Every vehicle of the clip, of its type, and inside as long as it was: to one frame interval."""
    visits = sorted(rows, key=lambda row: row["entered_at_s"])
    vehicles = sorted(TRUTH.vehicles, key=lambda vehicle: vehicle.entered_s)
    assert [row["vehicle_type"] for row in visits] == [str(vehicle.vehicle_type) for vehicle in vehicles]
    for row, vehicle in zip(visits, vehicles, strict=True):
        assert abs(row["vehicle_dwell_time_s"] - vehicle.dwell_s) <= 1 / SHORT.fps + 1e-6, (row, vehicle)
