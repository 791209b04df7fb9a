"""Finds data in Redis and SQL that belongs to no video, or that a crash left behind. Without I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from onwatch_aggregator.live import EPOCH, FinishingEntry, LiveKey, LiveRun, RunState

TOMBSTONE = "deleted"


@dataclass(frozen=True)
class Inventory:
    """Everything that the aggregator stores, read at about the same time."""

    stored_videos: frozenset[str]
    """Videos with runs in SQL."""
    deletions: tuple[str, ...] = ()
    """Videos whose deletion was recorded long ago and not repeated since."""
    keys: tuple[LiveKey, ...] = ()
    finishing: tuple[FinishingEntry, ...] = ()
    runs: Mapping[str, LiveRun] | None = None
    """The newest run in Redis, by video; None: Redis was not read."""

    def leased(self, now: datetime) -> frozenset[str] | None:
        """Videos whose run is held by a worker or on its way to SQL; None if that is not known."""
        if self.runs is None:
            return None
        return frozenset(video_id for video_id, run in self.runs.items() if _is_in_progress(run, now))


def _is_in_progress(run: LiveRun, now: datetime) -> bool:
    return run.state is RunState.FINAL or (run.state is RunState.ACTIVE and run.lease_until > now)


def keys_without_video(keys: Collection[LiveKey], videos: Collection[str]) -> Mapping[str, tuple[LiveKey, ...]]:
    """Keys of videos that do not exist, by video, except tombstones."""
    orphans: dict[str, tuple[LiveKey, ...]] = {}
    for key in keys:
        if key.video_id is not None and key.video_id not in videos and key.what != TOMBSTONE:
            orphans[key.video_id] = (*orphans.get(key.video_id, ()), key)
    return orphans


def tombstones_of_existing_videos(keys: Collection[LiveKey], videos: Collection[str]) -> Iterator[LiveKey]:
    """Tombstones of videos that exist: every claim of them is refused."""
    return (key for key in keys if key.what == TOMBSTONE and key.video_id in videos)


def keys_without_expiry(keys: Collection[LiveKey]) -> Iterator[LiveKey]:
    """Every key in Redis should expire."""
    return (key for key in keys if not key.expires)


def abandoned_runs(runs: Mapping[str, LiveRun], now: datetime, min_age_s: float) -> Iterator[tuple[LiveRun, float]]:
    """Runs that their worker never released, and the seconds since their lease ended."""
    for run in runs.values():
        over_s = (now - run.lease_until).total_seconds()
        if run.state is RunState.ACTIVE and run.lease_until > EPOCH and over_s >= min_age_s:
            yield run, over_s


def overdue_runs(
    finishing: Collection[FinishingEntry], runs: Mapping[str, LiveRun], now: datetime, min_age_s: float
) -> Iterator[tuple[str, str, float]]:
    """Final runs that are not known to be in SQL: (video, run, seconds since they became final)."""
    since = {(entry.video_id, entry.run_id): entry.since for entry in finishing}
    for video_id, run in runs.items():
        if run.state is RunState.FINAL and run.record.finished_at is not None:
            since.setdefault((video_id, run.record.run_id), run.record.finished_at)
    for (video_id, run_id), final_at in since.items():
        if (age_s := (now - final_at).total_seconds()) >= min_age_s:
            yield video_id, run_id, age_s
