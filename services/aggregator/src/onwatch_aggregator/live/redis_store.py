"""The live store on Redis: one Lua script for each decision, so that it happens as a whole or not at all.

Every command may be sent twice, so the client is free to retry one whose answer was lost: what is stored is then the
same, though the second answer may be another (a claim is refused because of the lease that the first one got).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import OutOfMemoryError, ReadOnlyError
from redis.exceptions import TimeoutError as TimedOut

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.live.keys import FINISHING, VideoKeys
from onwatch_aggregator.live.redis_script import RedisScript
from onwatch_aggregator.live.store import ClaimAttempt, Committed, Granted, Impossible, Refused, Rejected
from onwatch_aggregator.live.timestamps import from_us, to_us
from onwatch_aggregator.results.totals import MICROSECONDS, Tally, dwell_us, seconds
from onwatch_aggregator.results.visits import vehicles, visit_key
from onwatch_aggregator.runs.live_run import LiveRun, RunRecord, RunState
from onwatch_contracts.http import ClaimRefusal, Vehicle
from onwatch_contracts.messages import MetricsBatchV1
from onwatch_contracts.values import Checkpoint, Entered, Left, RunSettings, VehicleType, ZoneEvent

LEASE_ENDED = 0
NEVER = 0


@dataclass(frozen=True)
class Lifetimes:
    """How long things live in Redis, in seconds."""

    lease_s: float = 3.0
    idle_ttl_s: float = 7 * 86_400.0
    persisted_ttl_s: float = 600.0
    tombstone_ttl_s: float = 86_400.0


class RedisLiveStore:
    """`LiveStore` on Redis 6.2 or newer, a cluster included. The client is closed by whoever made it."""

    def __init__(self, redis: Redis, lifetimes: Lifetimes) -> None:
        self._redis = redis
        self._lifetimes = lifetimes
        self._claim = RedisScript(redis, "claim")
        self._commit = RedisScript(redis, "commit")
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
                    _us(self._lifetimes.lease_s),
                    self._lease_until_us(attempt.now),
                    to_us(attempt.requested_at),
                    attempt.settings.model_dump_json(),
                    attempt.stored_run_id or "",
                    NEVER if attempt.stored_finished_at is None else to_us(attempt.stored_finished_at),
                    _ms(self._lifetimes.idle_ttl_s),
                    attempt.settings.detector_model,
                    attempt.discard_run_id or "",
                    *attempt.also_resumes,
                ],
            )
        return _claimed([text(item) for item in answer])

    async def commit(self, batch: MetricsBatchV1, now: datetime) -> Committed | Rejected | Impossible:
        backwards = [visit_key(event) for event in batch.events if _dwell_us(event) < 0]
        if backwards:
            return Impossible(f"visit {backwards[0]} left before it entered")
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
                    _ms(self._lifetimes.idle_ttl_s),
                    *chain.from_iterable(_event_args(event) for event in batch.events),
                ],
            )
        return _committed(batch.video_id, answer)

    async def run(self, video_id: str) -> LiveRun | None:
        run, types, dwell, *_ = VideoKeys(video_id).run
        hashes = await self._hashes(run, types, dwell)
        return _live_run(video_id, *hashes)

    async def run_with_vehicles(self, video_id: str) -> tuple[LiveRun, tuple[Vehicle, ...]] | None:
        run, types, dwell, _, entered, left, _ = VideoKeys(video_id).run
        *numbers, entered_json, left_json = await self._hashes(run, types, dwell, entered, left)
        live = _live_run(video_id, *numbers)
        if live is None:
            return None
        rows = vehicles(
            {key: Entered.model_validate_json(text) for key, text in entered_json.items()},
            {key: Left.model_validate_json(text) for key, text in left_json.items()},
        )
        return live, rows

    async def mark_persisted(self, video_id: str, run_id: str, finished_at: datetime | None) -> bool:
        keys = VideoKeys(video_id)
        with reached():
            marked = await self._mark_persisted(
                keys=[*keys.run, keys.deleted],
                args=[
                    run_id,
                    _ms(self._lifetimes.persisted_ttl_s),
                    NEVER if finished_at is None else to_us(finished_at),
                ],
            )
        return bool(marked)

    async def delete(self, video_id: str) -> None:
        keys = VideoKeys(video_id)
        with reached():
            await self._delete(keys=[*keys.run, keys.epoch, keys.deleted], args=[_ms(self._lifetimes.tombstone_ttl_s)])

    async def is_deleted(self, video_id: str) -> bool:
        with reached():
            return bool(await self._redis.exists(VideoKeys(video_id).deleted))

    # --- runs on their way to SQL ----------------------------------------------------------------

    async def add_finishing(self, video_id: str, run_id: str, now: datetime) -> None:
        with reached():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.zadd(FINISHING, {f"{video_id}/{run_id}": to_us(now)}, nx=True)
                # As long as what the newest note is about.
                pipeline.pexpire(FINISHING, _ms(self._lifetimes.idle_ttl_s))
                await pipeline.execute()

    async def remove_finishing(self, video_id: str, run_id: str) -> None:
        with reached():
            await self._redis.zrem(FINISHING, f"{video_id}/{run_id}")

    async def finishing_before(self, moment: datetime) -> Sequence[tuple[str, str]]:
        with reached():
            members = await self._redis.zrangebyscore(FINISHING, "-inf", f"({to_us(moment)}")
        return [video_and_run(text(cast("bytes | str", member))) for member in members]

    async def check(self) -> None:
        with reached():
            await cast("Any", self._redis.ping())

    # --- inside ----------------------------------------------------------------------------------

    def _lease_until_us(self, now: datetime) -> int:
        return to_us(now) + _us(self._lifetimes.lease_s)

    async def _hashes(self, *keys: str) -> list[dict[str, str]]:
        """Several hashes as of one moment."""
        with reached():
            async with self._redis.pipeline(transaction=True) as pipeline:
                for key in keys:
                    pipeline.hgetall(key)
                answers = await pipeline.execute()
        return [{text(name): text(value) for name, value in answer.items()} for answer in answers]


@contextmanager
def reached() -> Iterator[None]:
    """`StoreUnavailable` for what goes wrong on the way to Redis, or because of its state."""
    try:
        yield
    # Read-only: a replica that has not taken over yet. Out of memory: refused before a script writes anything.
    except (NotConnected, TimedOut, ReadOnlyError, OutOfMemoryError) as error:
        raise StoreUnavailable(error, "Redis") from error


def text(value: bytes | str) -> str:
    """Whatever the client's `decode_responses` says."""
    return value.decode() if isinstance(value, bytes) else value


def _us(duration_s: float) -> int:
    return round(duration_s * MICROSECONDS)


def _ms(duration_s: float) -> int:
    return round(duration_s * 1_000)


def _dwell_us(event: ZoneEvent) -> int:
    return dwell_us(event.entered_at_s, event.left_at_s) if isinstance(event, Left) else 0


def _event_args(event: ZoneEvent) -> tuple[str | int, ...]:
    return (
        event.kind,
        visit_key(event),
        event.vehicle_id,
        event.vehicle_type.value,
        _dwell_us(event),
        event.model_dump_json(),
    )


def video_and_run(member: str) -> tuple[str, str]:
    video_id, _, run_id = member.partition("/")
    return video_id, run_id


def _claimed(answer: Sequence[str]) -> Granted | Refused:
    if answer[0] != "granted":
        reason, holder, lease_left_us = answer
        return Refused(ClaimRefusal(reason), holder or None, seconds(int(lease_left_us)))
    _, run_id, epoch, next_batch_no, settings, checkpoint = answer
    return Granted(
        run_id=run_id,
        epoch=int(epoch),
        next_batch_no=int(next_batch_no),
        checkpoint=Checkpoint.model_validate_json(checkpoint) if checkpoint else None,
        settings=RunSettings.model_validate_json(settings),
    )


def _committed(video_id: str, answer: Sequence[Any]) -> Committed | Rejected | Impossible:
    match text(answer[0]):
        case "applied" | "repeat" as status:
            live = _live_run(video_id, *(_pairs(flat) for flat in answer[1:]))
            assert live is not None  # noqa: S101 the script has just read or written it
            return Committed(live, repeat=status == "repeat")
        case "impossible":
            return Impossible(text(answer[1]))
        case "unknown_run" | "stale_epoch" | "gap" as reason:
            return Rejected(reason)
        case status:
            raise ValueError(f"commit.lua answered {status!r}")


def _pairs(flat: Sequence[bytes | str]) -> dict[str, str]:
    texts = [text(item) for item in flat]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def _live_run(
    video_id: str, run: Mapping[str, str], types: Mapping[str, str], dwell: Mapping[str, str]
) -> LiveRun | None:
    if not run:
        return None
    record = RunRecord(
        video_id=video_id,
        run_id=run["run_id"],
        settings=RunSettings.model_validate_json(run["settings"]),
        started_at=from_us(int(run["started_at_us"])),
        finished_at=_moment(int(run["finished_at_us"])),
        analysed_s=float(run["analysed_s"]),
        tally=_tally(run, types, dwell),
    )
    return LiveRun(
        record,
        state=RunState(run["state"]),
        epoch=int(run["epoch"]),
        batch_no=int(run["next_batch_no"]) - 1,
        lease_until=from_us(int(run["lease_until_us"])),
    )


def _moment(microseconds: int) -> datetime | None:
    return None if microseconds == NEVER else from_us(microseconds)


def _tally(run: Mapping[str, str], types: Mapping[str, str], dwell: Mapping[str, str]) -> Tally:
    return Tally(
        total_vehicles_count=int(run["total_vehicles_count"]),
        current_vehicles_count=int(run["current_vehicles_count"]),
        visits_count=int(run["visits_count"]),
        vehicle_type={VehicleType(name): int(count) for name, count in types.items()},
        closed_visits_count=int(dwell.get("visits", 0)),
        dwell_total_us=int(dwell.get("total_us", 0)),
        dwell_max_us=int(dwell.get("max_us", 0)),
    )
