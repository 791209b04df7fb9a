"""Chromium, observed through its own protocol.

Playwright has each page record what it fetches as long as the browser is connected: memory that a page without it does
not take, some MiB a minute here. It starts the stream, traces, and is disconnected while memory is measured.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import websockets

from onwatch_testkit.fixtures import CHROMIUM_FLAGS

WINDOW = (1680, 1050)  # the picture is wider than 640 pixels: frames of 1280 are sent
LISTENING = b"DevTools listening on "


class Inspector:
    """A connection to the DevTools protocol: one request at a time, events are not read."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self._last_id = 0

    async def send(self, method: str, session_id: str | None = None, **params: Any) -> dict[str, Any]:
        """The result. `RuntimeError` with the method and the reason of Chromium if it is refused."""
        self._last_id += 1
        to = {} if session_id is None else {"sessionId": session_id}
        await self._socket.send(json.dumps({"id": self._last_id, "method": method, "params": params, **to}))
        answer: dict[str, Any] = {}
        while answer.get("id") != self._last_id:
            answer = json.loads(await self._socket.recv())
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return dict(answer["result"])

    async def attach(self, address: str) -> str:
        """The session of the page at an address. `LookupError` if there is none."""
        targets = (await self.send("Target.getTargets"))["targetInfos"]
        found = [one["targetId"] for one in targets if one["type"] == "page" and one["url"].startswith(address)]
        if not found:
            raise LookupError(f"no page of Chromium shows {address}")
        return str((await self.send("Target.attachToTarget", targetId=found[0], flatten=True))["sessionId"])


@asynccontextmanager
async def inspected(endpoint: str) -> AsyncIterator[Inspector]:
    async with websockets.connect(endpoint, max_size=None, ping_interval=None) as socket:
        yield Inspector(socket)


@asynccontextmanager
async def chromium(profile: Path) -> AsyncIterator[str]:
    """The DevTools endpoint of a new Chromium with an empty page. `SystemExit` where it is not installed."""
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("no `chromium` on the path (Debian: apt-get install chromium)")
    size = "--window-size={},{}".format(*WINDOW)
    options = ["--headless", "--remote-debugging-port=0", f"--user-data-dir={profile}", size]
    process = await asyncio.create_subprocess_exec(
        program, *CHROMIUM_FLAGS, *options, "about:blank", stderr=asyncio.subprocess.PIPE
    )
    output = cast("asyncio.StreamReader", process.stderr)
    try:
        line = b""
        while not line.startswith(LISTENING):
            line = await output.readline()
            if not line:
                raise SystemExit(f"{program} ended with status {await process.wait()}")
        draining = asyncio.create_task(output.read())  # a full pipe would stop it
        yield line.removeprefix(LISTENING).decode().strip()
        draining.cancel()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
