"""A look at all that the catalog keeps, and the way to repair what does not belong together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.exc import DatabaseError

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.media import orphans
from onwatch_catalog.media.files import Entry, MediaFolder
from onwatch_catalog.media.pending_deletions import Removals
from onwatch_catalog.media.thumbnails import make_thumbnail
from onwatch_catalog.outbox.relay import OutboxRelay
from onwatch_catalog.settings import CatalogSettings
from onwatch_catalog.videos import status as statuses
from onwatch_catalog.videos.database import make_engine
from onwatch_catalog.videos.paging import PageKey
from onwatch_catalog.videos.sql_store import SqlStore
from onwatch_catalog.videos.video import StoredVideo
from onwatch_contracts.messages import VideoDeletedV1
from onwatch_runtime.bus import Bus, Publisher
from onwatch_runtime.clock import Clock
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.observe.findings import CouldNotLook, Finding, age, expect_file

PAGE = 500


@dataclass(frozen=True)
class CatalogDoctor:
    """Looks and repairs beside a running catalog, or without one."""

    store: SqlStore
    files: MediaFolder
    publisher: Publisher
    relay: OutboxRelay
    clock: Clock

    async def findings(self, leased: Collection[str] | None, min_age_s: float) -> Sequence[Finding]:
        """What is wrong now; `leased`: the videos that a worker holds, None if that is not known.

        `CouldNotLook` when the database or the folder is not reached.
        """
        entries = await self._entries()
        with _reached():
            doomed = await self.store.doomed()
        videos = await self._videos()
        found = [
            *self._folders(entries, videos, doomed, min_age_s),
            *self._half_done(entries, doomed, min_age_s),
            *self._files_gone(entries, videos),
            *await self._unsent(min_age_s),
        ]
        if leased is not None:
            found += [self._stuck(video) for video in orphans.stuck(videos, leased)]
        return found

    async def video_ids(self) -> frozenset[str]:
        return frozenset(await self._videos())

    async def _videos(self) -> Mapping[str, StoredVideo]:
        videos: dict[str, StoredVideo] = {}
        after = None
        with _reached():
            while page := await self.store.page(PAGE, after):
                videos |= {video.id: video for video in page}
                after = PageKey(page[-1].created_at, page[-1].id)
        return videos

    async def _entries(self) -> Sequence[Entry]:
        """Looked at before the rows: a folder that is noted meanwhile was seen young."""
        try:
            return await asyncio.to_thread(self.files.entries, self.clock.now().timestamp())
        except OSError as error:
            raise CouldNotLook("media folder", error) from error

    # --- what is wrong ---------------------------------------------------------------------------

    def _folders(
        self, entries: Collection[Entry], videos: Mapping[str, StoredVideo], doomed: Collection[str], min_age_s: float
    ) -> Iterator[Finding]:
        for entry in orphans.folders_without_video(entries, videos, doomed, min_age_s):
            detail = f"no video has this id; last changed {age(entry.age_s)} ago: {', '.join(entry.files or ())}"
            repair = partial(asyncio.to_thread, self.files.remove, entry.name)
            yield Finding("files", "folder_without_video", entry.name, detail, "remove the folder", repair)
        for entry, name in orphans.stray_files(entries, videos, min_age_s):
            path = f"{entry.name}/{name}"
            repair = partial(asyncio.to_thread, self.files.remove_file, path)
            yield Finding("files", "stray_file", path, "not a file of this video", "remove the file", repair)
        for entry in orphans.foreign_entries(entries):
            yield Finding("files", "foreign_entry", entry.name, "Onwatch did not make it, and leaves it alone")

    def _half_done(self, entries: Collection[Entry], doomed: Collection[str], min_age_s: float) -> Iterator[Finding]:
        for video_id, age_s in orphans.half_done(entries, doomed, min_age_s):
            detail = f"an upload or a deletion was cut short {age(age_s)} ago" if age_s else "its folder is gone"
            remedy = "remove what is left of it"
            yield Finding("files", "half_done", video_id, detail, remedy, partial(self._finish, video_id))

    async def _finish(self, video_id: str) -> None:
        await Removals(self.store, self.files).finish(video_id)

    def _files_gone(self, entries: Collection[Entry], videos: Mapping[str, StoredVideo]) -> Iterator[Finding]:
        gone = list(orphans.without_file(entries, videos))
        # All at once is no accident of a file: most likely the folder is not mounted.
        is_folder_gone = len(gone) == len(videos)
        for video in gone:
            detail = f"{video.file_path} of {video.name!r} is not there"
            if is_folder_gone:
                detail += "; nor is any other file: is the media folder mounted?"
                yield Finding("catalog", "video_without_file", video.id, detail)
            else:
                repair = partial(self._delete, video.id)
                yield Finding("catalog", "video_without_file", video.id, detail, "delete the video", repair)
        for video in orphans.without_thumbnail(entries, videos):
            repair = partial(asyncio.to_thread, self._draw_thumbnail, video)
            remedy = "make it again from the file"
            yield Finding("files", "thumbnail_missing", video.id, f"of {video.name!r}", remedy, repair)

    async def _delete(self, video_id: str) -> None:
        """As a user would: whoever keeps anything of it is told."""
        if await self.store.remove(video_id, self.publisher.make(VideoDeletedV1, video_id=video_id)):
            await self._finish(video_id)
            await self.relay.send_all()

    def _draw_thumbnail(self, video: StoredVideo) -> None:
        path = self.files.content(video.file_path)
        if path is not None:
            self.files.keep_thumbnail(video.id, make_thumbnail(path, video.duration_s))

    async def _unsent(self, min_age_s: float) -> Sequence[Finding]:
        before = self.clock.now() - timedelta(seconds=min_age_s)
        with _reached():
            waiting = await self.store.waiting(before)
        return [
            Finding(
                "catalog",
                "unsent_message",
                f"{entry_id} {routing_key}",
                f"waits since {created_at:%Y-%m-%d %H:%M:%S} UTC",
                "publish it",
                self.relay.send_all,
            )
            for entry_id, routing_key, created_at in waiting
        ]

    def _stuck(self, video: StoredVideo) -> Finding:
        async def pause() -> None:
            now = self.clock.now()
            await self.store.change(video.id, lambda found: statuses.after_silence(found, now))

        detail = f"{video.name!r} streams by its status, and no detector holds it"
        return Finding("catalog", "stuck_streaming", video.id, detail, "mark it paused", pause)


@asynccontextmanager
async def doctor(
    settings: CatalogSettings, *, bus: Bus, clock: Clock, new_id: NewId = new_id
) -> AsyncIterator[CatalogDoctor]:
    """For the catalog with these settings. Nothing is changed by looking."""
    expect_file("the catalog's database", settings.database)
    engine = make_engine(settings)
    store, files = SqlStore(engine), MediaFolder(settings.media)
    relay = OutboxRelay(store, bus, clock, settings.outbox_poll_s, settings.outbox_retry_s)
    try:
        yield CatalogDoctor(store, files, Publisher(bus, clock, new_id), relay, clock)
    finally:
        await engine.dispose()


@contextmanager
def _reached() -> Iterator[None]:
    """`CouldNotLook` for a database that is away, or without the tables of this version."""
    try:
        yield
    except (StoreUnavailable, DatabaseError) as error:
        raise CouldNotLook("the catalog's database", error) from error
