"""Who listens to which video and who wants it processed. Rules only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

TICK = timedelta(milliseconds=1)


class NotSubscribed(Exception):
    """The viewer asked for something that needs a subscription to this video."""

    def __init__(self, video_id: str) -> None:
        super().__init__(f"not subscribed to video {video_id}; subscribe to it first")


@dataclass(frozen=True)
class Wanted:
    """Viewers of this gateway want the video processed."""

    video_id: str
    viewers: int
    requested_at: datetime
    """When the newest of them pressed start: a run that finished later has answered all of them."""


@dataclass(frozen=True)
class Released:
    """They no longer do."""

    video_id: str


Signal = Wanted | Released


@dataclass
class DemandBook:
    """A viewer has at most one subscription; the demand for a video is its viewers that have pressed start.

    Starting again renews the time of the wish. Signals are made from what holds when they are taken, not from
    each step that led there: however quickly viewers come and go, the last signal of a video is the true one.
    """

    _video_of: dict[str, str] = field(default_factory=dict)
    _viewers_of: dict[str, set[str]] = field(default_factory=dict)
    _started_at: dict[str, datetime] = field(default_factory=dict)
    _answered_at: dict[str, datetime] = field(default_factory=dict)
    _due: set[str] = field(default_factory=set)
    _said_wanted: set[str] = field(default_factory=set)

    # --- viewers

    def subscribe(self, viewer: str, video_id: str) -> None:
        """Listen to a video. A subscription to another one ends first, with its wish."""
        if self._video_of.get(viewer) == video_id:
            return
        self.unsubscribe(viewer)
        self._video_of[viewer] = video_id
        self._viewers_of.setdefault(video_id, set()).add(viewer)

    def unsubscribe(self, viewer: str) -> str | None:
        """End the viewer's subscription and wish; the video it was for, if there was one."""
        video_id = self._video_of.pop(viewer, None)
        if video_id is None:
            return None
        self._withdraw(viewer, video_id)
        self._viewers_of[video_id].discard(viewer)
        if not self._viewers_of[video_id]:
            del self._viewers_of[video_id]
        return video_id

    def start(self, viewer: str, video_id: str, now: datetime) -> None:
        """The viewer wants its video processed. `NotSubscribed` when it listens to another or to none."""
        self._must_listen(viewer, video_id)
        answered_at = self._answered_at.get(video_id)
        # Clocks of machines differ: a start pressed after a run ended must not look answered by it.
        self._started_at[viewer] = max(now, answered_at + TICK) if answered_at else now
        self._due.add(video_id)

    def stop(self, viewer: str, video_id: str) -> None:
        """The viewer only listens from now on. `NotSubscribed` as for `start`."""
        self._must_listen(viewer, video_id)
        self._withdraw(viewer, video_id)

    # --- videos

    def answered(self, video_id: str, at: datetime) -> None:
        """A run ended at `at`: every wish up to then is met. A later one, or one that met this before, stays."""
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

    def listened_to(self) -> frozenset[str]:
        """Videos with at least one subscription."""
        return frozenset(self._viewers_of)

    # --- signals

    def wish(self, video_id: str) -> Wanted | None:
        """The demand for a video as it is now."""
        started = [self._started_at[viewer] for viewer in self.viewers_of(video_id) if viewer in self._started_at]
        return Wanted(video_id, len(started), max(started)) if started else None

    def beat(self, now: datetime) -> None:
        """Everything wanted is due to be said again."""
        self._due |= self._said_wanted
        # An end that this clock has passed guards nothing any more.
        self._answered_at = {video_id: at for video_id, at in self._answered_at.items() if at >= now}

    def take_signals(self) -> list[Signal]:
        """What is to be said now; it counts as said."""
        due, self._due = sorted(self._due), set()
        return [signal for video_id in due if (signal := self._signal(video_id))]

    def _signal(self, video_id: str) -> Signal | None:
        if wanted := self.wish(video_id):
            self._said_wanted.add(video_id)
            return wanted
        if video_id in self._said_wanted:
            self._said_wanted.discard(video_id)
            return Released(video_id)
        return None

    @property
    def videos_wanted(self) -> int:
        """Videos that this gateway last said are wanted."""
        return len(self._said_wanted)

    def _must_listen(self, viewer: str, video_id: str) -> None:
        if self._video_of.get(viewer) != video_id:
            raise NotSubscribed(video_id)

    def _withdraw(self, viewer: str, video_id: str) -> None:
        if self._started_at.pop(viewer, None) is not None:
            self._due.add(video_id)
