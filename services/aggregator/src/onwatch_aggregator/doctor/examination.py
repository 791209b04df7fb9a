"""Examines Redis and the results for `onwatch doctor`, and repairs what the running service does not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import DatabaseError

from onwatch_aggregator.doctor.orphans import (
    Inventory,
    abandoned_runs,
    keys_without_expiry,
    keys_without_video,
    overdue_runs,
    tombstones_of_existing_videos,
)
from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.live import LiveRun, RedisInventory, RedisLiveStore, connect_redis
from onwatch_aggregator.results import SqlResultsStore, make_engine
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_runtime.clock import Clock
from onwatch_runtime.observe import ExaminationFailed, Finding, age_text, expect_sqlite_file


@dataclass(frozen=True)
class ServerRedis:
    """A Redis that outlives the aggregator's process."""

    live: RedisLiveStore
    inventory: RedisInventory
    idle_ttl_s: float


@dataclass(frozen=True)
class AggregatorDoctor:
    """Works with and without running aggregators."""

    results: SqlResultsStore
    redis: ServerRedis | None
    clock: Clock

    async def take_inventory(self, min_age_s: float) -> Inventory:
        """Read everything; before the catalog lists its videos, because a video is older than all data about it.

        Raises `ExaminationFailed` when Redis or the database is unavailable.
        """
        with _reached("the aggregator's database"):
            stored = await self.results.video_ids()
            deletions = tuple(await self.results.deletions_before(self.clock.now() - timedelta(seconds=min_age_s)))
        if self.redis is None:
            return Inventory(stored, deletions)
        with _reached("Redis"):
            keys = tuple(await self.redis.inventory.keys())
            finishing = tuple(await self.redis.inventory.finishing())
            runs = {key.video_id: await self.redis.live.run(key.video_id) for key in keys if key.video_id is not None}
        existing: dict[str, LiveRun] = {video_id: run for video_id, run in runs.items() if run is not None}
        return Inventory(stored, deletions, keys, finishing, existing)

    def findings(self, inventory: Inventory, videos: Collection[str], min_age_s: float) -> Sequence[Finding]:
        """The inconsistencies of an inventory, given the videos in the catalog."""
        found = [self._results_without_video(video_id) for video_id in sorted(inventory.stored_videos - set(videos))]
        found += [_unfinished_deletion(video_id) for video_id in inventory.deletions]
        if self.redis is not None and inventory.runs is not None:
            found += _key_findings(self.redis, inventory, videos)
            found += self._run_findings(inventory, inventory.runs, videos, min_age_s)
        return found

    def _results_without_video(self, video_id: str) -> Finding:
        repair = partial(self.results.delete_video, video_id)
        detail = "runs and vehicles of a video that is not in the catalog"
        return Finding("results", "results_without_video", video_id, detail, "remove these rows", repair)

    def _run_findings(
        self, inventory: Inventory, runs: Mapping[str, LiveRun], videos: Collection[str], min_age_s: float
    ) -> Iterator[Finding]:
        now = self.clock.now()
        for run, over_s in abandoned_runs(runs, now, min_age_s):
            video_id = run.record.video_id
            if video_id in videos:
                detail = (
                    f"run {run.record.run_id} was not released, and its lease ended {age_text(over_s)} ago; "
                    "a running aggregator ends it within seconds"
                )
                yield Finding("redis", "lease_over", video_id, detail)
        for video_id, run_id, age_s in overdue_runs(inventory.finishing, runs, now, min_age_s):
            detail = (
                f"run {run_id} has been final for {age_text(age_s)} and is not known to be in SQL; "
                "a running aggregator tries again every half minute (finish_retry_s)"
            )
            yield Finding("redis", "run_not_in_sql", video_id, detail)


def _unfinished_deletion(video_id: str) -> Finding:
    detail = (
        "its deletion was recorded and not repeated since; "
        "a running aggregator repeats it within half a minute (finish_retry_s)"
    )
    return Finding("results", "deletion_half_done", video_id, detail)


def _key_findings(redis: ServerRedis, inventory: Inventory, videos: Collection[str]) -> Iterator[Finding]:
    orphans = keys_without_video(inventory.keys, videos)
    for video_id, keys in orphans.items():
        detail = f"of no video in the catalog: {', '.join(key.what for key in keys)}"
        repair = partial(redis.live.delete, video_id)
        yield Finding("redis", "keys_without_video", video_id, detail, "remove these keys", repair)
    for key in tombstones_of_existing_videos(inventory.keys, videos):
        detail = "the video exists, and its claims are refused as deleted"
        repair = partial(redis.inventory.remove, key.name)
        yield Finding("redis", "tombstone_of_living", str(key.video_id), detail, "remove the tombstone", repair)
    for key in keys_without_expiry(inventory.keys):
        if key.video_id not in orphans:
            repair = partial(redis.inventory.let_expire, key.name, redis.idle_ttl_s)
            remedy = f"let it expire in {age_text(redis.idle_ttl_s)}"
            yield Finding("redis", "key_without_end", key.name, "never expires", remedy, repair)


@asynccontextmanager
async def doctor(
    settings: AggregatorSettings, *, clock: Clock, redis: Redis | None = None
) -> AsyncIterator[AggregatorDoctor]:
    """For the aggregator with these settings; without `redis` where that is in the memory of another process."""
    expect_sqlite_file("the aggregator's database", settings.database)
    async with AsyncExitStack() as stack:
        engine = make_engine(settings)
        stack.push_async_callback(engine.dispose)
        server = None
        if redis is not None:
            live = RedisLiveStore(redis, settings.lifetimes)
            server = ServerRedis(live, RedisInventory(redis), settings.idle_ttl_s)
        yield AggregatorDoctor(SqlResultsStore(engine), server, clock)


@asynccontextmanager
async def connected_redis(settings: AggregatorSettings) -> AsyncIterator[Redis]:
    """A client for the Redis of the settings, closed on exit."""
    client = connect_redis(settings)
    try:
        yield client
    finally:
        await client.aclose()


@contextmanager
def _reached(what: str) -> Iterator[None]:
    """Raise `ExaminationFailed` for a store that is unavailable, refuses access, or lacks the current tables."""
    try:
        yield
    except (StoreUnavailable, DatabaseError, RedisError) as error:
        raise ExaminationFailed(what, error) from error
