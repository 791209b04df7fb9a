"""Deletes the folders of failed uploads and deleted videos. Every step may be repeated."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.media import Files
from onwatch_catalog.records import VideoStore
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)

INTERVAL_S = 30.0


@dataclass(frozen=True)
class PendingDeletions:
    """Finishes pending deletions: its own at once, those of interrupted processes when they are noticed."""

    store: VideoStore
    files: Files

    async def finish_all(self) -> None:
        """Finish what no living process does; an upload in progress is one of a living process."""
        for video_id in await self.store.take_pending_deletions():
            log.info("deleting the folder of %s: an earlier process was interrupted", video_id)
            await self.finish(video_id)

    async def finish(self, video_id: str) -> None:
        """Delete the folder if its deletion is pending; one that cannot be deleted now is deleted later."""
        try:
            # Not pending any more: the video was added, whatever failed afterwards.
            if await self.store.is_deletion_pending(video_id):
                await self._remove(video_id)
                await self.store.end_pending_deletion(video_id)
        except (OSError, StoreUnavailable) as error:
            log.warning("cannot delete the folder of %s, it is tried again later: %s", video_id, error)

    async def _remove(self, video_id: str) -> None:
        try:
            await asyncio.to_thread(self.files.remove, video_id)
        except OSError:
            await self.store.leave_pending_deletion(video_id)
            raise


@dataclass(frozen=True)
class DeletionSweep:
    """The leader finishes periodically what others, or it itself, could not."""

    deletions: PendingDeletions
    clock: Clock
    leads: Callable[[], bool]
    wake_up: WakeUp = field(default_factory=WakeUp)

    async def run(self) -> None:
        """Until the wake-up is closed."""
        while not self.wake_up.is_closed:
            await self.wake_up.wait(self.clock, INTERVAL_S)
            if self.wake_up.is_closed or not self.leads():
                continue
            try:
                await self.deletions.finish_all()
            except StoreUnavailable as error:
                log.warning("interrupted deletions are finished later: %s", error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("interrupted deletions are finished later")
