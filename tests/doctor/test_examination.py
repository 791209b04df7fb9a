"""`onwatch doctor` on the data folder of the one-process mode, and on real servers."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis.asyncio import Redis

from onwatch.doctor.examination import QUEUES, doctor_for, purge_dead, requeue_dead
from onwatch.doctor.stores import Stores, locate_stores
from onwatch.server_accounts import SUBSCRIPTIONS
from onwatch_aggregator.live.redis_store import Lifetimes, RedisLiveStore
from onwatch_aggregator.live.store import ClaimAttempt, Granted
from onwatch_aggregator.results import migrate as migrate_aggregator
from onwatch_catalog.records.database import make_engine
from onwatch_catalog.records.database import migrate as migrate_catalog
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.records.video import StoredVideo
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import VideoCreatedV1
from onwatch_contracts.values import RunSettings
from onwatch_runtime.bus import Publisher, SharedQueue
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.observe import ExaminationFailed
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.sample_videos import stored_video
from onwatch_testkit.servers import PostgresServer, RabbitServer, RedisServer
from onwatch_testkit.system import running_site

HOUR_S = 3600.0


def kinds(findings: Any) -> set[tuple[str, str]]:
    return {(finding.kind, finding.subject) for finding in findings}


def test_every_queue_that_outlives_its_consumers_is_known() -> None:
    shared = {queue for table in SUBSCRIPTIONS.values() for queue, _ in table if isinstance(queue, SharedQueue)}

    assert set(QUEUES) == shared


# --- the data folder -----------------------------------------------------------------------------


def put(path: Path) -> Path:
    """A file that was last changed long ago, in a folder that was too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    for changed in (path, path.parent):
        os.utime(changed, (1e9, 1e9))
    return path


@pytest.fixture
async def used(tmp_path: Path, clock: FakeClock, clip: Path) -> tuple[Path, str, str]:
    """A data folder with two analysed videos, and their ids."""
    async with running_site(tmp_path / "data", clock) as site:
        one, other = await site.upload(clip, "one"), await site.upload(clip, "other")
        for video_id in (one, other):
            await site.http.post(f"/api/videos/{video_id}/analysis")
            await site.until_status(video_id, "finished")
    return tmp_path / "data", one, other


async def test_orphans_in_a_data_folder_are_found_and_repaired(used: tuple[Path, str, str], clock: FakeClock) -> None:
    data, one, other = used
    stores = locate_stores(data, environ={})
    orphan = put(data / "media" / "nobody" / "source.mp4")
    with closing(sqlite3.connect(data / "catalog.db")) as catalog, catalog:
        catalog.execute("DELETE FROM videos WHERE id = ?", (one,))
    for path in (data / "media" / one).iterdir():
        os.utime(path, (1e9, 1e9))
    os.utime(data / "media" / one, (1e9, 1e9))

    async with doctor_for(stores, min_age_s=HOUR_S, settle_s=0, clock=SystemClock()) as doctor:
        found = await doctor.examine()
        assert kinds(found) == {
            ("folder_without_video", "nobody"),
            ("folder_without_video", one),
            ("results_without_video", one),
        }
        report = await doctor.repair({finding.key for finding in found if finding.place == "files"})
        assert kinds(report.left) == {("results_without_video", one)}, "only confirmed findings are repaired"
        report = await doctor.repair({finding.key for finding in found})
        assert (report.left, dict(report.failures)) == ((), {})

    assert not orphan.parent.exists()
    async with running_site(data, clock) as again:
        assert [video["id"] for video in (await again.get("/api/videos"))["items"]] == [other]
        assert (await again.get(f"/api/videos/{other}/metrics"))["total_vehicles_count"] == 3


async def test_work_in_progress_of_a_running_system_is_not_reported(
    tmp_path: Path, clock: FakeClock, clip: Path
) -> None:
    async with running_site(tmp_path / "data", clock) as site:
        video_id = await site.upload(clip)
        await site.http.post(f"/api/videos/{video_id}/analysis")
        await site.until_status(video_id, "streaming")
        arriving = tmp_path / "data" / "media" / "arriving"
        arriving.mkdir()
        (arriving / "source.part").write_bytes(b"x")
        stores = locate_stores(tmp_path / "data", environ={})
        async with doctor_for(stores, min_age_s=HOUR_S, settle_s=0, clock=SystemClock()) as doctor:
            assert await doctor.examine() == ()


async def test_dead_letter_commands_need_rabbitmq(used: tuple[Path, str, str]) -> None:
    stores = locate_stores(used[0], environ={})
    for command in (requeue_dead, purge_dead):
        with pytest.raises(ExaminationFailed, match="RabbitMQ: there is none"):
            await command(stores)


# --- real servers --------------------------------------------------------------------------------


@pytest.fixture
def servers(
    rabbit_server: RabbitServer, redis_server: RedisServer, postgres_server: PostgresServer, tmp_path: Path
) -> Stores:
    database = f"doctor_{os.getpid()}_{tmp_path.name.replace('-', '_')}".lower()[:60]
    with closing(psycopg.connect(postgres_server.url, autocommit=True)) as owner:
        owner.execute(f'CREATE DATABASE "{database}"')
    (tmp_path / "media").mkdir()
    environ = {
        "ONWATCH_CATALOG_DATABASE_URL": postgres_server.url_of(database),
        "ONWATCH_CATALOG_MEDIA_DIR": str(tmp_path / "media"),
        "ONWATCH_CATALOG_BUS_URL": rabbit_server.url,
        "ONWATCH_AGGREGATOR_DATABASE_URL": postgres_server.url_of(database),
        "ONWATCH_AGGREGATOR_REDIS_URL": redis_server.url.removesuffix("/0") + "/9",
        "ONWATCH_AGGREGATOR_BUS_URL": rabbit_server.url,
    }
    return locate_stores(tmp_path, environ=environ)


@pytest.fixture
async def redis(servers: Stores) -> AsyncIterator[Redis]:
    async with Redis.from_url(servers.aggregator.redis_url.get_secret_value()) as client:
        await client.flushdb()
        yield client


def streaming(video_id: str) -> StoredVideo:
    return stored_video(video_id, SystemClock().now(), VideoStatus.STREAMING)


async def claim(redis: Redis, video_id: str) -> None:
    now = SystemClock().now()
    settings = RunSettings(duration_s=2.0, frames_per_second=10.0, detector_model="demo")
    live = RedisLiveStore(redis, Lifetimes(lease_s=600))
    granted = await live.claim(ClaimAttempt(video_id, "w", now, settings, now, "run"))
    assert isinstance(granted, Granted)


@pytest.mark.connected
async def test_orphans_on_real_servers_are_found_and_repaired(servers: Stores, redis: Redis) -> None:
    await migrate_catalog(servers.catalog)
    await migrate_aggregator(servers.aggregator)
    await purge_dead(servers)
    clock = SystemClock()
    engine = make_engine(servers.catalog)
    store, bus = SqlStore(engine), await RabbitBus(servers.catalog.bus_url.get_secret_value(), clock).open()
    publisher = Publisher(bus, clock, lambda: "m")
    for video_id in ("held", "stuck"):
        await store.add(streaming(video_id), publisher.make(VideoCreatedV1, video_id=video_id))
        for name in ("source.mp4", "thumbnail.jpg"):
            put(servers.catalog.media / video_id / name)
    await bus.publisher.send(bus.topology.dead_letters, "video.deleted.v1.x", "m", b"{}", {"x-onwatch-reason": "why"})
    await redis.hset("onwatch:{nobody}:left", "x", "x")
    await claim(redis, "held")

    async with doctor_for(servers, min_age_s=HOUR_S, settle_s=0, clock=clock) as doctor:
        found = await doctor.examine()
        assert kinds(found) == {
            ("stuck_streaming", "stuck"),
            ("keys_without_video", "nobody"),
            ("dead_letters", "?: why"),
        }
        report = await doctor.repair({finding.key for finding in found})
        assert kinds(report.left) == {("dead_letters", "?: why")}
    assert await purge_dead(servers) == 1
    stuck = await store.find("stuck")
    assert stuck is not None
    assert stuck.status is VideoStatus.PAUSED
    await bus.close()
    await engine.dispose()
