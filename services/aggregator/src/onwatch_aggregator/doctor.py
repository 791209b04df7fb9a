"""A look at all that the aggregator keeps, and the way to repair what belongs to nothing any more."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import DatabaseError

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live.inventory import RedisInventory
from onwatch_aggregator.live.redis_client import connect_redis
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.results.database import make_engine
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.runs import orphans as leftovers
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_aggregator.runs.live_run import LiveRun
from onwatch_aggregator.runs.orphans import Inventory
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_runtime.bus import Bus, Publisher
from onwatch_runtime.clock import Clock
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.observe.findings import CouldNotLook, Finding, age, expect_file


@dataclass(frozen=True)
class RedisSide:
    """What is looked at where there is a Redis that outlives its process."""

    live: RedisLiveStore
    inventory: RedisInventory
    finishing: Finishing
    idle_ttl_s: float


@dataclass(frozen=True)
class AggregatorDoctor:
    """Looks and repairs beside running aggregators, or without any."""

    results: SqlResultsStore
    redis: RedisSide | None
    clock: Clock

    async def look(self, min_age_s: float) -> Inventory:
        """Taken before the catalog says which videos there are: a video is always older than what is kept of it.

        `CouldNotLook` when Redis or the database is not reached.
        """
        with _reached("the aggregator's database"):
            stored = await self.results.video_ids()
            deletions = tuple(await self.results.deletions_before(self.clock.now() - timedelta(seconds=min_age_s)))
        if self.redis is None:
            return Inventory(stored, deletions)
        with _reached("Redis"):
            keys = tuple(await self.redis.inventory.keys())
            notes = tuple(await self.redis.inventory.notes())
            runs = {key.video_id: await self.redis.live.run(key.video_id) for key in keys if key.video_id is not None}
        there: dict[str, LiveRun] = {video_id: run for video_id, run in runs.items() if run is not None}
        return Inventory(stored, deletions, keys, notes, there)

    def findings(self, seen: Inventory, videos: Collection[str], min_age_s: float) -> Sequence[Finding]:
        """What is wrong with what was seen, given the videos that there are."""
        found = [self._results_without_video(video_id) for video_id in sorted(seen.stored_videos - set(videos))]
        found += [self._deletion(video_id) for video_id in seen.deletions]
        if self.redis is not None and seen.runs is not None:
            found += self._keys(self.redis, seen, videos)
            found += self._runs(self.redis, seen, seen.runs, videos, min_age_s)
        return found

    def _results_without_video(self, video_id: str) -> Finding:
        repair = partial(self.results.delete_video, video_id)
        detail = "runs and vehicles of a video that is not in the catalog"
        return Finding("results", "results_without_video", video_id, detail, "remove these rows", repair)

    def _deletion(self, video_id: str) -> Finding:
        detail = "its deletion was noted, and not done once more since"
        repair = partial(self._finish_deletion, video_id)
        return Finding("results", "deletion_half_done", video_id, detail, "finish it", repair)

    async def _finish_deletion(self, video_id: str) -> None:
        if self.redis is not None:
            await self.redis.live.delete(video_id)
        await self.results.delete_video(video_id)
        await self.results.forget_deletion(video_id)

    def _keys(self, redis: RedisSide, seen: Inventory, videos: Collection[str]) -> Iterator[Finding]:
        orphans = leftovers.keys_without_video(seen.keys, videos)
        for video_id, keys in orphans.items():
            detail = f"of no video in the catalog: {', '.join(key.what for key in keys)}"
            repair = partial(redis.live.delete, video_id)
            yield Finding("redis", "keys_without_video", video_id, detail, "remove these keys", repair)
        for key in leftovers.tombstones_of_living(seen.keys, videos):
            detail = "the video is there, and refused as deleted"
            repair = partial(redis.inventory.remove, key.name)
            yield Finding("redis", "tombstone_of_living", str(key.video_id), detail, "remove the tombstone", repair)
        for key in leftovers.without_end(seen.keys):
            if key.video_id not in orphans:
                repair = partial(redis.inventory.let_expire, key.name, redis.idle_ttl_s)
                remedy = f"let it expire in {age(redis.idle_ttl_s)}"
                yield Finding("redis", "key_without_end", key.name, "would stay for ever", remedy, repair)

    def _runs(
        self, redis: RedisSide, seen: Inventory, runs: Mapping[str, LiveRun], videos: Collection[str], min_age_s: float
    ) -> Iterator[Finding]:
        now = self.clock.now()
        for run, over_s in leftovers.abandoned(runs, now, min_age_s):
            video_id = run.record.video_id
            if video_id in videos:
                detail = f"run {run.record.run_id} was not let go; its lease is over for {age(over_s)}"
                repair = partial(redis.inventory.end_lease, video_id, run.epoch)
                yield Finding("redis", "lease_over", video_id, detail, "end it; the run goes on when wanted", repair)
        for video_id, run_id, age_s in leftovers.overdue(seen.notes, runs, now, min_age_s):
            detail = f"run {run_id} is at its end for {age(age_s)} and not known to be in SQL"
            repair = partial(redis.finishing.finish, video_id, run_id)
            yield Finding("redis", "run_not_in_sql", video_id, detail, "move it to SQL, if it is still there", repair)


@asynccontextmanager
async def doctor(
    settings: AggregatorSettings, *, bus: Bus, clock: Clock, redis: Redis | None = None, new_id: NewId = new_id
) -> AsyncIterator[AggregatorDoctor]:
    """For the aggregator with these settings; without Redis where that is in another process's memory."""
    expect_file("the aggregator's database", settings.database)
    async with AsyncExitStack() as stack:
        engine = make_engine(settings)
        stack.push_async_callback(engine.dispose)
        results = SqlResultsStore(engine)
        side = None
        if redis is not None:
            live = RedisLiveStore(redis, settings.lifetimes)
            finishing = Finishing(live, results, Publisher(bus, clock, new_id), Instruments(CollectorRegistry()))
            side = RedisSide(live, RedisInventory(redis), finishing, settings.idle_ttl_s)
        yield AggregatorDoctor(results, side, clock)


@asynccontextmanager
async def redis_of(settings: AggregatorSettings) -> AsyncIterator[Redis]:
    """A client for the Redis that the settings name."""
    client = connect_redis(settings)
    try:
        yield client
    finally:
        await client.aclose()


@contextmanager
def _reached(what: str) -> Iterator[None]:
    """`CouldNotLook` for a store that is away, refuses us, or has not the tables of this version."""
    try:
        yield
    except (StoreUnavailable, DatabaseError, RedisError) as error:
        raise CouldNotLook(what, error) from error
