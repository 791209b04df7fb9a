"""Examines everything that the catalog stores.

What the service itself repairs, at its start or while it runs, is reported without a repair: its remedy names who
repairs it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from sqlalchemy.exc import DatabaseError

from onwatch_catalog.doctor.orphans import (
    abandoned_restores,
    folders_without_video,
    foreign_entries,
    interrupted,
    stray_files,
    streams_without_lease,
    without_file,
    without_thumbnail,
)
from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.media import RESTORE_MARK, FileInspector, Files, FolderEntry, files_of
from onwatch_catalog.records import SqlStore, StoredVideo, key_of, make_engine
from onwatch_catalog.resumable import UploadStore
from onwatch_catalog.settings import CatalogSettings
from onwatch_catalog.videos import PendingDeletions, after_lease_missing
from onwatch_contracts.messages import VideoDeletedV1
from onwatch_media import Inspector
from onwatch_runtime.clock import Clock
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.observe import ExaminationFailed, Finding, age_text, expect_sqlite_file

PAGE = 500


@dataclass(frozen=True)
class CatalogDoctor:
    """Examines and repairs, whether the catalog runs or not."""

    store: SqlStore
    uploads: UploadStore
    files: Files
    clock: Clock
    new_id: NewId
    inspector: FileInspector = field(default_factory=Inspector)

    async def findings(self, leased: Collection[str] | None, min_age_s: float) -> Sequence[Finding]:
        """What is wrong now; `leased`: the videos whose run a worker holds, None if that is not known.

        `ExaminationFailed` when the database or the media folder cannot be read.
        """
        entries = await self._entries()
        with _reached():
            pending_deletions = await self.store.pending_deletions()
            unfinished = [upload.video_id for upload in await self.uploads.all()]
        videos = await self._videos()
        found = [
            *self._folders(entries, videos, [*pending_deletions, *unfinished], min_age_s),
            *self._interrupted(entries, pending_deletions, min_age_s),
            *self._missing_files(entries, videos),
            *await self._unsent(min_age_s),
        ]
        if leased is not None:
            found += [self._without_lease(video) for video in streams_without_lease(videos, leased)]
        return found

    async def video_ids(self) -> frozenset[str]:
        return frozenset(await self._videos())

    async def _videos(self) -> Mapping[str, StoredVideo]:
        videos: dict[str, StoredVideo] = {}
        after = None
        with _reached():
            while page := await self.store.page(PAGE, after):
                videos |= {video.id: video for video in page}
                after = key_of(page[-1])
        return videos

    async def _entries(self) -> Sequence[FolderEntry]:
        """Read before the tables: a folder created in between is missing here, or was seen young."""
        try:
            return await asyncio.to_thread(self.files.entries, self.clock.now().timestamp())
        except OSError as error:
            raise ExaminationFailed("media folder or store", error) from error

    # --- findings --------------------------------------------------------------------------------

    def _folders(
        self,
        entries: Collection[FolderEntry],
        videos: Mapping[str, StoredVideo],
        pending_deletions: Collection[str],
        min_age_s: float,
    ) -> Iterator[Finding]:
        for entry in folders_without_video(entries, videos, pending_deletions, min_age_s):
            detail = f"no video has this id; last changed {age_text(entry.age_s)} ago: {', '.join(entry.files or ())}"
            repair = partial(asyncio.to_thread, self.files.remove, entry.name)
            yield Finding("files", "folder_without_video", entry.name, detail, "remove the folder", repair)
        for entry, name in stray_files(entries, videos, min_age_s):
            path = f"{entry.name}/{name}"
            repair = partial(asyncio.to_thread, self.files.remove_file, path)
            yield Finding("files", "stray_file", path, "not a file of this video", "remove the file", repair)
        for entry in foreign_entries(entries):
            yield Finding("files", "foreign_entry", entry.name, "not created by Onwatch, which leaves it alone")
        for entry in abandoned_restores(entries, min_age_s):
            yield self._abandoned_restore(entry)

    def _abandoned_restore(self, entry: FolderEntry) -> Finding:
        if RESTORE_MARK in (entry.files or ()):
            detail = "a restore was interrupted while it replaced the system: run it again with the same backup"
            return Finding("files", "unfinished_restore", entry.name, detail)
        detail = f"files of a restore that was interrupted {age_text(entry.age_s)} ago, and changed nothing"
        repair = partial(asyncio.to_thread, self.files.remove, entry.name)
        return Finding("files", "unfinished_restore", entry.name, detail, "remove the folder", repair)

    def _interrupted(
        self, entries: Collection[FolderEntry], pending_deletions: Collection[str], min_age_s: float
    ) -> Iterator[Finding]:
        for video_id, age_s in interrupted(entries, pending_deletions, min_age_s):
            detail = f"an upload or a deletion was interrupted {age_text(age_s)} ago" if age_s else "its folder is gone"
            yield Finding("files", "half_done", video_id, detail, "nothing: the catalog finishes it")

    def _missing_files(self, entries: Collection[FolderEntry], videos: Mapping[str, StoredVideo]) -> Iterator[Finding]:
        missing = list(without_file(entries, videos))
        # When every file is missing, the folder is most likely not mounted.
        is_folder_missing = len(missing) == len(videos)
        for video in missing:
            detail = f"{video.file_path} of {video.name!r} does not exist"
            if is_folder_missing:
                detail += "; nor does any other file: is the right store set, or the media folder mounted?"
                yield Finding("catalog", "video_without_file", video.id, detail)
            else:
                repair = partial(self._delete, video.id)
                yield Finding("catalog", "video_without_file", video.id, detail, "delete the video", repair)
        for video in without_thumbnail(entries, videos):
            repair = partial(self._restore_thumbnail, video)
            remedy = "make it again from the file"
            yield Finding("files", "thumbnail_missing", video.id, f"of {video.name!r}", remedy, repair)

    async def _unsent(self, min_age_s: float) -> Sequence[Finding]:
        before = self.clock.now() - timedelta(seconds=min_age_s)
        with _reached():
            unsent = await self.store.unsent_before(before)
        return [
            Finding(
                "catalog",
                "unsent_message",
                f"{entry_id} {routing_key}",
                f"in the outbox since {created_at:%Y-%m-%d %H:%M:%S} UTC",
                "nothing: the catalog publishes it once it runs",
            )
            for entry_id, routing_key, created_at in unsent
        ]

    def _without_lease(self, video: StoredVideo) -> Finding:
        async def pause() -> None:
            now = self.clock.now()
            await self.store.change(video.id, lambda current: after_lease_missing(current, video.epoch, now))

        detail = f"the status of {video.name!r} is streaming, and no detector holds its run"
        return Finding("catalog", "stuck_streaming", video.id, detail, "mark it paused", pause)

    # --- repairs ---------------------------------------------------------------------------------

    async def _delete(self, video_id: str) -> None:
        """Delete as on a user's request; the catalog publishes `video.deleted` from its outbox."""
        message = VideoDeletedV1(message_id=self.new_id(), occurred_at=self.clock.now(), video_id=video_id)
        if await self.store.remove(video_id, message):
            await PendingDeletions(self.store, self.files).finish(video_id)

    async def _restore_thumbnail(self, video: StoredVideo) -> None:
        path = await asyncio.to_thread(self.files.content, video.file_path)
        if path is not None:
            _, thumbnail = await self.inspector.inspect(path, counted_rate=video.recorded_fps)
            await asyncio.to_thread(self.files.replace_thumbnail, video.id, thumbnail)


@asynccontextmanager
async def doctor(settings: CatalogSettings, *, clock: Clock, new_id: NewId = new_id) -> AsyncIterator[CatalogDoctor]:
    """The doctor of the catalog with these settings. An examination changes nothing."""
    expect_sqlite_file("the catalog's database", settings.database)
    engine = make_engine(settings)
    try:
        yield CatalogDoctor(SqlStore(engine), UploadStore(engine), files_of(settings), clock, new_id)
    finally:
        await engine.dispose()


@contextmanager
def _reached() -> Iterator[None]:
    """`ExaminationFailed` for a database that is unavailable or lacks the tables of this version."""
    try:
        yield
    except (StoreUnavailable, DatabaseError) as error:
        raise ExaminationFailed("the catalog's database", error) from error
