"""A join in progress."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from onwatch_catalog.records import StoredVideo
from onwatch_contracts.http import Join, JoinedVideo, JoinState, Problem

T = TypeVar("T")


class JoinCancelled(Exception):
    """Somebody cancelled the join, or the catalog stops."""


@dataclass
class JoinProgress:
    """What a join has done so far, in memory: the end of its process ends it, and nothing half done is left."""

    id: str
    videos: tuple[StoredVideo, ...]
    """The recordings, as requested."""
    delete_originals: bool
    state: JoinState = JoinState.WAITING
    joined: list[JoinedVideo] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problem: Problem | None = None
    done_bytes: int = 0
    """Of the recordings that are joined, or not to be joined."""
    target: Path | None = None
    """The file that is being written."""
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def total_bytes(self) -> int:
        return sum(video.size_bytes for video in self.videos)

    @property
    def is_over(self) -> bool:
        return self.state in (JoinState.FINISHED, JoinState.FAILED)

    def as_http(self) -> Join:
        """Blocks: call it in a thread."""
        return Join(
            id=self.id,
            state=self.state,
            progress=1.0 if self.state is JoinState.FINISHED else self._progress(),
            video_ids=tuple(video.id for video in self.videos),
            joined=tuple(self.joined),
            notes=tuple(self.notes),
            problem=self.problem,
        )

    def _progress(self) -> float:
        """Sound is left out, so that the written file is a little smaller than its recordings."""
        try:
            written_bytes = self.target.stat().st_size if self.target else 0
        except FileNotFoundError:
            written_bytes = 0  # complete and renamed, or deleted
        return min(1.0, (self.done_bytes + written_bytes) / max(1, self.total_bytes))

    async def unless_cancelled(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of the work, which is cancelled with the join; `JoinCancelled`. No transaction may be in it."""
        working, cancelled = asyncio.create_task(work), asyncio.create_task(self.cancelled.wait())
        try:
            await asyncio.wait((working, cancelled), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise JoinCancelled
            return working.result()
        finally:
            for task in (working, cancelled):
                task.cancel()
            await asyncio.wait((working, cancelled))
