from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.mqtt.broker import BrokerUnavailable
from onwatch_catalog.settings import CatalogSettings
from onwatch_testkit.threads import until_ended


async def test_every_readiness_check_of_a_running_catalog_passes(stage: Any) -> None:
    assert set(stage.service.checks) == {"bus", "sql", "media"}
    for check in stage.service.checks.values():
        await check()


async def test_a_database_that_cannot_be_opened_stops_the_start(staging: Any, tmp_path: Path) -> None:
    earlier = threading.enumerate()
    with pytest.raises(StoreUnavailable, match="unable to open database file"):
        async with staging(database_url=f"sqlite+aiosqlite:///{tmp_path}"):
            pass
    # aiosqlite does not wait for the thread of a connection that could not be opened.
    await until_ended("_connection_worker_thread", earlier)


async def test_videos_survive_a_restart(staging: Any, empty_database: CatalogSettings, clip: Path) -> None:
    async with staging(database_url=empty_database.database) as stage:
        video_id = await stage.add(clip, name="Main street")

    async with staging(database_url=empty_database.database) as stage:
        assert (await stage.http.get(f"/api/videos/{video_id}")).json()["name"] == "Main street"
        assert (await stage.http.get(f"/api/videos/{video_id}/content")).status_code == 200


async def test_uploads_and_deletions_are_counted(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    await stage.http.delete(f"/api/videos/{video_id}")

    count = stage.service.registry.get_sample_value
    assert count("onwatch_catalog_uploads_total", {"outcome": "taken"}) == 1
    assert count("onwatch_catalog_deletes_total") == 1


async def test_a_broker_of_mqtt_that_is_away_is_a_condition_and_the_catalog_works(staging: Any, clip: Path) -> None:
    async with staging(mqtt_url="mqtt://127.0.0.1:1") as stage:
        assert "mqtt" not in stage.service.checks
        with pytest.raises(BrokerUnavailable):
            await stage.service.conditions["mqtt"]()
        assert (await stage.upload(clip)).status_code == 201


async def test_without_a_broker_there_is_no_condition(stage: Any) -> None:
    assert set(stage.service.conditions) == {"disk"}
