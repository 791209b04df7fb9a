"""The state of a video as viewers see it: from messages, from the catalog, and from the last few seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from onwatch_contracts.channel import State
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import RunFailedV1, RunLostV1, RunPausedV1, RunStartedV1, RunStartingV1
from onwatch_gateway.catalog_client import CatalogVideo

StateName = Literal["starting", "streaming", "paused", "finished", "failed", "deleted"]

STARTING_REASONS: Mapping[str, str] = {
    "claiming": "A detector is claiming the video.",
    "loading": "The detector is loading its model.",
    "seeking": "The detector is seeking to the last position of the run.",
}
PAUSED_REASONS: Mapping[str, str] = {
    "no_demand": "Paused: nobody is watching. The run resumes from this position.",
    "shutdown": "The detector is shutting down. The run resumes from this position with another one.",
    "abandoned": "The detector lost the run. The run resumes from the last commit.",
}
LOST_REASON = "The detector was lost. The run resumes from the last commit."
STATES_IN_CATALOG: Mapping[VideoStatus, StateName] = {
    VideoStatus.STREAMING: "streaming",
    VideoStatus.PAUSED: "paused",
    VideoStatus.FINISHED: "finished",
    VideoStatus.FAILED: "failed",
}
FRESH_S = 5.0  # by then the catalog has the state, too


def starting(message: RunStartingV1) -> State:
    return State(video_id=message.video_id, state="starting", reason=STARTING_REASONS[message.phase])


def streaming(message: RunStartedV1) -> State:
    return State(video_id=message.video_id, state="streaming")


def paused(message: RunPausedV1) -> State:
    return State(video_id=message.video_id, state="paused", reason=PAUSED_REASONS[message.reason])


def lost(message: RunLostV1) -> State:
    return State(video_id=message.video_id, state="paused", reason=LOST_REASON)


def failed(message: RunFailedV1) -> State:
    return State(video_id=message.video_id, state="failed", reason=message.reason)


def from_catalog(video_id: str, video: CatalogVideo) -> State | None:
    """None for a video that was never started: the channel has no state for it."""
    state = STATES_IN_CATALOG.get(video.status)
    return State(video_id=video_id, state=state, reason=video.status_reason) if state else None


class RecentStates:
    """The states of the last few seconds, which are newer than what the catalog may answer.

    Older ones are dropped: the catalog has them, and a dead worker publishes no correction.
    """

    def __init__(self) -> None:
        self._recorded: dict[str, tuple[State, float]] = {}

    def record(self, state: State, now_s: float) -> None:
        self._recorded.pop(state.video_id, None)
        self._recorded[state.video_id] = (state, now_s)
        self._drop_old(now_s)

    def get(self, video_id: str, now_s: float) -> State | None:
        self._drop_old(now_s)
        recorded = self._recorded.get(video_id)
        return recorded[0] if recorded else None

    def _drop_old(self, now_s: float) -> None:
        """Entries are in order of time, so the first fresh one ends the search."""
        for video_id, (_, recorded_at_s) in list(self._recorded.items()):
            if now_s - recorded_at_s < FRESH_S:
                return
            del self._recorded[video_id]
