"""The live store on Redis: one Lua script for each decision, so that it is atomic.

Every command may be sent twice, so the client may retry one whose answer was lost: the stored state is then the same,
though the second answer may differ (a claim is refused because of the lease that the first one got).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime
from itertools import chain
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from onwatch_aggregator.counting import vehicle, vehicles, visit_key, visit_order
from onwatch_aggregator.live.keys import FINISHING, LEASES, VideoKeys
from onwatch_aggregator.live.live_run import LiveRun, RunState
from onwatch_aggregator.live.redis_client import reached
from onwatch_aggregator.live.redis_script import RedisScript
from onwatch_aggregator.live.redis_values import (
    NEVER,
    claim_answer,
    commit_answer,
    duration_ms,
    duration_us,
    dwell_of,
    event_args,
    finishing_member,
    lease_answer,
    lease_from,
    lease_member,
    live_run,
    log_args,
    text,
    video_and_run,
)
from onwatch_aggregator.live.store import (
    ClaimAttempt,
    Committed,
    Granted,
    Impossible,
    Lease,
    LeaseState,
    Refused,
    Rejected,
    RunGone,
)
from onwatch_aggregator.live.timestamps import to_us
from onwatch_aggregator.settings import Lifetimes
from onwatch_contracts.http import Vehicle
from onwatch_contracts.messages import MetricsBatchV1
from onwatch_contracts.values import Entered, Left

LEASE_ENDED = 0
ALERT_STATE_TTL_S = 3600.0
LOG_PORTION = 400
"""Chunks read at a time; with four batches a second, 100 s of a video."""
VISITS_PORTION = 1000
"""Keys of visits read at a time."""


class RedisLiveStore:
    """`LiveStore` on Redis 6.2 or newer, including Redis Cluster. The creator of the client closes it."""

    def __init__(self, redis: Redis, lifetimes: Lifetimes) -> None:
        self._redis = redis
        self._lifetimes = lifetimes
        self._claim = RedisScript(redis, "claim")
        self._commit = RedisScript(redis, "commit")
        self._expire_lease = RedisScript(redis, "expire_lease")
        self._mark_persisted = RedisScript(redis, "mark_persisted")
        self._delete = RedisScript(redis, "delete")

    # --- runs ------------------------------------------------------------------------------------

    async def claim(self, attempt: ClaimAttempt) -> Granted | Refused:
        keys = VideoKeys(attempt.video_id)
        with reached():
            answer = await self._claim(
                keys=[*keys.run, keys.epoch, keys.deleted],
                args=[
                    attempt.worker_id,
                    attempt.new_run_id,
                    to_us(attempt.now),
                    duration_us(self._lifetimes.lease_s),
                    self._lease_until_us(attempt.now),
                    to_us(attempt.requested_at),
                    attempt.settings.model_dump_json(),
                    attempt.stored_run_id or "",
                    NEVER if attempt.stored_finished_at is None else to_us(attempt.stored_finished_at),
                    duration_ms(self._lifetimes.idle_ttl_s),
                    attempt.settings.detector_model,
                    attempt.discard_run_id or "",
                    *attempt.also_resumes,
                ],
            )
        claimed = claim_answer([text(item) for item in answer])
        if isinstance(claimed, Granted):
            # Before the worker learns of it: there is no worker with a lease that is not tracked.
            await self.track_lease(Lease(attempt.video_id, claimed.epoch))
        return claimed

    async def commit(self, batch: MetricsBatchV1, now: datetime) -> Committed | Rejected | Impossible:
        backwards = [visit_key(event) for event in batch.events if dwell_of(event) < 0]
        if backwards:
            return Impossible(f"visit {backwards[0]} left before it entered")
        try:
            detections, site_counts = log_args(batch)
        except ValueError as error:
            return Impossible(f"its log of detections is not base64: {error}")
        lease_until_us = LEASE_ENDED if batch.releases or batch.final else self._lease_until_us(now)
        with reached():
            answer = await self._commit(
                keys=VideoKeys(batch.video_id).run,
                args=[
                    batch.run_id,
                    batch.epoch,
                    batch.batch_no,
                    lease_until_us,
                    RunState.FINAL if batch.final else RunState.ACTIVE,
                    to_us(now),
                    batch.checkpoint.model_dump_json(),
                    repr(batch.checkpoint.position_s),
                    duration_ms(self._lifetimes.idle_ttl_s),
                    detections,
                    site_counts,
                    *chain.from_iterable(event_args(event) for event in batch.events),
                ],
            )
        return commit_answer(batch.video_id, answer)

    async def run(self, video_id: str) -> LiveRun | None:
        run, types, dwell, *_ = VideoKeys(video_id).run
        hashes = await self._hashes(run, types, dwell)
        return live_run(video_id, *hashes)

    async def run_with_vehicles(self, video_id: str) -> tuple[LiveRun, tuple[Vehicle, ...]] | None:
        run, types, dwell, _, entered, left, *_ = VideoKeys(video_id).run
        *numbers, entered_json, left_json = await self._hashes(run, types, dwell, entered, left)
        live = live_run(video_id, *numbers)
        if live is None:
            return None
        rows = vehicles(
            {key: Entered.model_validate_json(event) for key, event in entered_json.items()},
            {key: Left.model_validate_json(event) for key, event in left_json.items()},
        )
        return live, rows

    async def visits(self, video_id: str, run_id: str) -> Sequence[str]:
        found = set[str]()  # a scan may return a visit twice
        cursor: int | None = None
        while cursor != 0:
            cursor, portion = await self._scanned_visits(video_id, run_id, cursor or 0)
            found.update(map(text, portion))
        return await asyncio.to_thread(sorted, found, key=visit_order)

    async def _scanned_visits(
        self, video_id: str, run_id: str, cursor: int
    ) -> tuple[int, Mapping[bytes | str, bytes | str]]:
        """Some visits, and the cursor of the next; 0: there are none."""
        entered = VideoKeys(video_id).entered
        (answer,) = await self._of_run(
            video_id, run_id, lambda pipeline: pipeline.hscan(entered, cursor, count=VISITS_PORTION)
        )
        scanned: tuple[int, Mapping[bytes | str, bytes | str]] = answer
        return scanned

    async def rows(self, video_id: str, run_id: str, visits: Sequence[str]) -> tuple[Vehicle, ...]:
        keys = VideoKeys(video_id)

        def read(pipeline: Pipeline) -> None:
            pipeline.hmget(keys.entered, visits)
            pipeline.hmget(keys.left, visits)

        entered, left = await self._of_run(video_id, run_id, read)
        return tuple(
            vehicle(Entered.model_validate_json(one), None if other is None else Left.model_validate_json(other))
            for one, other in zip(entered, left, strict=True)
        )

    async def log(self, video_id: str, run_id: str, start: int) -> Sequence[bytes]:
        key = VideoKeys(video_id).log
        (portion,) = await self._of_run(
            video_id, run_id, lambda pipeline: pipeline.lrange(key, start, start + LOG_PORTION - 1)
        )
        chunks: Sequence[bytes] = portion
        return chunks

    async def alert_state(self, video_id: str) -> str | None:
        with reached():
            state = await self._redis.get(VideoKeys(video_id).alerts)
        return None if state is None else text(state)

    async def put_alert_state(self, video_id: str, state: str) -> None:
        with reached():
            await self._redis.set(VideoKeys(video_id).alerts, state, px=duration_ms(ALERT_STATE_TTL_S))

    async def mark_persisted(self, video_id: str, run_id: str, finished_at: datetime | None) -> bool:
        keys = VideoKeys(video_id)
        with reached():
            marked = await self._mark_persisted(
                keys=[*keys.run, keys.deleted],
                args=[
                    run_id,
                    duration_ms(self._lifetimes.persisted_ttl_s),
                    NEVER if finished_at is None else to_us(finished_at),
                ],
            )
        return bool(marked)

    async def delete(self, video_id: str) -> None:
        keys = VideoKeys(video_id)
        with reached():
            await self._delete(
                keys=[*keys.run, keys.epoch, keys.deleted], args=[duration_ms(self._lifetimes.tombstone_ttl_s)]
            )
            await self._redis.delete(keys.alerts)

    async def is_deleted(self, video_id: str) -> bool:
        with reached():
            return bool(await self._redis.exists(VideoKeys(video_id).deleted))

    # --- leases ----------------------------------------------------------------------------------

    async def leases(self) -> Set[Lease]:
        with reached():
            members = await cast("Any", self._redis.smembers(LEASES))
        return {lease_from(text(member)) for member in members}

    async def track_lease(self, lease: Lease) -> None:
        with reached():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.sadd(LEASES, lease_member(lease))
                pipeline.pexpire(LEASES, duration_ms(self._lifetimes.idle_ttl_s))
                await pipeline.execute()

    async def untrack_lease(self, lease: Lease) -> None:
        with reached():
            await cast("Any", self._redis.srem(LEASES, lease_member(lease)))

    async def expire_lease(self, lease: Lease, now: datetime, ended_by: datetime) -> LeaseState:
        keys = VideoKeys(lease.video_id)
        with reached():
            answer = await self._expire_lease(
                keys=[keys.run[0], keys.epoch, keys.deleted],
                args=[
                    lease.epoch,
                    to_us(now),
                    to_us(ended_by),
                    duration_us(self._lifetimes.lease_s),
                    duration_ms(self._lifetimes.idle_ttl_s),
                ],
            )
        return lease_answer([text(item) for item in answer])

    # --- runs on their way to SQL ----------------------------------------------------------------

    async def add_finishing(self, video_id: str, run_id: str, now: datetime) -> None:
        with reached():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.zadd(FINISHING, {finishing_member(video_id, run_id): to_us(now)}, nx=True)
                # As long as the run of the newest entry.
                pipeline.pexpire(FINISHING, duration_ms(self._lifetimes.idle_ttl_s))
                await pipeline.execute()

    async def remove_finishing(self, video_id: str, run_id: str) -> None:
        with reached():
            await self._redis.zrem(FINISHING, finishing_member(video_id, run_id))

    async def finishing_before(self, before: datetime) -> Sequence[tuple[str, str]]:
        with reached():
            members = await self._redis.zrangebyscore(FINISHING, "-inf", f"({to_us(before)}")
        return [video_and_run(text(cast("bytes | str", member))) for member in members]

    async def check(self) -> None:
        with reached():
            await cast("Any", self._redis.ping())

    # --- inside ----------------------------------------------------------------------------------

    def _lease_until_us(self, now: datetime) -> int:
        return to_us(now) + duration_us(self._lifetimes.lease_s)

    async def _of_run(self, video_id: str, run_id: str, read: Callable[[Pipeline], object]) -> Sequence[Any]:
        """The answers to commands, in one transaction; `RunGone` unless this is the newest run."""
        with reached():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.hget(VideoKeys(video_id).run[0], "run_id")
                read(pipeline)
                found, *answers = await pipeline.execute()
        if found is None or text(found) != run_id:
            raise RunGone(f"run {run_id} of video {video_id} is no longer in Redis")
        return answers

    async def _hashes(self, *keys: str) -> list[Mapping[str, str]]:
        """Several hashes, read in one transaction."""
        with reached():
            async with self._redis.pipeline(transaction=True) as pipeline:
                for key in keys:
                    pipeline.hgetall(key)
                answers = await pipeline.execute()
        return [{text(name): text(value) for name, value in answer.items()} for answer in answers]
