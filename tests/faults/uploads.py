"""A program that uploads a video in pieces, and goes on where it was whatever fails."""

from __future__ import annotations

import asyncio
import itertools
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from faults.environment import Environment

VERSION = {"tus-resumable": "1.0.0"}
PIECES = 6
PAUSE_S = 0.7  # between two pieces: all of them together take about as long as the faults
RETRY_S = 0.3
ANSWER_LIMIT_S = 15.0  # longer than the system repeats a request to its store


class UploadLost(AssertionError):
    """An upload that was accepted is refused, or not known any more."""


class PersistentUpload:
    """Sends one clip through whichever gateway answers, sets its region of interest and asks for its analysis."""

    def __init__(self, environment: Environment, clip: Path) -> None:
        self._environment = environment
        self._clip = clip
        self._gateways = itertools.cycle(environment.gateways)
        self._gateway = next(self._gateways)

    async def analysed(self) -> str:
        """The id of the video, whose analysis was accepted."""
        content = await asyncio.to_thread(self._clip.read_bytes)
        path = await self._created(len(content))
        await self._send(path, content)
        while (upload := (await self._asked("GET", path)).json())["state"] != "finished":
            if upload["state"] == "refused":
                raise UploadLost(str(upload))
            await asyncio.sleep(RETRY_S)
        video_id = str(upload["id"])
        region = {"roi": self._environment.workload.roi, "anchor": self._environment.workload.anchor}
        await self._asked("PATCH", f"/api/videos/{video_id}", json=region)
        await self._asked("POST", f"/api/videos/{video_id}/analysis")
        return video_id

    async def _created(self, size_bytes: int) -> str:
        """Its path. One whose answer was lost stays, without a byte, until it expires."""
        metadata = {"upload-metadata": f"filename {b64encode(self._clip.name.encode()).decode()}"}
        answer = await self._asked("POST", "/api/uploads", headers={"upload-length": str(size_bytes)} | metadata)
        return str(answer.headers["location"])

    async def _send(self, path: str, content: bytes) -> None:
        sent, piece_bytes = 0, -(-len(content) // PIECES)
        while sent < len(content):
            answer = await self._request(
                "PATCH",
                path,
                headers={"upload-offset": str(sent), "content-type": "application/offset+octet-stream"},
                content=content[sent : sent + piece_bytes],
            )
            if answer is not None and answer.is_success:
                sent = int(answer.headers["upload-offset"])
                await asyncio.sleep(PAUSE_S)
            else:
                sent = (await self._asked("GET", path)).json()["received_bytes"]

    async def _asked(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The answer of success, after as many tries as it takes."""
        while True:
            answer = await self._request(method, path, **request)
            if answer is not None and answer.is_success:
                return answer
            if answer is not None and answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                raise UploadLost(f"{method} {path}: {answer.status_code} {answer.text}")

    async def _request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **request: Any
    ) -> httpx.Response | None:
        """None where there is no answer; the next request then goes to the other gateway."""
        try:
            answer = await self._environment.http.request(
                method, f"{self._gateway}{path}", headers=VERSION | (headers or {}), timeout=ANSWER_LIMIT_S, **request
            )
        except httpx.TransportError:
            answer = None
        if answer is None or answer.is_server_error:
            self._gateway = next(self._gateways)
            await asyncio.sleep(RETRY_S)
        return answer


async def cancel_uploads(environment: Environment, upload_ids: Sequence[str]) -> None:
    """Those whose address nobody was told, instead of waiting until they expire."""
    for upload_id in upload_ids:
        await environment.http.delete(f"{environment.gateways[0]}/api/uploads/{upload_id}", headers=VERSION)
