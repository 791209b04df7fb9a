"""Reads and changes what is counted in a video."""

from __future__ import annotations

from dataclasses import dataclass

from onwatch_catalog.errors import VideoNotFound
from onwatch_catalog.outbox import OutboxRelay
from onwatch_catalog.records import SiteRule, VideoSite, VideoStore, messages_of_change
from onwatch_runtime.bus import Publisher


@dataclass(frozen=True)
class Sites:
    """What is counted in each video."""

    store: VideoStore
    publisher: Publisher
    relay: OutboxRelay

    async def get(self, video_id: str) -> VideoSite:
        """`VideoNotFound` for an unknown id."""
        if (found := await self.store.find_site(video_id)) is None:
            raise VideoNotFound(video_id)
        return found

    async def change(self, video_id: str, rule: SiteRule) -> VideoSite:
        """Apply a rule; what differs is stored and published in one transaction. `VideoNotFound` for an unknown id."""
        if (changed := await self.change_if_found(video_id, rule)) is None:
            raise VideoNotFound(video_id)
        return changed

    async def change_if_found(self, video_id: str, rule: SiteRule) -> VideoSite | None:
        changed = await self.store.change_site(
            video_id, rule, lambda before, after: messages_of_change(before, after, self.publisher)
        )
        self.relay.wake()
        return changed
