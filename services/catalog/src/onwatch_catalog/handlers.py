"""Handles the messages of the bus; `SUBSCRIPTIONS` at the foot lists all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onwatch_catalog.analysis import AnalysisDemand
from onwatch_catalog.records import StoredVideo, VideoStore
from onwatch_catalog.site import Sites
from onwatch_catalog.videos import after_failed, after_lost, after_paused, after_persisted, after_started
from onwatch_contracts.messages import Message, RunFailedV1, RunLostV1, RunPausedV1, RunStartedV1, VideoPersistedV1
from onwatch_runtime.bus import SharedQueue, Subscription


@dataclass(frozen=True)
class Handlers:
    """Updates the status of videos. A message about an unknown video is about a deleted one, and is ignored."""

    store: VideoStore
    demand: AnalysisDemand
    sites: Sites

    async def on_run_event(self, message: Message) -> None:
        rule = STATUS_RULES[type(message)]
        await self.store.change(message.video_id, lambda video: rule(video, message))
        self.demand.wake()  # the message may have answered an analysis request, and the next one is due
        if isinstance(message, RunStartedV1):
            await self.sites.republish(message.video_id)


STATUS_RULES: Mapping[type[Message], Callable[[StoredVideo, Any], StoredVideo]] = {
    RunStartedV1: after_started,
    RunPausedV1: after_paused,
    RunLostV1: after_lost,
    RunFailedV1: after_failed,
    VideoPersistedV1: after_persisted,
}

SUBSCRIPTIONS: tuple[Subscription[Handlers], ...] = (
    # One queue, so that the events of a video are handled in the order in which they were published.
    Subscription(SharedQueue("catalog.runs", tuple(STATUS_RULES), ordered=True), Handlers.on_run_event),
)
