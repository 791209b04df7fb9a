"""The operations on folders, and who may move what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from onwatch_catalog.errors import FolderNotFound, VideoNotFound
from onwatch_catalog.folders.errors import MoveNotAllowed
from onwatch_catalog.folders.store import FolderStore, NewFolder
from onwatch_catalog.videos import checked_name
from onwatch_contracts.accounts import Identity
from onwatch_contracts.folders import NO_FOLDER, Folder, FolderList, VideoFolder
from onwatch_contracts.values import is_video_id
from onwatch_runtime.clock import Clock
from onwatch_runtime.ids import NewId


async def _nothing(_: Collection[str]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Folders:
    """Whoever is limited to folders finds no others; what they do to a folder itself, the gateway decides."""

    store: FolderStore
    clock: Clock
    new_id: NewId
    of_refused_uploads: Callable[[Collection[str]], Awaitable[Mapping[str, str]]] = _nothing
    """Those are in no table any more, and whoever sent one asks why it was refused."""

    async def all(self, who: Identity) -> FolderList:
        found = await self.store.all()
        return FolderList(items=tuple(folder for folder in found if who.may_see_folder(folder.id)))

    async def check(self, folder_id: str, who: Identity) -> None:
        """`FolderNotFound`, also for one that may not be seen; `NO_FOLDER` is nothing to find."""
        if folder_id == NO_FOLDER:
            return
        if not is_video_id(folder_id) or not who.may_see_folder(folder_id):
            raise FolderNotFound(folder_id[:64])
        await self.store.find(folder_id)

    async def add(self, name: str) -> Folder:
        folder = NewFolder(self.new_id(), checked_name(name), self.clock.now())
        await self.store.add(folder)
        return Folder(id=folder.id, name=folder.name, created_at=folder.created_at, videos_count=0)

    async def rename(self, folder_id: str, name: str) -> Folder:
        await self.store.rename(folder_id, checked_name(name))
        return await self.store.find(folder_id)

    async def remove(self, folder_id: str) -> None:
        await self.store.remove(folder_id)

    async def of_video(self, video_id: str, who: Identity) -> VideoFolder:
        folder_id = (await self.store.folders_of([video_id])).get(video_id)
        return VideoFolder(folder_id=folder_id if who.may_see_folder(folder_id) else None)

    async def of_videos(self, video_ids: Collection[str]) -> Mapping[str, str]:
        """Also of uploads that are not videos yet, or were refused."""
        return {**await self.of_refused_uploads(video_ids), **await self.store.folders_of(video_ids)}

    async def move(self, video_ids: Sequence[str], folder_id: str | None, who: Identity) -> None:
        """All of them, or none."""
        if not who.may_see_folder(folder_id):
            raise MoveNotAllowed if folder_id is None else FolderNotFound(folder_id)
        await self.store.move(tuple(dict.fromkeys(video_ids)), folder_id, _may_move(who))


def _may_move(who: Identity) -> Callable[[str, str | None], None]:
    def check(video_id: str, folder_id: str | None) -> None:
        if not who.may_see(video_id, folder_id):
            raise VideoNotFound(video_id)
        if not who.may_see_folder(folder_id):
            raise MoveNotAllowed

    return check
