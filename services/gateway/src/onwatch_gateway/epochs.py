"""Orders the events of a video's runs by epoch. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Epoch:
    run_id: str
    number: int
    has_ended: bool


@dataclass
class RunEpochs:
    """The newest epoch of each video.

    Events of a run come from several processes, so the end of an old epoch may arrive after the start of a new one.
    The epochs of a video only grow, over all its runs, and one that has ended is fenced: a worker that comes back
    claims a new one. An entry stays until its video is deleted, because a message may be late by any time.
    """

    _newest: dict[str, Epoch] = field(default_factory=dict)

    def advance(self, video_id: str, run_id: str, epoch: int) -> bool:
        """Record an event of a running epoch. Returns False when the event is stale."""
        return self._record(video_id, Epoch(run_id, epoch, has_ended=False))

    def end(self, video_id: str, run_id: str, epoch: int) -> bool:
        """Record the end of an epoch. Returns False when the event is stale: the first end of an epoch stands."""
        return self._record(video_id, Epoch(run_id, epoch, has_ended=True))

    def end_run(self, video_id: str, run_id: str | None) -> None:
        """Record an end that names no epoch. Without a run either, it ends the newest epoch of the video."""
        newest = self._newest.get(video_id)
        if newest is not None and run_id in (None, newest.run_id):
            self._newest[video_id] = replace(newest, has_ended=True)

    def forget(self, video_id: str) -> None:
        self._newest.pop(video_id, None)

    def _record(self, video_id: str, epoch: Epoch) -> bool:
        newest = self._newest.get(video_id)
        if newest is not None and (epoch.number, True) <= (newest.number, newest.has_ended):
            return False
        self._newest[video_id] = epoch
        return True
