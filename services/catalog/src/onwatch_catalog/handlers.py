"""What the catalog does on each message of the bus. `SUBSCRIPTIONS` at the foot is the whole of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onwatch_catalog.analysis.demand import AnalysisDemand
from onwatch_catalog.silence import SilenceWatch
from onwatch_catalog.videos import status as statuses
from onwatch_catalog.videos.store import VideoStore
from onwatch_catalog.videos.video import StoredVideo
from onwatch_contracts.messages import (
    Message,
    MetricsCommittedV1,
    RunFailedV1,
    RunPausedV1,
    RunStartedV1,
    VideoFinishedV1,
    VideoPersistedV1,
)
from onwatch_runtime.bus import PrivateQueue, SharedQueue


@dataclass(frozen=True)
class Handlers:
    """Keeps the status. Messages about a video that is not there are of one that was deleted: nothing to do."""

    store: VideoStore
    demand: AnalysisDemand
    silence: SilenceWatch

    async def on_run_news(self, message: Message) -> None:
        if isinstance(message, RunStartedV1):
            self.silence.hear_start(message.run_id)
        rule = STATUS_AFTER[type(message)]
        await self.store.change(message.video_id, lambda video: rule(video, message))
        self.demand.wake()  # a request may have been answered, and the next in line has its turn

    async def on_commit_news(self, message: Message) -> None:
        await self.silence.on_news(message)


STATUS_AFTER: Mapping[type[Message], Callable[[StoredVideo, Any], StoredVideo]] = {
    RunStartedV1: statuses.after_started,
    RunPausedV1: statuses.after_paused,
    RunFailedV1: statuses.after_failed,
    VideoPersistedV1: statuses.after_persisted,
}

SUBSCRIPTIONS: tuple[tuple[SharedQueue | PrivateQueue, Callable[[Handlers, Any], Awaitable[None]]], ...] = (
    # One queue, so that what happened to a video is heard in the order in which it was said.
    (SharedQueue("catalog.runs", tuple(STATUS_AFTER), ordered=True), Handlers.on_run_news),
    # Signs of life, several a second: of no use to a catalog that was not there to hear them.
    (PrivateQueue("catalog.pulse", (MetricsCommittedV1, VideoFinishedV1)), Handlers.on_commit_news),
)
