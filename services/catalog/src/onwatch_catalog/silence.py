"""Streaming videos whose worker is gone: a worker that was killed says no more, and the status has to follow.

Each commit of a run is heard here. A streaming video of whose run no commit was heard for `silence_s` is paused,
whoever died; should a commit be heard after all, it streams again. What was heard is kept in memory: a catalog that has
just started, or could not hear, gives every run its whole time once more.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.videos import status as statuses
from onwatch_catalog.videos.store import VideoStore
from onwatch_catalog.videos.video import StoredVideo
from onwatch_contracts.messages import Message, MetricsCommittedV1, VideoFinishedV1
from onwatch_runtime.bus import Bus, BusUnavailable
from onwatch_runtime.clock import Clock
from onwatch_runtime.process.loops import WakeUp

log = logging.getLogger(__name__)


@dataclass
class Pulse:
    """When the runs were last heard of, in seconds of one monotonic clock. Rules without I/O."""

    silence_s: float
    listening_since_s: float
    heard_at_s: dict[str, float] = field(default_factory=dict)
    """By run."""
    ended: set[str] = field(default_factory=set)
    """Runs at their end: no commit follows, and `video.persisted` will say the rest."""

    def hear(self, run_id: str, now_s: float) -> None:
        self.heard_at_s[run_id] = now_s

    def could_not_hear(self, now_s: float) -> None:
        """Silence up to now proves nothing."""
        self.listening_since_s = now_s

    def is_alive(self, run_id: str | None, now_s: float) -> bool:
        heard_at_s = self.heard_at_s.get(run_id or "")
        return heard_at_s is not None and now_s - heard_at_s < self.silence_s

    def is_silent(self, run_id: str | None, now_s: float) -> bool:
        heard_at_s = max(self.listening_since_s, self.heard_at_s.get(run_id or "", self.listening_since_s))
        return run_id not in self.ended and now_s - heard_at_s >= self.silence_s

    def forget_old(self, now_s: float) -> None:
        self.heard_at_s = {run_id: at_s for run_id, at_s in self.heard_at_s.items() if self.is_alive(run_id, now_s)}


@dataclass
class SilenceWatch:
    """Listens, and now and then looks whether the status of each video is still true."""

    store: VideoStore
    bus: Bus
    clock: Clock
    pulse: Pulse
    wake_up: WakeUp = field(default_factory=WakeUp)

    def hear_start(self, run_id: str) -> None:
        self.pulse.hear(run_id, self.clock.monotonic())

    async def on_news(self, message: Message) -> None:
        match message:
            case MetricsCommittedV1():
                self.pulse.hear(message.run_id, self.clock.monotonic())
            case VideoFinishedV1():
                self.pulse.ended.add(message.run_id)

    async def run(self) -> None:
        """Until the wake_up is closed."""
        interval_s = self.pulse.silence_s / 2
        while not self.wake_up.is_closed:
            await self.wake_up.wait(self.clock, interval_s)
            try:
                await self.look()
            except (StoreUnavailable, BusUnavailable) as error:
                self.pulse.could_not_hear(self.clock.monotonic())
                log.warning("silent runs were not looked for, next try in %g s: %s", interval_s, error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("silent runs were not looked for, next try in %g s", interval_s)

    async def look(self) -> None:
        """`BusUnavailable` when nobody could be heard, `StoreUnavailable` when nothing could be noted."""
        await self.bus.check()
        now_s = self.clock.monotonic()
        videos = await self.store.in_run()
        self.pulse.ended &= {video.run_id or "" for video in videos}
        for video in videos:
            if self._corrected(video, now_s) != video:
                corrected = await self.store.change(video.id, lambda found: self._corrected(found, now_s))
                if corrected is not None:
                    log.info("video %s is %s: %s", video.id, corrected.status, corrected.status_reason or "heard again")
        self.pulse.forget_old(now_s)

    def _corrected(self, video: StoredVideo, now_s: float) -> StoredVideo:
        if self.pulse.is_silent(video.run_id, now_s):
            return statuses.after_silence(video, self.clock.now())
        if self.pulse.is_alive(video.run_id, now_s):
            return statuses.after_silence_broken(video, self.clock.now())
        return video
