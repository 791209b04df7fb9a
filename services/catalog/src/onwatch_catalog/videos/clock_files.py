"""Restores the clock files of videos: after an upgrade, a restored backup or a damaged disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.media import FileInspector, Files
from onwatch_catalog.records import StoredVideo, VideoStore, key_of
from onwatch_media import VideoUnusable
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)

PAGE = 100
INTERVAL_S = 3600.0


@dataclass(frozen=True)
class ClockFiles:
    """Checks every video at the start and once an hour. A run needs no clock file, but starts later without it."""

    store: VideoStore
    files: Files
    inspector: FileInspector
    clock: Clock
    leads: Callable[[], bool] = lambda: True
    """One of several processes does it."""
    wake_up: WakeUp = field(default_factory=WakeUp)

    async def run(self) -> None:
        while not self.wake_up.is_closed:
            try:
                if self.leads():
                    await self._check_all()
            except StoreUnavailable as error:
                log.warning("clock files are checked later: %s", error)
            await self.wake_up.wait(self.clock, INTERVAL_S)

    async def _check_all(self) -> None:
        after = None
        while page := await self.store.page(PAGE, after):
            for video in page:
                if self.wake_up.is_closed or not self.leads():
                    return
                await self._check(video)
            after = key_of(page[-1])

    async def _check(self, video: StoredVideo) -> None:
        try:
            path = await asyncio.to_thread(self.files.content, video.file_path)
            if path is not None and await asyncio.to_thread(self.files.lacks_clock, video.file_path):
                found, _ = await self.inspector.inspect(path, counted_rate=video.recorded_fps)
                await asyncio.to_thread(self.files.keep_clock, video.file_path, found.clock_file)
        except (OSError, VideoUnusable) as error:
            log.warning("the clock file of %s cannot be restored: %s", video.id, error)
