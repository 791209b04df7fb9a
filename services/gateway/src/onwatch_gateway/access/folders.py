"""Which folder a video is in: asks the catalog, and remembers the answer for a short time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import ValidationError
from starlette.types import ASGIApp

from onwatch_contracts.accounts import Identity
from onwatch_contracts.folders import FoldersOfVideos, VideoIds
from onwatch_contracts.values import is_video_id
from onwatch_gateway.access.calls import parts_of, post
from onwatch_gateway.access.recent import Recent
from onwatch_runtime.clock import Clock
from onwatch_runtime.errors import ServiceUnavailable


class FolderLookup(Protocol):
    """Looks folders up at the service that owns videos."""

    async def folders_of(self, video_ids: Collection[str]) -> Mapping[str, str]:
        """By video or upload, without those that are in no folder. Raises `ServiceUnavailable`."""
        ...


@dataclass(frozen=True)
class CatalogFolders:
    """Calls the catalog's ASGI app: the service itself, or the proxy to it."""

    catalog: ASGIApp
    timeout_s: float

    async def folders_of(self, video_ids: Collection[str]) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for some in parts_of([video_id for video_id in video_ids if is_video_id(video_id)]):
            answer = await post(self.catalog, "/internal/folders", VideoIds(video_ids=tuple(some)), self.timeout_s)
            try:
                found |= FoldersOfVideos.model_validate_json(answer).folder_ids
            except ValidationError as error:
                raise ServiceUnavailable(f"the catalog's answer is no list of folders: {error}") from error
        return found


class RecentFolders:
    """Remembers for `keep_s` where a video is: so long is it seen by those who may not see its new folder."""

    def __init__(self, lookup: FolderLookup, clock: Clock, keep_s: float) -> None:
        self._lookup = lookup
        self._recent = Recent(self._look_up, clock, keep_s)

    async def deciding(self, identity: Identity | None, video_id: str | None) -> str | None:
        """The folder, if it decides whether the video may be seen; else None. Raises `ServiceUnavailable`."""
        if identity is None or video_id is None or not identity.depends_on_folder(video_id):
            return None
        return await self._recent.of(video_id)

    async def current(self, video_ids: Collection[str]) -> Mapping[str, str]:
        """Looked up now; what was remembered of them is forgotten. Raises `ServiceUnavailable`."""
        found = await self._lookup.folders_of(video_ids)
        for video_id in video_ids:
            self._recent.forget(video_id)
        return found

    async def _look_up(self, video_id: str) -> str | None:
        return (await self._lookup.folders_of([video_id])).get(video_id)
