"""What has to hold when everything is over: the rows, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aio_pika
import psycopg
from aio_pika.exceptions import AMQPError
from psycopg.rows import tuple_row
from redis.asyncio import Redis

from faults.arena import Arena
from onwatch_aggregator.handlers import SUBSCRIPTIONS as AGGREGATOR
from onwatch_catalog.handlers import SUBSCRIPTIONS as CATALOG
from onwatch_runtime.bus import SharedQueue
from onwatch_runtime.bus.rabbit.topology import FROM_QUEUE, REASON

Rows = list[tuple[Any, ...]]

VEHICLES = """
SELECT vehicle_id, visit_no, zone_id, vehicle_type, entered_at_s, left_at_s, vehicle_dwell_time_s, exit_reason,
       born_inside
FROM analytics.vehicles WHERE run_id = %s ORDER BY vehicle_id, visit_no, zone_id
"""
TOTALS = """
SELECT total_vehicles_count, current_vehicles_count, visits_count, vehicle_type::text, vehicle_dwell_time_visits,
       vehicle_dwell_time_total_us, vehicle_dwell_time_max_us, analysed_s, duration_s
FROM analytics.runs WHERE run_id = %s
"""


class WentWrong(AssertionError):
    """A promise was broken."""


async def runs_in_sql(arena: Arena, video_id: str) -> dict[str, Rows]:
    """The totals, then the vehicles, of each of its runs."""
    async with await psycopg.AsyncConnection.connect(arena.database_url, row_factory=tuple_row) as connection:
        found = await connection.execute("SELECT run_id FROM analytics.runs WHERE video_id = %s", (video_id,))
        run_ids = [run_id for (run_id,) in await found.fetchall()]
        return {
            run_id: [row for query in (TOTALS, VEHICLES) async for row in await connection.execute(query, (run_id,))]
            for run_id in run_ids
        }


def check_rows(name: str, found: dict[str, Rows], expected: Rows) -> None:
    """Every run of the video has the rows of the run that was left alone."""
    if not found:
        raise WentWrong(f"{name}: finished, and SQL has no run of it")
    for run_id, rows in found.items():
        if rows != expected:
            raise WentWrong(f"{name}, run {run_id}: {_difference(rows, expected)}")


def _difference(rows: Rows, expected: Rows) -> str:
    lines = [f"  - {row}" for row in expected if row not in rows] + [
        f"  + {row}" for row in rows if row not in expected
    ]
    return "the rows are not those of the run left alone:\n" + "\n".join(lines)


# --- what is left behind -------------------------------------------------------------------------


async def leftovers(arena: Arena, *, after_delete: bool) -> list[str]:
    """Everything that should not be there; empty when all is well."""
    found = [*await _in_redis(arena, after_delete=after_delete), *await _in_queues(arena), *_zombies(arena)]
    found += await _demand(arena)
    if after_delete:
        found += [*_files(arena), *await _in_sql(arena)]
    return found


async def _in_redis(arena: Arena, *, after_delete: bool) -> list[str]:
    found = []
    async with Redis.from_url(arena.redis.url) as redis:
        now_s, _ = await redis.time()
        async for key in redis.scan_iter("*"):
            name = key.decode()
            if name.endswith(":deleted"):
                continue
            if after_delete or name == "onwatch:finishing":
                found.append(f"Redis still has {name}")
            elif await redis.ttl(key) < 0:
                found.append(f"{name} in Redis lives for ever")
            elif name.endswith(":run"):
                found += _lease(name, await redis.hmget(name, "state", "lease_until_us"), now_s)
    return found


def _lease(name: str, fields: list[bytes | None], now_s: int) -> Iterator[str]:
    """A run that is paused may stay: a viewer whose Start was delivered late began it, and left."""
    state, lease_until_us = (field.decode() if field else "" for field in fields)
    if state == "final":
        yield f"{name} in Redis is final and not in SQL"
    if int(lease_until_us or 0) > now_s * 1_000_000:
        yield f"{name} in Redis has a lease that lives"


async def _in_queues(arena: Arena) -> list[str]:
    topology = arena.bus.topology
    shared = [queue for queue, _ in (*AGGREGATOR, *CATALOG) if isinstance(queue, SharedQueue)]
    names = [part for queue in shared for part in topology.parts(queue)]
    try:
        async with await aio_pika.connect(arena.rabbit.url) as connection, connection.channel() as channel:
            counts = {
                name: (await channel.declare_queue(name, passive=True)).declaration_result.message_count
                for name in names
            }
    except (OSError, AMQPError, RuntimeError) as error:
        return [f"RabbitMQ does not answer: {error!r}"]
    return [f"{count} messages in {name}" for name, count in counts.items() if count]


async def dead_letters(arena: Arena) -> list[str]:
    """Those that no fault planted, each with its reason; all of them are taken out."""
    found = []
    async with await aio_pika.connect(arena.rabbit.url) as connection, connection.channel() as channel:
        queue = await channel.get_queue(arena.bus.topology.dead, ensure=False)
        while (message := await queue.get(fail=False)) is not None:
            await message.ack()
            if message.message_id not in arena.planted:
                why = message.headers.get(REASON) or message.headers.get("x-death")
                found.append(f"dead letter {message.routing_key} of {message.headers.get(FROM_QUEUE)}: {why}")
    return found


async def _demand(arena: Arena) -> list[str]:
    found = []
    for gateway in ("gateway-1", "gateway-2"):
        for gauge in ("onwatch_gateway_videos_wanted", "onwatch_gateway_viewers"):
            if count := await arena.fleet.gauge(arena.http, gateway, gauge):
                found.append(f"{gateway}: {gauge} is {count:g}")
    if any(active := await arena.fleet.active_runs(arena.http)):
        found.append(f"detectors still hold runs: {active}")
    return found


def _files(arena: Arena) -> list[str]:
    return [f"{path} is an orphan" for path in sorted(arena.media.rglob("*")) if path.is_file()]


async def _in_sql(arena: Arena) -> list[str]:
    tables = ("analytics.runs", "analytics.vehicles", "catalog.videos", "catalog.doomed_folders", "catalog.outbox")
    found = []
    async with await psycopg.AsyncConnection.connect(arena.database_url) as connection:
        for table in tables:
            row = await (await connection.execute(f"SELECT count(*) FROM {table}")).fetchone()  # noqa: S608 names above
            if row and row[0]:
                found.append(f"{row[0]} rows in {table}")
    return found


def _zombies(arena: Arena) -> list[str]:
    """Children that died and that nobody asked after; ours and those of the services."""
    parents = {process.pid for process in arena.fleet.processes.values()} | {os.getpid()}
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if after_name[0] == "Z" and int(after_name[1]) in parents:
            found.append(f"process {stat.parent.name} is a zombie")
    return found


async def until_nothing_is_left(arena: Arena, *, after_delete: bool, patience_s: float) -> None:
    """What ends by expiring gets the time to."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while found := await leftovers(arena, after_delete=after_delete):
        if asyncio.get_running_loop().time() > deadline:
            when = "after everything was deleted" if after_delete else "after everything was finished"
            raise WentWrong(f"{when}, {patience_s:g} s later:\n" + "\n".join(f"  {line}" for line in found))
        await asyncio.sleep(0.1)
