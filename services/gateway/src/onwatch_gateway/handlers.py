"""Handles the messages of the bus; `SUBSCRIPTIONS` at the foot lists all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from onwatch_contracts.channel import Alerted, Counts, Metrics, Recount, State
from onwatch_contracts.messages import (
    AlertChangedV1,
    CountsCommittedV1,
    Message,
    MetricsCommittedV1,
    RecountFinishedV1,
    RecountRequestedV1,
    RunFailedV1,
    RunLostV1,
    RunPausedV1,
    RunStartedV1,
    RunStartingV1,
    VideoDeletedV1,
    VideoPersistedV1,
)
from onwatch_gateway import states
from onwatch_gateway.epochs import RunEpochs
from onwatch_gateway.frames import FramesPublisher
from onwatch_gateway.instruments import Instruments
from onwatch_gateway.states import RecentStates
from onwatch_gateway.subscriptions import Subscriptions
from onwatch_runtime.bus import PrivateQueue, Subscription
from onwatch_runtime.clock import Clock


@dataclass(frozen=True)
class Handlers:
    """Forwards events to viewers, and ends demand that is answered. No handler fails or awaits anything."""

    subscriptions: Subscriptions
    recent: RecentStates
    epochs: RunEpochs
    clock: Clock
    instruments: Instruments
    frames: FramesPublisher

    async def on_event(self, message: Message) -> None:
        EVENTS[type(message)](self, message)

    async def on_frame(self, key: str, body: bytes) -> None:
        self.instruments.frames_received.inc()
        self.subscriptions.broadcast_frame(key, body)

    def on_metrics_committed(self, message: MetricsCommittedV1) -> None:
        self.epochs.advance(message.video_id, message.run_id, message.epoch)
        self.subscriptions.broadcast_newest(
            Metrics(
                video_id=message.video_id,
                run_id=message.run_id,
                batch_no=message.batch_no,
                totals=message.totals,
                coverage=message.coverage,
            )
        )

    def on_counts_committed(self, message: CountsCommittedV1) -> None:
        self.subscriptions.broadcast_newest(
            Counts(video_id=message.video_id, run_id=message.run_id, batch_no=message.batch_no, counts=message.counts)
        )

    def on_recount_requested(self, message: RecountRequestedV1) -> None:
        self._forward_recount(message, "requested")

    def on_recount_finished(self, message: RecountFinishedV1) -> None:
        self._forward_recount(message, "finished")

    def on_alert_changed(self, message: AlertChangedV1) -> None:
        self.subscriptions.broadcast(
            Alerted(
                video_id=message.video_id,
                alert_id=message.alert_id,
                change=message.change,
                rule_name=message.rule_name,
                place_name=message.place_name,
                raised_at_s=message.raised_at_s,
            )
        )

    def on_run_starting(self, message: RunStartingV1) -> None:
        self.frames.repeat(message.video_id)
        self._notify(states.starting(message))

    def on_run_started(self, message: RunStartedV1) -> None:
        if self.epochs.advance(message.video_id, message.run_id, message.epoch):
            self._notify(states.streaming(message))

    def on_run_paused(self, message: RunPausedV1) -> None:
        """Demand stays: if there is any left, the heartbeat finds another worker."""
        if self.epochs.end(message.video_id, message.run_id, message.epoch):
            self._notify(states.paused(message))

    def on_run_lost(self, message: RunLostV1) -> None:
        """Demand stays, as after a pause."""
        if self.epochs.end(message.video_id, message.run_id, message.epoch):
            self._notify(states.lost(message))

    def on_run_failed(self, message: RunFailedV1) -> None:
        """Demand ends: a retry fails again until a person acts."""
        self.epochs.end_run(message.video_id, message.run_id)
        self.subscriptions.answered(message.video_id, message.occurred_at)
        self._notify(states.failed(message))

    def on_video_persisted(self, message: VideoPersistedV1) -> None:
        """Demand ends only now: a run that is lost on its way to SQL has to be repeated for its viewers."""
        self.epochs.end_run(message.video_id, message.run_id)
        self.subscriptions.answered(message.video_id, message.occurred_at)
        self._notify(State(video_id=message.video_id, state="finished"))

    def on_video_deleted(self, message: VideoDeletedV1) -> None:
        self.notify_deleted(message.video_id)

    def notify_deleted(self, video_id: str) -> None:
        self.epochs.forget(video_id)
        self._notify(State(video_id=video_id, state="deleted", reason="The video was deleted."))
        self.subscriptions.end_video(video_id)

    def _forward_recount(
        self, message: RecountRequestedV1 | RecountFinishedV1, state: Literal["requested", "finished"]
    ) -> None:
        self.subscriptions.broadcast(
            Recount(video_id=message.video_id, run_id=message.run_id, revision=message.revision, state=state)
        )

    def _notify(self, state: State) -> None:
        self.recent.record(state, self.clock.monotonic())
        self.subscriptions.broadcast(state)


EVENTS: Mapping[type[Message], Callable[[Handlers, Any], None]] = {
    AlertChangedV1: Handlers.on_alert_changed,
    CountsCommittedV1: Handlers.on_counts_committed,
    MetricsCommittedV1: Handlers.on_metrics_committed,
    RecountRequestedV1: Handlers.on_recount_requested,
    RecountFinishedV1: Handlers.on_recount_finished,
    RunStartingV1: Handlers.on_run_starting,
    RunStartedV1: Handlers.on_run_started,
    RunPausedV1: Handlers.on_run_paused,
    RunLostV1: Handlers.on_run_lost,
    RunFailedV1: Handlers.on_run_failed,
    VideoPersistedV1: Handlers.on_video_persisted,
    VideoDeletedV1: Handlers.on_video_deleted,
}

NUMBERS = frozenset({MetricsCommittedV1, CountsCommittedV1})
"""Committed about four times a second for each video that runs, and of no use without a viewer of that video."""

SUBSCRIPTIONS: tuple[Subscription[Handlers], ...] = (
    # One queue, so that the events of a video are forwarded in the order in which they were published.
    Subscription(
        PrivateQueue(
            "gateway.events",
            tuple(EVENTS),
            per_video=True,
            of_all_videos=tuple(each for each in EVENTS if each not in NUMBERS),
        ),
        Handlers.on_event,
    ),
)
