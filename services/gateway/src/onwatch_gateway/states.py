"""What viewers are told about a video: from messages, from the catalog, and for how long it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from onwatch_contracts.channel import State
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import RunFailedV1, RunPausedV1, RunStartedV1, RunStartingV1
from onwatch_gateway.videos import CatalogVideo

StateName = Literal["starting", "streaming", "paused", "finished", "failed", "deleted"]

STARTING_REASONS: Mapping[str, str] = {
    "claiming": "A detector is taking the video.",
    "loading": "The detector is loading its model.",
    "seeking": "The detector is going to where the run stopped.",
}
PAUSED_REASONS: Mapping[str, str] = {
    "no_demand": "Paused: nobody was watching. It goes on from here.",
    "shutdown": "The detector is shutting down. The run goes on from here with another one.",
    "abandoned": "The detector lost the run. It goes on from the last commit.",
}
STATES_IN_CATALOG: Mapping[VideoStatus, StateName] = {
    VideoStatus.STREAMING: "streaming",
    VideoStatus.PAUSED: "paused",
    VideoStatus.FINISHED: "finished",
    VideoStatus.FAILED: "failed",
}
FRESH_S = 5.0  # by then the catalog has heard it too


def starting(message: RunStartingV1) -> State:
    return State(video_id=message.video_id, state="starting", reason=STARTING_REASONS[message.phase])


def streaming(message: RunStartedV1) -> State:
    return State(video_id=message.video_id, state="streaming")


def paused(message: RunPausedV1) -> State:
    return State(video_id=message.video_id, state="paused", reason=PAUSED_REASONS[message.reason])


def failed(message: RunFailedV1) -> State:
    return State(video_id=message.video_id, state="failed", reason=message.reason)


def of_catalog(video_id: str, video: CatalogVideo) -> State | None:
    """None: the video was never started, there is nothing to tell."""
    state = STATES_IN_CATALOG.get(video.status)
    return State(video_id=video_id, state=state, reason=video.status_reason) if state else None


class RecentStates:
    """What was heard in the last few seconds. It is newer than what the catalog may answer.

    Older news is forgotten: the catalog has it, and a worker that died says nothing more.
    """

    def __init__(self) -> None:
        self._heard: dict[str, tuple[State, float]] = {}

    def hear(self, state: State, now_s: float) -> None:
        self._heard.pop(state.video_id, None)
        self._heard[state.video_id] = (state, now_s)
        self._forget(now_s)

    def of(self, video_id: str, now_s: float) -> State | None:
        self._forget(now_s)
        heard = self._heard.get(video_id)
        return heard[0] if heard else None

    def _forget(self, now_s: float) -> None:
        """Oldest first, so the first fresh one ends it."""
        for video_id, (_, heard_at_s) in list(self._heard.items()):
            if now_s - heard_at_s < FRESH_S:
                return
            del self._heard[video_id]
