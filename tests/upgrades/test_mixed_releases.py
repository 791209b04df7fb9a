"""Services of today beside those of a newer release: the same rows, and no message lost (docs/deploy.md, Upgrades)."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from fleet import Fleet, fleet_on
from typer.testing import CliRunner
from upgrades.newer_release import BATCHES, Dead, Sent, join_in_memory, joined_at_broker, kinds_by_queue, migrate_ahead

from onwatch.cli import app
from onwatch.configuration import configure
from onwatch.options import FAILED
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.settings import CatalogSettings
from onwatch_runtime.bus import kind_of
from onwatch_runtime.bus.rabbit.doctor import rabbit_doctor
from onwatch_runtime.http import failure_of_check
from onwatch_sql.contract import Contract
from onwatch_testkit.api_client import assert_true, rows_of, until, upload, watching, write_short_clip
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.servers import PostgresServer, RabbitServer, RedisServer
from onwatch_testkit.system import RecordingViewer, Site, running_site
from onwatch_testkit.websocket import connect

pytestmark = pytest.mark.slow

# --- in one process, on SQLite -------------------------------------------------------------------


PATIENCE_S = 60.0
KINDS = kinds_by_queue()
ROWS = """SELECT * FROM vehicles WHERE run_id IN (SELECT run_id FROM runs WHERE video_id = ?)
ORDER BY vehicle_id, visit_no"""


async def in_sql(site: Site, file: str, statement: str, *values: str) -> list[tuple[object, ...]]:
    """In a thread: a service, whose transaction may hold the lock, is in the same event loop."""
    return await asyncio.to_thread(_in_sql, site.data_dir / file, statement, values)


def _in_sql(file: Path, statement: str, values: Sequence[str]) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file, timeout=60)) as database, database:
        return database.execute(statement, values).fetchall()


async def watched_to_the_end(site: Site, video_id: str) -> list[tuple[object, ...]]:
    """The rows of the run, without its id."""
    async with connect(site.onwatch.app, "/ws") as viewer:
        watcher = RecordingViewer(viewer)
        await watcher.send("subscribe", video_id)
        await watcher.send("start", video_id)
        await site.until(lambda: "finished" in watcher.states(), "the end")
    await site.until_status(video_id, "finished")
    rows = await in_sql(site, "analytics.db", ROWS, video_id)
    return [row[1:] for row in rows]


@pytest.fixture
async def rows_without(tmp_path: Path, clip: Path) -> list[tuple[object, ...]]:
    """The rows of the clip by the services of today alone."""
    async with running_site(tmp_path / "alone", FakeClock()) as site:
        return await watched_to_the_end(site, await site.upload(clip))


async def test_a_run_beside_a_newer_release_gives_the_same_rows(
    tmp_path: Path, clock: FakeClock, clip: Path, rows_without: object, caplog: pytest.LogCaptureFixture
) -> None:
    data_dir = tmp_path / "mixed"
    configuration = configure(data_dir, environ={})
    await migrate_ahead(configuration.catalog, configuration.aggregator, tmp_path)
    with caplog.at_level(logging.WARNING, "onwatch_sql.database"):
        async with running_site(data_dir, clock) as site:
            sent = await join_in_memory(site.onwatch.bus)
            video_id = await site.upload(clip)
            await in_sql(site, "catalog.db", "UPDATE videos SET of_a_newer_release = 'kept' WHERE id = ?", video_id)
            rows = await watched_to_the_end(site, video_id)
            # Polled: work in the background may still publish.
            await site.until(
                lambda: has_dead_lettered_all_of(sent, site), "each to be a dead letter once, as it was sent"
            )
            (video,) = await in_sql(site, "catalog.db", "SELECT of_a_newer_release, status FROM videos")
            assert await failing_checks(site) == []

    assert rows == rows_without
    assert len(rows) == 3
    assert video == ("kept", "finished"), "a row that both releases have written"
    lines = [record.getMessage() for record in caplog.records if "of a newer Onwatch" in record.getMessage()]
    assert len(lines) == 2, "one of the catalog, one of the aggregator"


def dead_in(site: Site) -> Counter[Dead]:
    """Dead letters of the shared queues."""
    return Counter(
        (letter.queue, kind_of(letter.routing_key), letter.body)
        for letter in site.onwatch.bus.dead_letters
        if letter.queue in KINDS
    )


def has_dead_lettered_all_of(sent: Sent, site: Site) -> bool:
    """Whether the dead letters are exactly what the newer release has sent to the queues of the services that run."""
    dead = dead_in(site)
    running = {queue for queue, _, _ in dead}
    expected = sent.expected_dead({queue: kinds for queue, kinds in KINDS.items() if queue in running})
    return running >= {BATCHES, "aggregator.finished", "catalog.runs"} and dead == expected


async def failing_checks(site: Site) -> list[str]:
    """What `/readyz` would report."""
    checks = {**site.onwatch.aggregator.checks, **site.onwatch.catalog.checks}
    failures = [await failure_of_check(check, PATIENCE_S) for check in checks.values()]
    return [failure for failure in failures if failure is not None]


async def test_the_program_says_in_one_line_that_it_is_too_old(tmp_path: Path) -> None:
    environ = {f"ONWATCH_{name}_DATA_DIR": str(tmp_path) for name in ("CATALOG", "AGGREGATOR")}
    configuration = configure(tmp_path, environ={})
    await migrate_ahead(configuration.catalog, configuration.aggregator, tmp_path, Contract("ahead", "9.8.7"))
    result = await asyncio.to_thread(CliRunner().invoke, app, ["migrate"], env=environ | {"COLUMNS": "500"})
    assert result.exit_code == FAILED
    assert "migrate: the tables of the catalog are of migration ahead of a newer Onwatch" in result.stderr


# --- as processes on servers ---------------------------------------------------------------------


@pytest.fixture
def fleet(
    rabbit_server: RabbitServer, redis_server: RedisServer, postgres_server: PostgresServer, tmp_path: Path
) -> Iterator[Fleet]:
    database = f"mixed_{os.getpid()}_{tmp_path.name.replace('-', '_')}".lower()[:60]
    with fleet_on(rabbit_server, redis_server, postgres_server, tmp_path, database, tmp_path / "media") as fleet:
        yield fleet


async def migrate_fleet_ahead(fleet: Fleet, contract: Contract | None = None) -> None:
    catalog, aggregator = (cls.load(None, fleet.environ) for cls in (CatalogSettings, AggregatorSettings))
    await migrate_ahead(catalog, aggregator, fleet.log_dir, contract)


@pytest.mark.connected
async def test_processes_beside_a_newer_release_count_every_vehicle(
    fleet: Fleet, rabbit_server: RabbitServer, tmp_path: Path
) -> None:
    clip = tmp_path / "short.mp4"
    write_short_clip(clip)
    await migrate_fleet_ahead(fleet)
    for service in ("catalog", "aggregator", "dashboard", "detector", "gateway"):
        fleet.start(f"{service}-1")
    async with httpx.AsyncClient(timeout=60) as http:
        await fleet.until_ready(http)
        gateway = fleet.url("gateway-1")
        video_id = await upload(http, gateway, clip)
        async with rabbit_doctor(rabbit_server.url, ()) as doctor:
            await doctor.dead_letters.purge()  # the session's broker has those of other tests
            async with joined_at_broker(rabbit_server.url) as sent:
                async with watching(gateway, video_id) as viewer:
                    await until(viewer.has_ended, "the end", lambda: fleet.log_of("aggregator-1"))
                assert_true(await rows_of(http, gateway, video_id))
                await until(lambda: batches_are_dead(rabbit_server.url, sent), "each batch to be a dead letter")
            await doctor.dead_letters.purge()
    for name in ("catalog-1", "aggregator-1"):
        assert fleet.log_of(name).count("of a newer Onwatch") == 1
    assert fleet.stop_all() == dict.fromkeys(fleet.processes, 0)


async def batches_are_dead(url: str, sent: Sent) -> bool:
    """Whether every batch of the newer release is among the dead letters of the queue, as it was sent."""
    async with rabbit_doctor(url, ()) as doctor:
        letters = await doctor.dead_letters.list()
    found = Counter((letter.queue, letter.kind, letter.body) for letter in letters if letter.queue == BATCHES)
    expected = sent.expected_dead({BATCHES: KINDS[BATCHES]})
    return len(expected) > 0 and found == expected


@pytest.mark.connected
async def test_a_process_that_needs_what_is_gone_ends_with_one_line(fleet: Fleet) -> None:
    await migrate_fleet_ahead(fleet, Contract("ahead", "9.8.7"))
    fleet.start("catalog-1")

    async def has_ended() -> bool:
        return fleet.processes["catalog-1"].poll() is not None

    await until(has_ended, "its end", lambda: fleet.log_of("catalog-1"))
    assert fleet.processes["catalog-1"].poll() == 3
    written = fleet.log_of("catalog-1")
    assert written.count("9.8.7 or newer") == 1
    assert "Traceback" not in written
