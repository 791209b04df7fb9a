"""Stores the results of a run in one way: `python -m bench.doors.result_writer WAY POSTGRES REDIS VISITS`.

`fill` puts a final run into Redis, and `finish` moves it to SQL as the aggregator does. `save` only writes rows that
are packed as in `finish`, and `copy` writes the same rows by COPY into a temporary table and INSERT with ON CONFLICT.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import psycopg
import sqlalchemy as sa
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.doors.batches import LEASE_S, claimed
from onwatch_aggregator.counting import PackedRows, RunRecord, RunTotals, vehicle, visit_key
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live import RedisLiveStore, RunState
from onwatch_aggregator.live.keys import VideoKeys
from onwatch_aggregator.results import SqlResultsStore, make_engine, migrate, vehicles
from onwatch_aggregator.runs import Finishing
from onwatch_aggregator.settings import AggregatorSettings, Lifetimes
from onwatch_contracts.http import Vehicle
from onwatch_contracts.values import Entered, ExitReason, Left, RunSettings, VehicleType
from onwatch_counting.dwell import dwell_us
from onwatch_runtime.bus import Publisher
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.ids import new_id

VIDEO_ID = "street"
VISIT_S = 12.5
FILLED_AT_ONCE = 1000
BEAT_S = 0.01
TYPES = tuple(VehicleType)
AT = datetime(2026, 1, 1, tzinfo=UTC)

Figures = dict[str, Any]


def events_of(number: int) -> tuple[Entered, Left]:
    """The one visit of a vehicle."""
    visit = {"vehicle_id": number, "visit_no": 1, "vehicle_type": TYPES[number % len(TYPES)]}
    at_s = number / 7
    return (
        Entered(**visit, entered_at_s=at_s),
        Left(**visit, entered_at_s=at_s, left_at_s=at_s + VISIT_S, exit_reason=ExitReason.LEFT),
    )


def rows(visits: int) -> Iterator[Vehicle]:
    return (vehicle(*events_of(number)) for number in range(1, visits + 1))


async def fill(_: str, redis_url: str, visits: int) -> Figures:
    redis = Redis.from_url(redis_url)
    await redis.flushall()
    await put_final_run(redis, visits)
    await redis.aclose()
    return {}


async def put_final_run(redis: Redis, visits: int) -> str:
    """Its id. As if it had been committed, in a fraction of the time."""
    (worker,) = await claimed(redis, [VIDEO_ID])
    keys = VideoKeys(VIDEO_ID)
    types, dwells_us = Counter[str](), Counter[int]()
    for start in range(1, visits + 1, FILLED_AT_ONCE):
        pairs = [events_of(number) for number in range(start, min(start + FILLED_AT_ONCE, visits + 1))]
        await redis.hset(keys.entered, mapping={visit_key(one): one.model_dump_json() for one, _ in pairs})
        await redis.hset(keys.left, mapping={visit_key(other): other.model_dump_json() for _, other in pairs})
        types.update(one.vehicle_type.value for one, _ in pairs)
        dwells_us.update(dwell_us(other.entered_at_s, other.left_at_s) for _, other in pairs)
    run, type_key, dwell_key, *_ = keys.run
    counts: dict[Any, Any] = {"total_vehicles_count": visits, "current_vehicles_count": 0, "visits_count": visits}
    await redis.hset(run, mapping={"state": RunState.FINAL, **counts})
    of_types: dict[Any, Any] = dict(types)
    await redis.hset(type_key, mapping=of_types)
    total_us = sum(us * count for us, count in dwells_us.items())
    await redis.hset(dwell_key, mapping={"visits": visits, "total_us": total_us, "max_us": max(dwells_us)})
    return worker.run_id


async def finish(postgres_url: str, redis_url: str, visits: int) -> Figures:
    redis, engine = Redis.from_url(redis_url), make_engine(await _settings(postgres_url))
    live, results = RedisLiveStore(redis, Lifetimes(lease_s=LEASE_S)), SqlResultsStore(engine)
    clock = SystemClock()
    publisher = Publisher(MemoryBus(clock), clock, new_id)
    finishing = Finishing(live, results, publisher, Instruments(CollectorRegistry()))
    found = await live.run(VIDEO_ID)
    if found is None:
        raise SystemExit("Redis has no run")
    run_id = found.record.run_id
    figures = await _timed(lambda: finishing.finish(VIDEO_ID, run_id))
    await _check(engine, run_id, visits)
    await redis.aclose()
    return figures


async def save(postgres_url: str, _: str, visits: int) -> Figures:
    engine = make_engine(await _settings(postgres_url))
    record = _record()
    packed = PackedRows()
    made = rows(visits)
    while portion := list(islice(made, FILLED_AT_ONCE)):
        packed.add(portion)
    figures = await _timed(lambda: SqlResultsStore(engine).save(record, packed))
    await _check(engine, record.run_id, visits)
    return figures


async def copy(postgres_url: str, _: str, visits: int) -> Figures:
    engine = make_engine(await _settings(postgres_url))
    record = _record()
    await SqlResultsStore(engine).save(record, ())
    figures = await _timed(lambda: asyncio.to_thread(_copy, postgres_url, record.run_id, visits))
    await _check(engine, record.run_id, visits)
    return figures


def _copy(postgres_url: str, run_id: str, visits: int) -> None:
    with psycopg.connect(postgres_url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE arriving (LIKE analytics.vehicles) ON COMMIT DROP")
        with cursor.copy("COPY arriving FROM STDIN") as copying:
            for number in range(1, visits + 1):
                kind, at_s = TYPES[number % len(TYPES)].value, number / 7
                copying.write_row((run_id, number, 1, "roi", kind, at_s, at_s + VISIT_S, VISIT_S, "left", False))
        cursor.execute("INSERT INTO analytics.vehicles SELECT * FROM arriving ON CONFLICT DO NOTHING")


async def _settings(postgres_url: str) -> AggregatorSettings:
    settings = AggregatorSettings(database_url=postgres_url)
    await migrate(settings)
    return settings


def _record() -> RunRecord:
    settings = RunSettings(duration_s=1e6, frames_per_second=25.0, detector_model="demo")
    return RunRecord(VIDEO_ID, new_id(), settings, AT, AT, 1e6, RunTotals())


async def _timed(work: Callable[[], Awaitable[object]]) -> Figures:
    """Peak memory is what is added to that before; `longest_ms` is how long other work had to wait at most."""
    before_kib, late_s = _peak_kib(), [0.0]

    async def beat() -> None:
        while True:
            began_s = time.monotonic()
            await asyncio.sleep(BEAT_S)
            late_s[0] = max(late_s[0], time.monotonic() - began_s - BEAT_S)

    beating = asyncio.create_task(beat())
    began_s, began_cpu_s = time.monotonic(), time.process_time()
    await work()
    figures = {"seconds": time.monotonic() - began_s, "cpu_s": time.process_time() - began_cpu_s}
    beating.cancel()
    return {**figures, "mib": (_peak_kib() - before_kib) / 1024, "longest_ms": 1000 * late_s[0]}


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def _check(engine: AsyncEngine, run_id: str, visits: int) -> None:
    async with engine.begin() as connection:
        stored = await connection.scalar(sa.select(sa.func.count()).where(vehicles.c.run_id == run_id))
        if stored != visits:
            raise SystemExit(f"{stored} of {visits} rows are stored")
        await connection.execute(sa.text("TRUNCATE analytics.runs CASCADE"))
    await engine.dispose()


WAYS: Mapping[str, Callable[[str, str, int], Awaitable[Figures]]] = {
    "fill": fill,
    "finish": finish,
    "save": save,
    "copy": copy,
}


async def main(way: str, postgres_url: str, redis_url: str, visits: str) -> None:
    print(json.dumps(await WAYS[way](postgres_url, redis_url, int(visits))), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
