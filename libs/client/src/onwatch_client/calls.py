"""The requests, each with what its answer is read as; `Onwatch` and `AsyncOnwatch` only send them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from onwatch_client.errors import NotCounted, RequestRefused
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
from onwatch_contracts.folders import NO_FOLDER, Folder, FolderList, VideoFolder
from onwatch_contracts.http import (
    Download,
    DownloadRequest,
    Problem,
    RunList,
    VehicleList,
    Video,
    VideoMetrics,
    VideoPage,
    VideoPatch,
    VideoStatus,
)
from onwatch_contracts.site import Site
from onwatch_contracts.tables import CountsTable, VideoFlows, VideoResults

T = TypeVar("T")
Model = TypeVar("Model", bound=BaseModel)
PAGE = 100


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request, and how its answer is read."""

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    query: Mapping[str, Any] | None = None
    json: Any = None
    form: Mapping[str, str] | None = None
    file: Path | None = None
    """Sent as the field `file` of a form."""

    def options(self, file: Any = None) -> dict[str, Any]:
        """Of `httpx.Client.request`; `file` is the opened one."""
        files = None if self.file is None else {"file": (self.file.name, file)}
        return {"params": self.query, "json": self.json, "data": self.form, "files": files}


def _as(model: type[Model]) -> Callable[[httpx.Response], Model]:
    return lambda response: model.model_validate_json(response.content, extra="ignore")


def _nothing(_: httpx.Response) -> None:
    return None


def _content(response: httpx.Response) -> bytes:
    return response.content


def _path(video_id: str, part: str = "") -> str:
    return f"/api/videos/{video_id}{part}"


def page(cursor: str | None, search: str | None, folder_id: str | None = None) -> Call[VideoPage]:
    query = {"limit": PAGE, "cursor": cursor, "search": search, "folder": folder_id}
    return Call(
        "GET", "/api/videos", _as(VideoPage), {name: value for name, value in query.items() if value is not None}
    )


def video(video_id: str) -> Call[Video]:
    return Call("GET", _path(video_id), _as(Video))


def upload(file: Path, name: str | None, folder_id: str | None = None) -> Call[Video]:
    form = None if name is None else {"name": name}
    query = None if folder_id is None else {"folder": folder_id}
    return Call("POST", "/api/videos", _as(Video), query, form=form, file=file)


def fetch(url: str, name: str | None, folder_id: str | None = None) -> Call[Download]:
    query = None if folder_id is None else {"folder": folder_id}
    asked = DownloadRequest(url=url, name=name).model_dump(mode="json")
    return Call("POST", "/api/downloads", _as(Download), query, json=asked)


def download(download_id: str) -> Call[Download]:
    return Call("GET", f"/api/downloads/{download_id}", _as(Download))


def cancel_download(download_id: str) -> Call[None]:
    return Call("DELETE", f"/api/downloads/{download_id}", _nothing)


def folders() -> Call[FolderList]:
    return Call("GET", "/api/folders", _as(FolderList))


def add_folder(name: str) -> Call[Folder]:
    return Call("POST", "/api/folders", _as(Folder), json={"name": name})


def rename_folder(folder_id: str, name: str) -> Call[Folder]:
    return Call("PATCH", f"/api/folders/{folder_id}", _as(Folder), json={"name": name})


def delete_folder(folder_id: str) -> Call[None]:
    return Call("DELETE", f"/api/folders/{folder_id}", _nothing)


def folder_of(video_id: str) -> Call[VideoFolder]:
    return Call("GET", _path(video_id, "/folder"), _as(VideoFolder))


def move(video_ids: Sequence[str], folder_id: str | None) -> Call[None]:
    path = f"/api/folders/{folder_id or NO_FOLDER}/videos"
    return Call("PUT", path, _nothing, json={"video_ids": list(video_ids)})


def edit(video_id: str, patch: VideoPatch) -> Call[Video]:
    return Call("PATCH", _path(video_id), _as(Video), json=patch.model_dump(mode="json", exclude_unset=True))


def delete(video_id: str) -> Call[None]:
    return Call("DELETE", _path(video_id), _nothing)


def start_analysis(video_id: str) -> Call[None]:
    return Call("POST", _path(video_id, "/analysis"), _nothing)


def cancel_analysis(video_id: str) -> Call[None]:
    return Call("DELETE", _path(video_id, "/analysis"), _nothing)


def metrics(video_id: str) -> Call[VideoMetrics]:
    return Call("GET", _path(video_id, "/metrics"), _as(VideoMetrics))


def vehicles(video_id: str) -> Call[VehicleList]:
    return Call("GET", _path(video_id, "/vehicles"), _as(VehicleList))


def vehicles_csv(video_id: str) -> Call[bytes]:
    return Call("GET", _path(video_id, "/vehicles"), _content, {"format": "csv"})


def evidence(video_id: str) -> Call[VideoEvidence]:
    return Call("GET", _path(video_id, "/evidence"), _as(VideoEvidence))


def evidence_csv(video_id: str) -> Call[bytes]:
    return Call("GET", _path(video_id, "/evidence"), _content, {"format": "csv"})


def runs(video_id: str) -> Call[RunList]:
    return Call("GET", _path(video_id, "/runs"), _as(RunList))


def results(video_id: str) -> Call[VideoResults]:
    return Call("GET", _path(video_id, "/results"), _as(VideoResults))


def flows(video_id: str) -> Call[VideoFlows]:
    return Call("GET", _path(video_id, "/flows"), _as(VideoFlows))


def counts(video_id: str, interval: str) -> Call[CountsTable]:
    return Call("GET", _path(video_id, "/counts"), _as(CountsTable), {"interval": interval})


def counts_csv(video_id: str, interval: str) -> Call[bytes]:
    return Call("GET", _path(video_id, "/counts"), _content, {"interval": interval, "format": "csv"})


def site(video_id: str) -> Call[Site]:
    return Call("GET", _path(video_id, "/site"), _as(Site))


def copy_site(video_id: str, from_video_id: str) -> Call[None]:
    return Call("POST", _path(video_id, "/site/copy"), _nothing, json={"from_video_id": from_video_id})


def alerts(video_id: str, state: Literal["open", "closed"] | None, cursor: str | None) -> Call[AlertPage]:
    given = {"state": state, "cursor": cursor}
    return Call("GET", _path(video_id, "/alerts"), _as(AlertPage), {k: v for k, v in given.items() if v is not None})


def acknowledge_alert(video_id: str, alert_id: str) -> Call[Alert]:
    return Call("POST", _path(video_id, f"/alerts/{alert_id}/acknowledge"), _as(Alert))


def alert_rules(video_id: str) -> Call[AlertRuleList]:
    return Call("GET", _path(video_id, "/alert-rules"), _as(AlertRuleList))


def add_alert_rule(video_id: str, rule: NewAlertRule) -> Call[AlertRule]:
    return Call("POST", _path(video_id, "/alert-rules"), _as(AlertRule), json=rule.model_dump(mode="json"))


def delete_alert_rule(video_id: str, rule_id: str) -> Call[None]:
    return Call("DELETE", _path(video_id, f"/alert-rules/{rule_id}"), _nothing)


def replay_alert_rule(video_id: str, condition: AlertCondition) -> Call[Replay]:
    body = {"condition": condition.model_dump(mode="json")}
    return Call("POST", _path(video_id, "/alert-replay"), _as(Replay), json=body)


def refusal_of(response: httpx.Response) -> RequestRefused | None:
    """The error of an answer; None if it is none."""
    if not response.is_error:
        return None
    with suppress(ValidationError):
        return RequestRefused(Problem.model_validate_json(response.content, extra="ignore"))
    # For example of a proxy in front of the server.
    detail = f"{response.request.method} {response.request.url.path}: status {response.status_code} without a reason"
    return RequestRefused(Problem(title="No reason", status=response.status_code, detail=detail, code="unknown"))


def is_counted(found: Video) -> bool:
    """Whether all of the video is counted. Raises `NotCounted` if that will not happen."""
    if found.status is VideoStatus.FAILED:
        raise NotCounted(found.status_reason or "the video cannot be counted")
    return found.status is VideoStatus.FINISHED
