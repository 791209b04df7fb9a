"""Which viewers are subscribed to which video, and which of them demand that it is processed. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

TICK = timedelta(milliseconds=1)


class NotSubscribed(Exception):
    """The viewer requested something that needs a subscription to this video."""

    def __init__(self, video_id: str) -> None:
        super().__init__(f"not subscribed to video {video_id}; subscribe to it first")


@dataclass(frozen=True)
class Wanted:
    """Viewers of this gateway demand the video."""

    video_id: str
    viewers: int
    requested_at: datetime
    """When the newest of them pressed start: a run that finished later has answered all of them."""
    traceparent: str | None = field(default=None, compare=False)
    """The trace that the newest start began."""
    is_repeat: bool = field(default=False, compare=False)
    """Nobody has pressed start since the last signal."""


@dataclass(frozen=True)
class Released:
    """No viewer of this gateway demands the video any more."""

    video_id: str


Signal = Wanted | Released


@dataclass
class DemandLedger:
    """A viewer has at most one subscription; the demand for a video is its viewers that have pressed start.

    Starting again renews the time of the request. Signals are derived from the state when they are taken, not from
    each step that led there: however quickly viewers come and go, the last signal of a video is the true one.
    """

    _video_of: dict[str, str] = field(default_factory=dict)
    _viewers_of: dict[str, set[str]] = field(default_factory=dict)
    _started_at: dict[str, datetime] = field(default_factory=dict)
    _answered_at: dict[str, datetime] = field(default_factory=dict)
    _due: set[str] = field(default_factory=set)
    _published_wanted: set[str] = field(default_factory=set)
    _traces: dict[str, tuple[str | None, bool]] = field(default_factory=dict)  # and whether they were published

    # --- viewers

    def subscribe(self, viewer: str, video_id: str) -> None:
        """Subscribe to a video. A subscription to another one ends first, with its demand."""
        if self._video_of.get(viewer) == video_id:
            return
        self.unsubscribe(viewer)
        self._video_of[viewer] = video_id
        self._viewers_of.setdefault(video_id, set()).add(viewer)

    def unsubscribe(self, viewer: str) -> str | None:
        """End the viewer's subscription and demand. Returns the video it was for, if there was one."""
        video_id = self._video_of.pop(viewer, None)
        if video_id is None:
            return None
        self._withdraw(viewer, video_id)
        self._viewers_of[video_id].discard(viewer)
        if not self._viewers_of[video_id]:
            del self._viewers_of[video_id]
        return video_id

    def start(self, viewer: str, video_id: str, now: datetime, traceparent: str | None = None) -> None:
        """The viewer demands its video. Raises `NotSubscribed` when it is subscribed to another video or to none."""
        self._require_subscription(viewer, video_id)
        answered_at = self._answered_at.get(video_id)
        # Clocks of machines differ: a start pressed after a run ended must not look answered by it.
        self._started_at[viewer] = max(now, answered_at + TICK) if answered_at else now
        self._due.add(video_id)
        self._traces[video_id] = traceparent, False

    def stop(self, viewer: str, video_id: str) -> None:
        """End the viewer's demand, not its subscription. Raises `NotSubscribed` like `start`."""
        self._require_subscription(viewer, video_id)
        self._withdraw(viewer, video_id)

    @property
    def subscriptions(self) -> int:
        """How many viewers are subscribed to a video."""
        return len(self._video_of)

    # --- videos

    def answered(self, video_id: str, at: datetime) -> None:
        """A run ended at `at`, which answers every start up to then. Later starts stay, and so does a repeat's."""
        self._answered_at[video_id] = max(at, self._answered_at.get(video_id, at))
        for viewer in self.viewers_of(video_id):
            if (started_at := self._started_at.get(viewer)) and started_at <= at:
                self._withdraw(viewer, video_id)

    def viewers_of(self, video_id: str) -> frozenset[str]:
        return frozenset(self._viewers_of.get(video_id, ()))

    def active_subscribers(self, video_id: str) -> int:
        return len(self._viewers_of.get(video_id, ()))

    def video_of(self, viewer: str) -> str | None:
        return self._video_of.get(viewer)

    def subscribed_videos(self) -> frozenset[str]:
        """Videos with at least one subscription."""
        return frozenset(self._viewers_of)

    # --- signals

    def demand_for(self, video_id: str) -> Wanted | None:
        """The current demand for a video."""
        started = [self._started_at[viewer] for viewer in self.viewers_of(video_id) if viewer in self._started_at]
        return Wanted(video_id, len(started), max(started)) if started else None

    def heartbeat(self, now: datetime) -> None:
        """Make all published demand due again."""
        self._due |= self._published_wanted
        # The end of a run that this clock has passed cannot be later than a new start.
        self._answered_at = {video_id: at for video_id, at in self._answered_at.items() if at >= now}

    def take_signals(self) -> list[Signal]:
        """Return what is due; it counts as published."""
        due, self._due = sorted(self._due), set()
        return [signal for video_id in due if (signal := self._signal(video_id))]

    def _signal(self, video_id: str) -> Signal | None:
        traceparent, is_repeat = self._traces.pop(video_id, (None, True))
        if wanted := self.demand_for(video_id):
            self._published_wanted.add(video_id)
            self._traces[video_id] = traceparent, True
            return replace(wanted, traceparent=traceparent, is_repeat=is_repeat)
        if video_id in self._published_wanted:
            self._published_wanted.discard(video_id)
            return Released(video_id)
        return None

    @property
    def videos_wanted(self) -> int:
        """Number of videos whose last published signal is `Wanted`."""
        return len(self._published_wanted)

    def _require_subscription(self, viewer: str, video_id: str) -> None:
        if self._video_of.get(viewer) != video_id:
            raise NotSubscribed(video_id)

    def _withdraw(self, viewer: str, video_id: str) -> None:
        if self._started_at.pop(viewer, None) is not None:
            self._due.add(video_id)
