"""The invariants at the end of a schedule: rows and logs of detections in SQL, and no orphans."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from aio_pika.exceptions import AMQPError
from psycopg.rows import tuple_row
from redis.asyncio import Redis

from faults.environment import Environment
from onwatch_aggregator.handlers import SUBSCRIPTIONS as AGGREGATOR
from onwatch_catalog.handlers import SUBSCRIPTIONS as CATALOG
from onwatch_runtime.bus import BusUnavailable, SharedQueue
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
LOG = """
SELECT chunk_no, starts_s, ends_s, pictures_count, boxes_count, encode(body, 'base64')
FROM analytics.detections WHERE run_id = %s ORDER BY chunk_no
"""


class InvariantViolated(AssertionError):
    """The system broke one of its guarantees."""


async def runs_in_sql(environment: Environment, video_id: str) -> dict[str, Rows]:
    """By run of the video: its totals row, then its vehicle rows, then the chunks of its log of detections."""
    async with await psycopg.AsyncConnection.connect(environment.database_url, row_factory=tuple_row) as connection:
        found = await connection.execute("SELECT run_id FROM analytics.runs WHERE video_id = %s", (video_id,))
        run_ids = [run_id for (run_id,) in await found.fetchall()]
        return {
            run_id: [
                row for query in (TOTALS, VEHICLES, LOG) async for row in await connection.execute(query, (run_id,))
            ]
            for run_id in run_ids
        }


async def unfinished_uploads(environment: Environment) -> list[str]:
    """Their ids."""
    async with await psycopg.AsyncConnection.connect(environment.database_url, row_factory=tuple_row) as connection:
        found = await connection.execute("SELECT video_id FROM catalog.uploads")
        return [video_id for (video_id,) in await found.fetchall()]


def check_rows(name: str, found: dict[str, Rows], expected: Rows, *, is_damaged: bool = False) -> None:
    """Every run of the video has the rows of the undisturbed run, and its log of detections byte for byte.

    Of a damaged file only the times and numbers of pictures in the log: what FFmpeg fills the gaps of a damaged picture
    with depends on where decoding began and on the decoder's threads.
    """
    if is_damaged:
        found, expected = {run_id: _without_boxes(rows) for run_id, rows in found.items()}, _without_boxes(expected)
    if not found:
        raise InvariantViolated(f"{name}: finished, but SQL has no run of it")
    for run_id, rows in found.items():
        if rows != expected:
            raise InvariantViolated(f"{name}, run {run_id}: {_difference(rows, expected)}")


def _without_boxes(rows: Rows) -> Rows:
    """The rows, those of the log without boxes and body."""
    return [row[:-2] if isinstance(row[-1], str) else row for row in rows]


def _difference(rows: Rows, expected: Rows) -> str:
    lines = [f"  - {row}" for row in expected if row not in rows] + [
        f"  + {row}" for row in rows if row not in expected
    ]
    return "the rows differ from those of the undisturbed run:\n" + "\n".join(lines)


_UNFINISHED_RECOUNTS = """
SELECT runs.video_id, recounts.state, recounts.problem
FROM analytics.runs LEFT JOIN analytics.recounts USING (video_id)
WHERE recounts.state IS DISTINCT FROM 'finished'
"""

_VISITS = """
SELECT row_no, visit_no, vehicle_type, entered_at_s, left_at_s, exit_reason, born_inside
FROM analytics.visits WHERE video_id = results.video_id AND zone_id = 'roi'
"""
_VEHICLES = """
SELECT vehicle_id, visit_no, vehicle_type, entered_at_s, left_at_s, exit_reason, born_inside
FROM analytics.vehicles WHERE run_id = results.run_id
"""
_OTHER_ROWS_THAN_RUN = f"""
SELECT video_id, run_id FROM analytics.site_results AS results
WHERE EXISTS ({_VISITS} EXCEPT {_VEHICLES}) OR EXISTS ({_VEHICLES} EXCEPT {_VISITS})
"""  # noqa: S608 the statements above


# --- orphans -------------------------------------------------------------------------------------


async def find_orphans(environment: Environment, *, after_delete: bool) -> list[str]:
    """Descriptions of everything that should no longer exist."""
    found = [
        *await _in_redis(environment, after_delete=after_delete),
        *await _in_queues(environment),
        *_zombies(environment),
    ]
    found += await _demand(environment)
    if after_delete:
        found += [*await _files(environment), *await _in_sql(environment)]
    else:
        found += await _recounts(environment)
    return found


async def _in_redis(environment: Environment, *, after_delete: bool) -> list[str]:
    found = []
    async with Redis.from_url(environment.redis.url) as redis:
        now_s, _ = await redis.time()
        async for key in redis.scan_iter("*"):
            name = key.decode()
            if name.endswith(":deleted"):
                continue
            if after_delete or name in ("onwatch:finishing", "onwatch:leases"):
                found.append(f"Redis still has {name}")
            elif await redis.ttl(key) < 0:
                found.append(f"{name} in Redis never expires")
            elif name.endswith(":run"):
                found += _lease(name, await redis.hmget(name, "state", "lease_until_us"), now_s)
    return found


def _lease(name: str, fields: list[bytes | None], now_s: int) -> Iterator[str]:
    """A paused run may stay: a viewer whose Start was delivered late started it and left."""
    state, lease_until_us = (field.decode() if field else "" for field in fields)
    if state == "final":
        yield f"{name} in Redis is final and not in SQL"
    if int(lease_until_us or 0) > now_s * 1_000_000:
        yield f"{name} in Redis has an unexpired lease"


async def _in_queues(environment: Environment) -> list[str]:
    topology = environment.bus.topology
    shared = [queue for queue, _ in (*AGGREGATOR, *CATALOG) if isinstance(queue, SharedQueue)]
    names = [part for queue in shared for part in topology.queue_names(queue)]
    try:
        async with await environment.connect() as connection, connection.channel() as channel:
            counts = {
                name: (await channel.declare_queue(name, passive=True)).declaration_result.message_count
                for name in names
            }
    except (OSError, AMQPError, RuntimeError, BusUnavailable) as error:
        return [f"RabbitMQ does not answer: {error!r}"]
    return [f"{count} messages in {name}" for name, count in counts.items() if count]


async def dead_letters(environment: Environment) -> list[str]:
    """Take every dead letter; descriptions of those that no fault has caused."""
    found = []
    async with await environment.connect() as connection, connection.channel() as channel:
        queue = await channel.get_queue(environment.bus.topology.dead_letters, ensure=False)
        while (message := await queue.get(fail=False)) is not None:
            await message.ack()
            if message.message_id not in environment.planted_message_ids:
                reason = message.headers.get(REASON) or message.headers.get("x-death")
                found.append(f"dead letter {message.routing_key} of {message.headers.get(FROM_QUEUE)}: {reason}")
    return found


async def _demand(environment: Environment) -> list[str]:
    found = []
    for gateway in ("gateway-1", "gateway-2"):
        for gauge in ("onwatch_gateway_videos_wanted", "onwatch_gateway_viewers"):
            if count := await environment.fleet.gauge(environment.http, gateway, gauge):
                found.append(f"{gateway}: {gauge} is {count:g}")
    if any(active := await environment.fleet.active_runs(environment.http)):
        found.append(f"detectors still hold runs: {active}")
    return found


async def _files(environment: Environment) -> list[str]:
    return [f"{path} is an orphan" for path in await environment.files.all()]


async def _in_sql(environment: Environment) -> list[str]:
    tables = (
        "analytics.runs",
        "analytics.vehicles",
        "analytics.detections",
        "analytics.sites",
        "analytics.recounts",
        "analytics.site_results",
        "catalog.videos",
        "catalog.doomed_folders",
        "catalog.outbox",
        "catalog.uploads",
    )
    found = []
    async with await psycopg.AsyncConnection.connect(environment.database_url) as connection:
        for table in tables:
            row = await (await connection.execute(f"SELECT count(*) FROM {table}")).fetchone()  # noqa: S608 names above
            if row and row[0]:
                found.append(f"{row[0]} rows in {table}")
    return found


async def _recounts(environment: Environment) -> list[str]:
    """Runs that were not counted again, and results whose region of interest has other rows than its run."""
    async with await psycopg.AsyncConnection.connect(environment.database_url) as connection:
        unfinished = await (await connection.execute(_UNFINISHED_RECOUNTS)).fetchall()
        different = await (await connection.execute(_OTHER_ROWS_THAN_RUN)).fetchall()
    return [
        *(
            f"the recount of video {video_id} is {state or 'missing'}: {problem}"
            for video_id, state, problem in unfinished
        ),
        *(f"the results of video {video_id} are not those of its run {run_id}" for video_id, run_id in different),
    ]


def _zombies(environment: Environment) -> list[str]:
    """Exited children that their parent, one of the services or this process, has not waited for."""
    parents = {process.pid for process in environment.fleet.processes.values()} | {os.getpid()}
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if after_name[0] == "Z" and int(after_name[1]) in parents:
            found.append(f"process {stat.parent.name} is a zombie")
    return found


async def until_no_orphans(environment: Environment, *, after_delete: bool, limit_s: float) -> None:
    """Wait until nothing is left, with time for what ends by expiring."""
    deadline = asyncio.get_running_loop().time() + limit_s
    while found := await find_orphans(environment, after_delete=after_delete):
        if asyncio.get_running_loop().time() > deadline:
            when = "after everything was deleted" if after_delete else "after everything was finished"
            raise InvariantViolated(f"{when}, {limit_s:g} s later:\n" + "\n".join(f"  {line}" for line in found))
        await asyncio.sleep(0.1)
