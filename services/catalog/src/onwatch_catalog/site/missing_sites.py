"""Stores the sites of videos that a version before sites has added."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.media import FileInspector, Files
from onwatch_catalog.records import StoredVideo, VideoSite, VideoStore
from onwatch_catalog.site.recording import RecordingRules
from onwatch_catalog.site.sites import Sites
from onwatch_media import VideoUnusable
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)

PAGE = 100
INTERVAL_S = 3600.0


@dataclass(frozen=True)
class MissingSites:
    """Checks at the start and once an hour, and publishes each site: nobody else knows when a video was recorded."""

    store: VideoStore
    files: Files
    inspector: FileInspector
    sites: Sites
    recording: RecordingRules
    clock: Clock
    leads: Callable[[], bool] = lambda: True
    """One of several processes does it."""
    wake_up: WakeUp = field(default_factory=WakeUp)

    async def run(self) -> None:
        while not self.wake_up.is_closed:
            try:
                if self.leads():
                    await self._add_all()
            except StoreUnavailable as error:
                log.warning("missing sites are stored later: %s", error)
            await self.wake_up.wait(self.clock, INTERVAL_S)

    async def _add_all(self) -> None:
        while videos := await self.store.videos_without_site(PAGE):
            for video in videos:
                if self.wake_up.is_closed or not self.leads():
                    return
                await self._add(video)

    async def _add(self, video: StoredVideo) -> None:
        found = self.recording.site_of(await self._time_in_container(video), video.name)

        def rule(before: VideoSite) -> VideoSite:
            return replace(before, stored=found) if before.revision == 0 else before

        await self.sites.change_if_found(video.id, rule)

    async def _time_in_container(self, video: StoredVideo) -> datetime | None:
        try:
            path = await asyncio.to_thread(self.files.content, video.file_path)
            if path is None:
                return None
            found, _ = await self.inspector.inspect(path, counted_rate=video.recorded_fps)
        except (OSError, VideoUnusable) as error:
            log.warning("the container of %s does not say when it was recorded: %s", video.id, error)
            return None
        return found.recorded_at
