"""What in Redis and in the results belongs to nothing any more. Rules without I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from onwatch_aggregator.live.inventory import FinishingNote, LiveKey
from onwatch_aggregator.runs.live_run import LiveRun, RunState

TOMBSTONE = "deleted"


@dataclass(frozen=True)
class Inventory:
    """All that the aggregator keeps, as of about one moment."""

    stored_videos: frozenset[str]
    """Videos with runs in SQL."""
    deletions: tuple[str, ...] = ()
    """Videos whose deletion was noted long ago and not done once more."""
    keys: tuple[LiveKey, ...] = ()
    notes: tuple[FinishingNote, ...] = ()
    runs: Mapping[str, LiveRun] | None = None
    """The newest run in Redis, by video; None: Redis was not looked at."""

    def leased(self, now: datetime) -> frozenset[str] | None:
        """Videos whose run is a worker's, or on its way to SQL; None if that is not known."""
        if self.runs is None:
            return None
        return frozenset(video_id for video_id, run in self.runs.items() if _is_in_hand(run, now))


def _is_in_hand(run: LiveRun, now: datetime) -> bool:
    return run.state is RunState.FINAL or (run.state is RunState.ACTIVE and run.lease_until > now)


def keys_without_video(keys: Collection[LiveKey], videos: Collection[str]) -> Mapping[str, tuple[LiveKey, ...]]:
    """Keys of videos that are not there, by video. A tombstone is as it should be."""
    orphans: dict[str, tuple[LiveKey, ...]] = {}
    for key in keys:
        if key.video_id is not None and key.video_id not in videos and key.what != TOMBSTONE:
            orphans[key.video_id] = (*orphans.get(key.video_id, ()), key)
    return orphans


def tombstones_of_living(keys: Collection[LiveKey], videos: Collection[str]) -> Iterator[LiveKey]:
    """Tombstones of videos that are there: nobody can work on them."""
    return (key for key in keys if key.what == TOMBSTONE and key.video_id in videos)


def without_end(keys: Collection[LiveKey]) -> Iterator[LiveKey]:
    """Nothing in Redis is to live for ever."""
    return (key for key in keys if not key.expires)


def abandoned(runs: Mapping[str, LiveRun], now: datetime, min_age_s: float) -> Iterator[tuple[LiveRun, float]]:
    """Runs whose worker never let them go, and seconds since their lease was over."""
    for run in runs.values():
        over_s = (now - run.lease_until).total_seconds()
        if run.state is RunState.ACTIVE and run.lease_until.timestamp() > 0 and over_s >= min_age_s:
            yield run, over_s


def overdue(
    notes: Collection[FinishingNote], runs: Mapping[str, LiveRun], now: datetime, min_age_s: float
) -> Iterator[tuple[str, str, float]]:
    """Runs that are final and not known to be in SQL: (video, run, seconds since they became final)."""
    since = {(note.video_id, note.run_id): note.since for note in notes}
    for video_id, run in runs.items():
        if run.state is RunState.FINAL and run.record.finished_at is not None:
            since.setdefault((video_id, run.record.run_id), run.record.finished_at)
    for (video_id, run_id), final_at in since.items():
        if (age_s := (now - final_at).total_seconds()) >= min_age_s:
            yield video_id, run_id, age_s
