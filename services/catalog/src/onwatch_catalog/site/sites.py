"""Reads and changes what is counted in a video."""

from __future__ import annotations

from dataclasses import dataclass

from onwatch_catalog.errors import RevisionMismatch, VideoNotFound
from onwatch_catalog.outbox import OutboxRelay
from onwatch_catalog.records import SiteRule, StoredVideo, VideoSite, VideoStore, messages_of_change, site_changed
from onwatch_contracts.http import VideoStatus
from onwatch_runtime.bus import Publisher

IN_A_RUN = (VideoStatus.STREAMING, VideoStatus.PAUSED)


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

    async def change(self, video_id: str, rule: SiteRule, if_match: str | None = None) -> VideoSite:
        """Apply a rule; what differs is stored and published in one transaction.

        `VideoNotFound` for an unknown id; `RevisionMismatch` if the site has another revision than `if_match` says.
        """

        def checked(before: VideoSite) -> VideoSite:
            if if_match is not None and not is_match(if_match, before.revision):
                raise RevisionMismatch(if_match, before.revision)
            return rule(before)

        if (changed := await self.change_if_found(video_id, checked)) is None:
            raise VideoNotFound(video_id)
        return changed

    async def change_if_found(self, video_id: str, rule: SiteRule) -> VideoSite | None:
        changed = await self.store.change_site(
            video_id, rule, lambda before, after: messages_of_change(before, after, self.publisher)
        )
        self.relay.wake()
        return changed

    async def republish(self, video_id: str) -> None:
        """For an aggregator that was not there when the site was published: then no queue kept the message."""
        found = await self.store.find_site(video_id)
        if found is not None and found.revision > 0:
            await self.publisher.bus.publish(site_changed(found, self.publisher))


def is_match(if_match: str, revision: int) -> bool:
    """Whether a header `If-Match` names the revision: `*`, or its ETag among others."""
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")}
    return bool(tags & {"*", str(revision)})


def note_of_change(video: StoredVideo) -> str:
    """For a person: when a video is counted with what was changed."""
    if video.status in IN_A_RUN:
        return (
            "The run in progress keeps what it began with; the video is counted again with this change as soon as it "
            "is finished."
        )
    if video.finished_run_id is not None:
        return (
            "The video is counted again from the detections of its last run, unless only names, colors or the order "
            "changed; the earlier results stay until the new ones are there."
        )
    return "The video is counted with this from its next run on."
