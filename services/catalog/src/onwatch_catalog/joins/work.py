"""Does a join: orders the recordings, writes each joined video once, and only then adds it."""

from __future__ import annotations

import asyncio
import errno
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Protocol

from onwatch_catalog.errors import FileMissing, RecordingsNotJoined, StorageFull, VideoNotFound
from onwatch_catalog.joins.notes import order_notes, rate_note, seam_notes
from onwatch_catalog.joins.progress import JoinProgress
from onwatch_catalog.media import FileInspector, Files, ServedAs, completed, inspect, writing
from onwatch_catalog.outbox import OutboxRelay
from onwatch_catalog.records import StoredSite, StoredVideo, VideoSite, VideoStore, messages_of_creation
from onwatch_catalog.videos import PendingDeletions
from onwatch_contracts.http import JoinedRecording, JoinedVideo, VideoStatus
from onwatch_media import Order, Recording, RecordingRefused, VideoUnusable
from onwatch_runtime.bus import Publisher
from onwatch_runtime.ids import NewId

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
NAME_CHARS = 98  # of each of two names, so that "a to b" is a name

Group = Sequence[StoredVideo]


class RecordingJoiner(Protocol):
    """`onwatch_media.Joiner`: in a process of its own, within limits."""

    async def order(self, recordings: Sequence[Recording]) -> Order: ...

    async def join(self, recordings: Sequence[Recording], target: Path) -> tuple[float, ...]:
        """Write the file; where each recording begins in it. `RecordingRefused`, `VideoUnusable`, `OSError`."""
        ...


@dataclass(frozen=True)
class JoinWork:
    store: VideoStore
    files: Files
    inspector: FileInspector
    joiner: RecordingJoiner
    deletions: PendingDeletions
    publisher: Publisher
    relay: OutboxRelay
    delete: Callable[[str], Awaitable[None]]
    """Deletes a video; `VideoNotFound`."""
    new_id: NewId

    async def run(self, join: JoinProgress) -> None:
        """Join what follows one another. What is joined when an error is raised is complete, and stays."""
        try:
            await self._run(join)
        except FileNotFoundError as error:
            raise await self._what_is_gone(join.videos) from error
        except OSError as error:
            raise (StorageFull() if error.errno in NO_ROOM else error) from error
        except VideoUnusable as error:
            raise RecordingsNotJoined(str(error)) from error

    async def _run(self, join: JoinProgress) -> None:
        order = await join.unless_cancelled(self.joiner.order(await self._recordings(join.videos)))
        join.notes += order_notes(join.videos, order)
        groups = deque(part for group in order.groups for part in self._of_one_rate(join, group))
        while groups:
            group = groups.popleft()
            try:
                if len(group) > 1:
                    await self._join(join, group)
            except RecordingRefused as refused:
                join.notes.append(f"{refused}.")
                begin = max(1, refused.index)  # of the next video
                groups.extendleft((group[begin:], group[:begin]))
            else:
                join.done_bytes += sum(video.size_bytes for video in group)

    def _of_one_rate(self, join: JoinProgress, indices: Sequence[int]) -> Iterator[Group]:
        """A group, split where another rate was set for pictures that are counted."""
        part: list[StoredVideo] = []
        for video in (join.videos[index] for index in indices):
            if part and part[-1].recorded_fps != video.recorded_fps:
                join.notes.append(rate_note(part[-1], video))
                yield part
                part = []
            part.append(video)
        yield part

    async def _join(self, join: JoinProgress, group: Group) -> None:
        """The new video is added at once; on any failure its folder is deleted, and no video was ever visible."""
        recordings = await self._recordings(group)
        video_id = self.new_id()
        await self.store.add_pending_deletion(video_id)
        try:
            joined = await self._written(join, video_id, group, recordings)
        except BaseException:
            await self.deletions.finish(video_id)
            raise
        finally:
            join.target = None
        join.joined.append(joined)
        self.relay.wake()
        if join.delete_originals:
            await self._delete(group)

    async def _written(
        self, join: JoinProgress, video_id: str, group: Group, recordings: Sequence[Recording]
    ) -> JoinedVideo:
        async with writing(self.files.begin, video_id):
            pass
        join.target = await asyncio.to_thread(self.files.join_target, video_id)
        begins_s = await join.unless_cancelled(self.joiner.join(recordings, join.target))
        found, thumbnail = await join.unless_cancelled(inspect(self.inspector, join.target, group[0].recorded_fps))
        size_bytes = (await asyncio.to_thread(join.target.stat)).st_size
        await completed(self.files.take_joined, video_id)
        joined = JoinedVideo(video_id=video_id, name=_name(group), recordings=_joined(group, begins_s))
        served_as = ServedAs(joined.name, found.format.media_type)
        file_path = await completed(
            self.files.finalize, video_id, found.format.extension, thumbnail, found.clock_file, served_as
        )
        now = self.publisher.clock.now()
        video = replace(  # with the region, anchor, engine and calibration of the first, whose site it gets below
            group[0],
            id=video_id,
            name=joined.name,
            media_type=found.format.media_type,
            file_path=file_path,
            duration_s=found.duration_s,
            fps=found.fps,
            width=found.width,
            height=found.height,
            size_bytes=size_bytes,
            created_at=now,
            status=VideoStatus.READY,
            status_at=now,
            status_reason=None,
            run_id=None,
            epoch=0,
            finished_run_id=None,
            analysis_requested_at=None,
            folder_id=folder_of([await self.store.find(each.id) or each for each in group]),  # they may have moved
            codec=found.codec,
            is_counted=found.is_counted,
            is_rate_assumed=found.is_rate_assumed,
            notes=(*found.notes, *seam_notes(joined.recordings)),
        )
        of_first = await self.store.find_site(group[0].id)
        created = VideoSite(video, of_first.stored if of_first else StoredSite()).created()
        messages = messages_of_creation(created, self.publisher)
        await self.store.add(video, *messages, site=created.stored, is_received=True)
        return joined

    async def _recordings(self, videos: Group) -> list[Recording]:
        return await asyncio.to_thread(lambda: [self._recording(video) for video in videos])

    def _recording(self, video: StoredVideo) -> Recording:
        file = self.files.content(video.file_path)
        if file is None:
            raise FileNotFoundError(errno.ENOENT, video.id)
        return Recording(file, video.name, video.duration_s)

    async def _what_is_gone(self, videos: Group) -> VideoNotFound | FileMissing:
        """Why a file is not there: somebody deleted its video meanwhile, or another program the file."""
        for video in videos:
            if await self.store.find(video.id) is None:
                return VideoNotFound(video.id)
            if await asyncio.to_thread(self.files.content, video.file_path) is None:
                return FileMissing(video.id, "file")
        return FileMissing(videos[0].id, "file")

    async def _delete(self, group: Group) -> None:
        for video in group:
            try:
                await self.delete(video.id)
            except VideoNotFound:
                continue  # somebody else was quicker


def _name(group: Group) -> str:
    return f"{group[0].name[:NAME_CHARS]} to {group[-1].name[:NAME_CHARS]}"


def folder_of(group: Group) -> str | None:
    """The one that all are in: in any other, somebody would see what they may not see."""
    folder_ids = {video.folder_id for video in group}
    return folder_ids.pop() if len(folder_ids) == 1 else None


def _joined(group: Group, begins_s: Sequence[float]) -> tuple[JoinedRecording, ...]:
    if group[0].recorded_fps is not None:  # the joiner counted the pictures at another rate
        begins_s = list(accumulate((video.duration_s for video in group[:-1]), initial=0.0))
    return tuple(
        JoinedRecording(video_id=video.id, name=video.name, at_s=at_s)
        for video, at_s in zip(group, begins_s, strict=True)
    )
