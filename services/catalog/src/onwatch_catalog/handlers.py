"""What the catalog does on each message of the bus. `SUBSCRIPTIONS` at the foot is the whole of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onwatch_catalog import statuses
from onwatch_catalog.analysis_demand import AnalysisDemand
from onwatch_catalog.store import VideoStore
from onwatch_catalog.videos import StoredVideo
from onwatch_contracts.messages import Message, RunFailedV1, RunPausedV1, RunStartedV1, VideoPersistedV1
from onwatch_runtime.bus import SharedQueue


@dataclass(frozen=True)
class Handlers:
    """Keeps the status. Messages about a video that is not there are of one that was deleted: nothing to do."""

    store: VideoStore
    demand: AnalysisDemand

    async def on_run_news(self, message: Message) -> None:
        rule = STATUS_AFTER[type(message)]
        await self.store.change(message.video_id, lambda video: rule(video, message))
        self.demand.wake()  # a request may have been answered, and the next in line has its turn


STATUS_AFTER: Mapping[type[Message], Callable[[StoredVideo, Any], StoredVideo]] = {
    RunStartedV1: statuses.after_started,
    RunPausedV1: statuses.after_paused,
    RunFailedV1: statuses.after_failed,
    VideoPersistedV1: statuses.after_persisted,
}

SUBSCRIPTIONS: tuple[tuple[SharedQueue, Callable[[Handlers, Any], Awaitable[None]]], ...] = (
    # One queue, so that what happened to a video is heard in the order in which it was said.
    (SharedQueue("catalog.runs", tuple(STATUS_AFTER), ordered=True), Handlers.on_run_news),
)
