"""The client without asyncio."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import httpx

from onwatch_client import calls
from onwatch_client.calls import Call
from onwatch_client.errors import Unreachable
from onwatch_contracts.alerts import (
    Alert,
    AlertCondition,
    AlertPage,
    AlertRule,
    AlertRuleList,
    NewAlertRule,
    Replay,
)
from onwatch_contracts.evidence import VideoEvidence
from onwatch_contracts.folders import Folder
from onwatch_contracts.http import Download, RunList, VehicleList, Video, VideoMetrics, VideoPatch
from onwatch_contracts.site import Site
from onwatch_contracts.tables import CountsTable, VideoFlows, VideoResults

T = TypeVar("T")
TIMEOUT_S = 60.0
POLLED_EVERY_S = 1.0


class Onwatch:
    """A running Onwatch. Every method raises `RequestRefused` for an error, and `Unreachable` without an answer."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout_s: float = TIMEOUT_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`token`: from the page Accounts; not needed while logins are off."""
        headers = {"authorization": f"Bearer {token}"} if token else None
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout_s, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def videos(self, search: str | None = None, *, folder_id: str | None = None) -> Iterator[Video]:
        """All videos that the token may see, newest first; `search`: with these words in their names.

        `folder_id`: in this folder; `NO_FOLDER`: in none.
        """
        cursor = None
        while True:
            page = self._send(calls.page(cursor, search, folder_id))
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def video(self, video_id: str) -> Video:
        return self._send(calls.video(video_id))

    def upload(self, file: Path, *, name: str | None = None, folder_id: str | None = None) -> Video:
        return self._send(calls.upload(file, name, folder_id))

    def fetch(self, url: str, *, name: str | None = None, folder_id: str | None = None) -> Download:
        """Begin to fetch a video from an address of a host that the installation allows."""
        return self._send(calls.fetch(url, name, folder_id))

    def download(self, download_id: str) -> Download:
        """How far it is; once it is finished, `video_id` names the video."""
        return self._send(calls.download(download_id))

    def cancel_download(self, download_id: str) -> None:
        self._send(calls.cancel_download(download_id))

    def folders(self) -> tuple[Folder, ...]:
        """Those that the token may see, by name."""
        return (self._send(calls.folders())).items

    def add_folder(self, name: str) -> Folder:
        return self._send(calls.add_folder(name))

    def rename_folder(self, folder_id: str, name: str) -> Folder:
        return self._send(calls.rename_folder(folder_id, name))

    def delete_folder(self, folder_id: str) -> None:
        """Refused while it has videos."""
        self._send(calls.delete_folder(folder_id))

    def folder_of(self, video_id: str) -> str | None:
        """The id of the folder that the video is in."""
        return (self._send(calls.folder_of(video_id))).folder_id

    def move(self, video_ids: Sequence[str], folder_id: str | None) -> None:
        """All of them, at most 1000, or none; None: out of their folders."""
        self._send(calls.move(video_ids, folder_id))

    def edit(self, video_id: str, patch: VideoPatch) -> Video:
        """Only the fields that are set in the patch change."""
        return self._send(calls.edit(video_id, patch))

    def delete(self, video_id: str) -> None:
        self._send(calls.delete(video_id))

    def start_analysis(self, video_id: str) -> None:
        """Have all of it counted, even while nobody watches."""
        self._send(calls.start_analysis(video_id))

    def cancel_analysis(self, video_id: str) -> None:
        self._send(calls.cancel_analysis(video_id))

    def wait_until_counted(self, video_id: str) -> Video:
        """Ask again until all of it is counted. Raises `NotCounted`."""
        while not calls.is_counted(found := self.video(video_id)):
            time.sleep(POLLED_EVERY_S)
        return found

    def metrics(self, video_id: str) -> VideoMetrics:
        return self._send(calls.metrics(video_id))

    def vehicles(self, video_id: str) -> VehicleList:
        return self._send(calls.vehicles(video_id))

    def vehicles_csv(self, video_id: str) -> bytes:
        return self._send(calls.vehicles_csv(video_id))

    def evidence(self, video_id: str) -> VideoEvidence:
        """How sure the numbers of the newest finished run are."""
        return self._send(calls.evidence(video_id))

    def evidence_csv(self, video_id: str) -> bytes:
        return self._send(calls.evidence_csv(video_id))

    def runs(self, video_id: str) -> RunList:
        return self._send(calls.runs(video_id))

    def results(self, video_id: str) -> VideoResults:
        """Of zones, gates and movements."""
        return self._send(calls.results(video_id))

    def flows(self, video_id: str) -> VideoFlows:
        return self._send(calls.flows(video_id))

    def counts(self, video_id: str, *, interval: str = "15m") -> CountsTable:
        return self._send(calls.counts(video_id, interval))

    def counts_csv(self, video_id: str, *, interval: str = "15m") -> bytes:
        return self._send(calls.counts_csv(video_id, interval))

    def site(self, video_id: str) -> Site:
        """Zones, gates and movements."""
        return self._send(calls.site(video_id))

    def copy_site(self, video_id: str, *, from_video_id: str) -> None:
        """Replace the zones, gates and movements by those of another video."""
        self._send(calls.copy_site(video_id, from_video_id))

    def alerts(
        self, video_id: str, *, state: Literal["open", "closed"] | None = None, cursor: str | None = None
    ) -> AlertPage:
        """What the rules of a video raised, newest first."""
        return self._send(calls.alerts(video_id, state, cursor))

    def acknowledge_alert(self, video_id: str, alert_id: str) -> Alert:
        return self._send(calls.acknowledge_alert(video_id, alert_id))

    def alert_rules(self, video_id: str) -> AlertRuleList:
        return self._send(calls.alert_rules(video_id))

    def add_alert_rule(self, video_id: str, rule: NewAlertRule) -> AlertRule:
        return self._send(calls.add_alert_rule(video_id, rule))

    def delete_alert_rule(self, video_id: str, rule_id: str) -> None:
        self._send(calls.delete_alert_rule(video_id, rule_id))

    def replay_alert_rule(self, video_id: str, condition: AlertCondition) -> Replay:
        """What a rule would have raised in the newest finished run; nothing is stored."""
        return self._send(calls.replay_alert_rule(video_id, condition))

    def _send(self, call: Call[T]) -> T:
        with ExitStack() as stack:
            file: Any = None if call.file is None else stack.enter_context(call.file.open("rb"))
            try:
                response = self._http.request(call.method, call.path, **call.options(file))
            except httpx.TransportError as error:
                raise Unreachable(f"{self._http.base_url} does not answer: {error or type(error).__name__}") from error
        if refusal := calls.refusal_of(response):
            raise refusal
        return call.read(response)
