"""The joins of this process: one works at a time, the others wait."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from onwatch_catalog.errors import InvalidJoin, JoinNotFound, NoRoomToJoin, TooManyJoins, VideoNotFound
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.joins.progress import JoinCancelled, JoinProgress
from onwatch_catalog.joins.work import JoinWork
from onwatch_catalog.processes import Activities, State
from onwatch_catalog.records import StoredVideo, VideoStore
from onwatch_catalog.storage import StorageQuota
from onwatch_contracts.http import Join, JoinRequest, JoinState, Problem
from onwatch_runtime.http import ProblemError
from onwatch_runtime.ids import NewId

log = logging.getLogger(__name__)

MAX_UNFINISHED = 100  # each holds a record of every recording
FINISHED_KEPT = 100
JOIN = "join"
"""The kind of activity."""


@dataclass
class Joins:
    """Starts joins; tells the progress of all, and cancels them, in whichever process they are."""

    work: JoinWork
    store: VideoStore
    new_id: NewId
    instruments: Instruments
    free_bytes: Callable[[], int]
    """Of the media folder. Blocks."""
    quota: StorageQuota
    """A join takes as much of it as its recordings do, until it is over."""
    activities: Activities
    _joins: dict[str, JoinProgress] = field(default_factory=dict)
    """Those of this process that are not over."""
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _free: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self, request: JoinRequest) -> Join:
        """The join, which goes on in the background."""
        videos = await self._videos(request.video_ids)
        needed_bytes = sum(video.size_bytes for video in videos)
        if (free_bytes := await asyncio.to_thread(self.free_bytes)) < needed_bytes:
            raise NoRoomToJoin(needed_bytes, free_bytes)
        join = JoinProgress(self.new_id(), videos, request.delete_originals)
        await self.quota.reserve(join.id, needed_bytes)
        try:
            await self.activities.begin(JOIN, join.id, join.cancelled.set, state=lambda: _state_of(join))
        except BaseException:
            await self.quota.release(join.id)
            raise
        if len(self._tasks) >= MAX_UNFINISHED:  # after the last await: others may have been started meanwhile
            await self._forget(join)
            raise TooManyJoins(MAX_UNFINISHED)
        self._joins[join.id] = join
        self._tasks[join.id] = asyncio.create_task(self._run(join), name=f"join {join.id}")
        return join.as_http()

    async def get(self, join_id: str) -> Join:
        if join := self._joins.get(join_id):
            task = self._tasks[join_id]
            progress = await asyncio.to_thread(join.as_http)
            if not join.is_over:  # it may have ended meanwhile
                return progress
            await asyncio.wait([task])  # until all processes know
        found = await self.activities.find(JOIN, join_id)
        if found is None:
            raise JoinNotFound(join_id)
        return Join.model_validate_json(json.dumps(found.state))

    async def cancel(self, join_id: str) -> None:
        """Forget the join; what it was writing is deleted when this returns."""
        if join := self._joins.get(join_id):
            join.cancelled.set()
            await asyncio.wait([self._tasks[join_id]])
        elif await self.activities.find(JOIN, join_id) is None:
            raise JoinNotFound(join_id)
        await self.activities.stop_elsewhere(JOIN, join_id)
        await self.activities.forget(JOIN, join_id)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Cancels the joins in progress at the end."""
        try:
            yield
        finally:
            for join in self._joins.values():
                join.cancelled.set()
            if self._tasks:
                await asyncio.wait(self._tasks.values())

    async def _videos(self, video_ids: tuple[str, ...]) -> tuple[StoredVideo, ...]:
        if len(set(video_ids)) < len(video_ids):
            raise InvalidJoin("has a video twice")
        return tuple([await self._video(video_id) for video_id in video_ids])

    async def _video(self, video_id: str) -> StoredVideo:
        if (video := await self.store.find(video_id)) is None:
            raise VideoNotFound(video_id)
        return video

    async def _run(self, join: JoinProgress) -> None:
        try:
            await join.unless_cancelled(self._free.acquire())
            try:
                join.state = JoinState.JOINING
                await self.work.run(join)
            finally:
                self._free.release()
            join.state = JoinState.FINISHED
        except JoinCancelled:
            log.info("the join %s was cancelled", join.id)
        except ProblemError as error:
            self._fail(join, error.title, error.status, error.detail, error.code)
        except Exception:
            log.exception("the join %s failed", join.id)
            self._fail(
                join, "Internal error", 500, "Joining failed; the log of the service says why.", "internal_error"
            )
        finally:
            self.instruments.joins.labels(join.state if join.is_over else "cancelled").inc()
            await self._end(join)

    async def _end(self, join: JoinProgress) -> None:
        if join.is_over:
            await self.activities.finish(JOIN, join.id, _state_of(join), newest_count=FINISHED_KEPT)
            await self.quota.release(join.id)
        else:
            await self._forget(join)
        del self._joins[join.id], self._tasks[join.id]

    async def _forget(self, join: JoinProgress) -> None:
        await self.activities.end(JOIN, join.id)
        await self.quota.release(join.id)

    def _fail(self, join: JoinProgress, title: str, status: int, detail: str, code: str) -> None:
        join.problem = Problem(title=title, status=status, detail=detail, code=code, instance=f"/api/joins/{join.id}")
        join.state = JoinState.FAILED


def _state_of(join: JoinProgress) -> State:
    """Blocks."""
    return join.as_http().model_dump(mode="json")
