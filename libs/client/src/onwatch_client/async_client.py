"""The client for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from onwatch_client import calls
from onwatch_client.calls import Call
from onwatch_client.errors import Unreachable
from onwatch_client.live import Picture, read, requests_for
from onwatch_contracts.alerts import (
    Alert,
    AlertCondition,
    AlertPage,
    AlertRule,
    AlertRuleList,
    NewAlertRule,
    Replay,
)
from onwatch_contracts.channel import ServerMessage
from onwatch_contracts.evidence import VideoEvidence
from onwatch_contracts.folders import Folder
from onwatch_contracts.http import Download, RunList, VehicleList, Video, VideoMetrics, VideoPatch
from onwatch_contracts.site import Site
from onwatch_contracts.tables import CountsTable, VideoFlows, VideoResults

T = TypeVar("T")
TIMEOUT_S = 60.0
POLLED_EVERY_S = 1.0


class AsyncOnwatch:
    """A running Onwatch. Every coroutine raises `RequestRefused` for an error, and `Unreachable` without an answer."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout_s: float = TIMEOUT_S,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`token`: from the page Accounts; not needed while logins are off."""
        headers = {"authorization": f"Bearer {token}"} if token else None
        self._http = httpx.AsyncClient(base_url=url, headers=headers, timeout=timeout_s, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def videos(self, search: str | None = None, *, folder_id: str | None = None) -> AsyncIterator[Video]:
        """All videos that the token may see, newest first; `search`: with these words in their names.

        `folder_id`: in this folder; `NO_FOLDER`: in none.
        """
        cursor = None
        while True:
            page = await self._send(calls.page(cursor, search, folder_id))
            for found in page.items:
                yield found
            cursor = page.next_cursor
            if cursor is None:
                return

    async def video(self, video_id: str) -> Video:
        return await self._send(calls.video(video_id))

    async def upload(self, file: Path, *, name: str | None = None, folder_id: str | None = None) -> Video:
        return await self._send(calls.upload(file, name, folder_id))

    async def fetch(self, url: str, *, name: str | None = None, folder_id: str | None = None) -> Download:
        """Begin to fetch a video from an address of a host that the installation allows."""
        return await self._send(calls.fetch(url, name, folder_id))

    async def download(self, download_id: str) -> Download:
        """How far it is; once it is finished, `video_id` names the video."""
        return await self._send(calls.download(download_id))

    async def cancel_download(self, download_id: str) -> None:
        await self._send(calls.cancel_download(download_id))

    async def folders(self) -> tuple[Folder, ...]:
        """Those that the token may see, by name."""
        return (await self._send(calls.folders())).items

    async def add_folder(self, name: str) -> Folder:
        return await self._send(calls.add_folder(name))

    async def rename_folder(self, folder_id: str, name: str) -> Folder:
        return await self._send(calls.rename_folder(folder_id, name))

    async def delete_folder(self, folder_id: str) -> None:
        """Refused while it has videos."""
        await self._send(calls.delete_folder(folder_id))

    async def folder_of(self, video_id: str) -> str | None:
        """The id of the folder that the video is in."""
        return (await self._send(calls.folder_of(video_id))).folder_id

    async def move(self, video_ids: Sequence[str], folder_id: str | None) -> None:
        """All of them, at most 1000, or none; None: out of their folders."""
        await self._send(calls.move(video_ids, folder_id))

    async def edit(self, video_id: str, patch: VideoPatch) -> Video:
        """Only the fields that are set in the patch change."""
        return await self._send(calls.edit(video_id, patch))

    async def delete(self, video_id: str) -> None:
        await self._send(calls.delete(video_id))

    async def start_analysis(self, video_id: str) -> None:
        """Have all of it counted, even while nobody watches."""
        await self._send(calls.start_analysis(video_id))

    async def cancel_analysis(self, video_id: str) -> None:
        await self._send(calls.cancel_analysis(video_id))

    async def wait_until_counted(self, video_id: str) -> Video:
        """Ask again until all of it is counted. Raises `NotCounted`."""
        while not calls.is_counted(found := await self.video(video_id)):  # noqa: ASYNC110 the server offers no event
            await asyncio.sleep(POLLED_EVERY_S)
        return found

    async def metrics(self, video_id: str) -> VideoMetrics:
        return await self._send(calls.metrics(video_id))

    async def vehicles(self, video_id: str) -> VehicleList:
        return await self._send(calls.vehicles(video_id))

    async def vehicles_csv(self, video_id: str) -> bytes:
        return await self._send(calls.vehicles_csv(video_id))

    async def evidence(self, video_id: str) -> VideoEvidence:
        """How sure the numbers of the newest finished run are."""
        return await self._send(calls.evidence(video_id))

    async def evidence_csv(self, video_id: str) -> bytes:
        return await self._send(calls.evidence_csv(video_id))

    async def runs(self, video_id: str) -> RunList:
        return await self._send(calls.runs(video_id))

    async def results(self, video_id: str) -> VideoResults:
        """Of zones, gates and movements."""
        return await self._send(calls.results(video_id))

    async def flows(self, video_id: str) -> VideoFlows:
        return await self._send(calls.flows(video_id))

    async def counts(self, video_id: str, *, interval: str = "15m") -> CountsTable:
        return await self._send(calls.counts(video_id, interval))

    async def counts_csv(self, video_id: str, *, interval: str = "15m") -> bytes:
        return await self._send(calls.counts_csv(video_id, interval))

    async def site(self, video_id: str) -> Site:
        """Zones, gates and movements."""
        return await self._send(calls.site(video_id))

    async def copy_site(self, video_id: str, *, from_video_id: str) -> None:
        """Replace the zones, gates and movements by those of another video."""
        await self._send(calls.copy_site(video_id, from_video_id))

    async def alerts(
        self, video_id: str, *, state: Literal["open", "closed"] | None = None, cursor: str | None = None
    ) -> AlertPage:
        """What the rules of a video raised, newest first."""
        return await self._send(calls.alerts(video_id, state, cursor))

    async def acknowledge_alert(self, video_id: str, alert_id: str) -> Alert:
        return await self._send(calls.acknowledge_alert(video_id, alert_id))

    async def alert_rules(self, video_id: str) -> AlertRuleList:
        return await self._send(calls.alert_rules(video_id))

    async def add_alert_rule(self, video_id: str, rule: NewAlertRule) -> AlertRule:
        return await self._send(calls.add_alert_rule(video_id, rule))

    async def delete_alert_rule(self, video_id: str, rule_id: str) -> None:
        await self._send(calls.delete_alert_rule(video_id, rule_id))

    async def replay_alert_rule(self, video_id: str, condition: AlertCondition) -> Replay:
        """What a rule would have raised in the newest finished run; nothing is stored."""
        return await self._send(calls.replay_alert_rule(video_id, condition))

    async def watch(self, video_id: str, *, starts: bool = True) -> AsyncIterator[ServerMessage | Picture]:
        """Live messages and pictures, until the iteration ends; `starts`: the video is processed meanwhile.

        Raises `Unreachable` when the connection is refused or lost.
        """
        url = str(self._http.base_url.join("/ws")).replace("http", "ws", 1)
        headers = {name: value for name, value in self._http.headers.items() if name == "authorization"}
        try:
            async with connect(url, additional_headers=headers) as channel:
                for request in requests_for(video_id, starts=starts):
                    await channel.send(request)
                async for message in channel:
                    if (known := read(message)) is not None:
                        yield known
        except (WebSocketException, OSError) as error:
            raise Unreachable(f"{url}: {error}") from error

    async def _send(self, call: Call[T]) -> T:
        with ExitStack() as stack:
            file: Any = None if call.file is None else stack.enter_context(call.file.open("rb"))
            try:
                response = await self._http.request(call.method, call.path, **call.options(file))
            except httpx.TransportError as error:
                raise Unreachable(f"{self._http.base_url} does not answer: {error or type(error).__name__}") from error
        if refusal := calls.refusal_of(response):
            raise refusal
        return call.read(response)
