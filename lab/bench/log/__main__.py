"""Pack an hour of tracked boxes as the services do, save it to a private PostgreSQL, and print the figures.

`make bench-log` runs it. Sizes are the same on every machine; times are not.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import sqlalchemy as sa

from bench.log.traffic import CLIPS, MODEL, PICTURES_PER_S, drawn_hour, real_hour, tracked
from onwatch_aggregator.counting import RunRecord, RunTotals
from onwatch_aggregator.results import SqlResultsStore, make_engine, migrate
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_contracts.values import RunSettings
from onwatch_counting.log import LogChunk, LoggedPicture, Repacker, pack, unpack, unpack_columns
from onwatch_testkit.servers import PostgresServer

ROOT = Path(__file__).parents[3]
BATCH_PICTURES = 6
"""In a quarter of a second."""
GOAL_MB = 6.0
SIZE = "SELECT pg_total_relation_size('analytics.detections')"


def packed_batches(hour: Sequence[LoggedPicture]) -> list[bytes]:
    return [pack(hour[n : n + BATCH_PICTURES]) for n in range(0, len(hour), BATCH_PICTURES)]


def repacked(batches: Sequence[bytes]) -> list[LogChunk]:
    repacker = Repacker()
    return [*(chunk for batch in batches for chunk in repacker.add(batch)), *repacker.finish()]


async def saved_bytes(server: PostgresServer, chunks: Sequence[LogChunk]) -> tuple[int, float]:
    """What the table takes for this log alone, and the seconds of the transaction that saves it."""
    settings = AggregatorSettings(database_url=server.url_of("postgres").replace("postgresql:", "postgresql+psycopg:"))
    await migrate(settings)
    engine = make_engine(settings)
    store = SqlResultsStore(engine)
    await store.delete_video("video")
    async with engine.begin() as connection:
        await connection.execute(sa.text("TRUNCATE analytics.detections"))
        before = (await connection.execute(sa.text(SIZE))).scalar_one()
    now = datetime.now(UTC)
    run = RunSettings(duration_s=chunks[-1].ends_s, frames_per_second=PICTURES_PER_S, detector_model=MODEL)
    started_s = time.perf_counter()
    await store.save(RunRecord("video", "run", run, now, now, chunks[-1].ends_s, RunTotals()), (), chunks)
    took_s = time.perf_counter() - started_s
    async with engine.connect() as connection:
        after = (await connection.execute(sa.text(SIZE))).scalar_one()
    await engine.dispose()
    return after - before, took_s


def measure(name: str, hour: Sequence[LoggedPicture], server: PostgresServer) -> str:
    """A row of the table."""
    times = [time.process_time()]
    batches = packed_batches(hour)
    times.append(time.process_time())
    chunks = repacked(batches)
    times.append(time.process_time())
    for chunk in chunks:
        unpack(chunk.body)
    times.append(time.process_time())
    for chunk in chunks:
        unpack_columns(chunk.body)
    times.append(time.process_time())
    pack_s, repack_s, values_s, arrays_s = (end - start for start, end in pairwise(times))
    in_sql, copy_s = asyncio.run(saved_bytes(server, chunks))
    boxes = sum(chunk.boxes_count for chunk in chunks)
    an_hour = 10 * PICTURES_PER_S * 3600 / boxes / 1e6  # at ten boxes a picture
    hours = len(hour) / PICTURES_PER_S / 3600
    bus = sum(len(base64.b64encode(batch)) for batch in batches)
    cells = [
        name, f"{boxes / len(hour):.1f}", f"{sum(len(chunk.body) for chunk in chunks) / boxes:.2f}",
        f"{in_sql * an_hour:.2f}", f"{sum(map(len, batches)) * an_hour:.1f}", f"{bus * an_hour:.1f}",
        *(f"{seconds / hours:.1f} s" for seconds in (pack_s, repack_s, values_s, arrays_s, copy_s)),
    ]  # fmt: skip
    if in_sql * an_hour > GOAL_MB:
        raise SystemExit(f"{name}: {in_sql * an_hour:.2f} MB in SQL for an hour, at most {GOAL_MB:g} expected")
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.log", description=__doc__)
    shared = Path(os.environ.get("ONWATCH_SHARED_DIR", ROOT.parent / "shared"))
    parser.add_argument("--shared", type=Path, default=shared, help="the folder with media/ and models/")
    parser.add_argument("--minutes", type=float, default=60.0, help="of video (default: %(default)g)")
    options = parser.parse_args()
    pictures = round(options.minutes * 60 * PICTURES_PER_S)
    hours = {"drawn, jitter of 2 % of the box": drawn_hour(pictures)}
    if all((options.shared / "media" / f"{clip}.mp4").is_file() for clip in CLIPS):
        hours[f"{MODEL} on real clips"] = real_hour([tracked(options.shared, clip) for clip in CLIPS], pictures)
    print("| boxes | a picture | bytes a box | MB in SQL | MB in Redis | MB on the bus | packing batches | packing for SQL | reading values | reading arrays | COPY |")  # fmt: skip # noqa: E501 a table
    print("| --- " + "| ---: " * 10 + "|")
    with PostgresServer.running() as server:
        for name, hour in hours.items():
            print(measure(name, hour, server), flush=True)


if __name__ == "__main__":
    main()
