"""How long a viewer waits from the click on Start to the first frame, through all services."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.doors.report import table
from bench.doors.services import Services
from bench.doors.viewers import percentile
from onwatch_synthetic import SHORT, write_clip

COLD, WARM = 10, 30
QUICK_COLD, QUICK_WARM = 2, 4
PATIENCE_S = 60.0


def measured(*, quick: bool) -> str:
    with Services.running() as services, TemporaryDirectory(prefix="onwatch-bench-") as folder:
        clip = Path(folder) / "drawn.mp4"
        write_clip(clip, SHORT)
        cold = [_first_click(services, clip) for _ in range(QUICK_COLD if quick else COLD)]
        warm = asyncio.run(_clicks(services.url("gateway"), clip, QUICK_WARM if quick else WARM))
    rows = [
        [name, str(len(waited)), *(f"{percentile(waited, share):.2f} s" for share in (0.5, 0.95, 1.0))]
        for name, waited in (("cold", cold), ("warm", warm))
    ]
    return (
        "From the click on Start to the first frame at the viewer, of a drawn video that was never analysed, by the "
        "demo model; all services on this machine. Cold: a detector that has just started, without a loaded model.\n\n"
        f"{table(['detector', 'clicks', 'p50', 'p95', 'longest'], rows)}"
    )


def _first_click(services: Services, clip: Path) -> float:
    services.restart("detector")
    (waited_s,) = asyncio.run(_clicks(services.url("gateway"), clip, 1))
    return waited_s


async def _clicks(gateway: str, clip: Path, count: int) -> list[float]:
    """Seconds of each, one after the other, each on a video of its own."""
    async with httpx.AsyncClient(base_url=gateway, timeout=PATIENCE_S) as http:
        return [await _click(gateway, await _uploaded(http, clip)) for _ in range(count)]


async def _uploaded(http: httpx.AsyncClient, clip: Path) -> str:
    content = await asyncio.to_thread(clip.read_bytes)
    answer = await http.post("/api/videos", files={"file": (clip.name, content, "video/mp4")})
    answer.raise_for_status()
    return str(answer.json()["id"])


async def _click(gateway: str, video_id: str) -> float:
    """On return the run has ended, so that its slot is free and nothing is computed."""
    channel = gateway.replace("http", "ws", 1) + "/ws"
    async with asyncio.timeout(PATIENCE_S), connect(channel, compression=None) as socket:
        await _say(socket, "subscribe", video_id)
        await _until(socket, "subscribed")
        clicked_s = time.monotonic()
        await _say(socket, "start", video_id)
        while not isinstance(await socket.recv(), bytes):
            pass
        waited_s = time.monotonic() - clicked_s
        await _say(socket, "stop", video_id)
        while (await _until(socket, "state"))["state"] not in ("paused", "finished"):
            pass
    return waited_s


async def _say(socket: ClientConnection, kind: str, video_id: str) -> None:
    await socket.send(json.dumps({"type": kind, "video_id": video_id}))


async def _until(socket: ClientConnection, kind: str) -> dict[str, str]:
    """The next text message of this kind."""
    while True:
        message = await socket.recv()
        if isinstance(message, bytes):
            continue
        body: dict[str, str] = json.loads(message)
        if body["type"] == "error":
            raise SystemExit(body["message"])
        if body["type"] == kind:
            return body
