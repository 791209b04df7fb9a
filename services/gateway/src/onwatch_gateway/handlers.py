"""What the gateway does on each message of the bus. `SUBSCRIPTIONS` at the foot is the whole of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onwatch_contracts.channel import Metrics, State
from onwatch_contracts.messages import (
    Message,
    MetricsCommittedV1,
    RunFailedV1,
    RunPausedV1,
    RunStartedV1,
    RunStartingV1,
    VideoDeletedV1,
    VideoPersistedV1,
)
from onwatch_gateway import states
from onwatch_gateway.instruments import Instruments
from onwatch_gateway.states import RecentStates
from onwatch_gateway.subscriptions import Subscriptions
from onwatch_runtime.bus import PrivateQueue
from onwatch_runtime.clock import Clock


@dataclass(frozen=True)
class Handlers:
    """Passes on what viewers want to know, and ends demand that is answered. None of it can fail or wait."""

    subscriptions: Subscriptions
    recent: RecentStates
    clock: Clock
    instruments: Instruments

    async def on_news(self, message: Message) -> None:
        NEWS[type(message)](self, message)

    async def on_frame(self, video_id: str, body: bytes) -> None:
        self.instruments.frames_received.inc()
        self.subscriptions.broadcast_frame(video_id, body)

    def on_metrics_committed(self, message: MetricsCommittedV1) -> None:
        self.subscriptions.broadcast_metrics(
            Metrics(
                video_id=message.video_id,
                run_id=message.run_id,
                batch_no=message.batch_no,
                totals=message.totals,
                coverage=message.coverage,
            )
        )

    def on_run_starting(self, message: RunStartingV1) -> None:
        self._tell(states.starting(message))

    def on_run_started(self, message: RunStartedV1) -> None:
        self._tell(states.streaming(message))

    def on_run_paused(self, message: RunPausedV1) -> None:
        """Demand stays: if anybody still wants the video, the heartbeat finds another worker."""
        self._tell(states.paused(message))

    def on_run_failed(self, message: RunFailedV1) -> None:
        """Demand ends: trying again makes no sense before a person acts."""
        self.subscriptions.answered(message.video_id, message.occurred_at)
        self._tell(states.failed(message))

    def on_video_persisted(self, message: VideoPersistedV1) -> None:
        """Demand is answered, and not before: a run lost on its way to SQL has to be made again for those who ask."""
        self.subscriptions.answered(message.video_id, message.occurred_at)
        self._tell(State(video_id=message.video_id, state="finished"))

    def on_video_deleted(self, message: VideoDeletedV1) -> None:
        self.tell_deleted(message.video_id)

    def tell_deleted(self, video_id: str) -> None:
        self._tell(State(video_id=video_id, state="deleted", reason="The video was deleted."))
        self.subscriptions.end_video(video_id)

    def _tell(self, state: State) -> None:
        self.recent.hear(state, self.clock.monotonic())
        self.subscriptions.broadcast_state(state)


NEWS: Mapping[type[Message], Callable[[Handlers, Any], None]] = {
    MetricsCommittedV1: Handlers.on_metrics_committed,
    RunStartingV1: Handlers.on_run_starting,
    RunStartedV1: Handlers.on_run_started,
    RunPausedV1: Handlers.on_run_paused,
    RunFailedV1: Handlers.on_run_failed,
    VideoPersistedV1: Handlers.on_video_persisted,
    VideoDeletedV1: Handlers.on_video_deleted,
}

SUBSCRIPTIONS: tuple[tuple[PrivateQueue, Callable[[Handlers, Any], Awaitable[None]]], ...] = (
    # One queue, so that what happened to a video is told in the order in which it happened.
    (PrivateQueue("gateway.news", tuple(NEWS)), Handlers.on_news),
)
