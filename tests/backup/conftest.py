"""One finished system and its backup, which the tests of a module restore in many ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from backup.systems import BackedUp, Place, analysed

from onwatch.backup.progress import Unwatched
from onwatch.backup.writing import backup_to_file
from onwatch_runtime.clock import SystemClock
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.ids import counting_ids
from onwatch_testkit.servers import SeaweedServer
from onwatch_testkit.system import running_site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def backed_up(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> AsyncIterator[BackedUp]:
    folder = tmp_path_factory.mktemp("backed_up")
    here = Place(folder / "data", {})
    async with running_site(here.data_dir, FakeClock()) as site:
        video_id = await analysed(site, clip, "kept")
    target = folder / "backup.tar"
    await asyncio.to_thread(backup_to_file, here.stores, target, SystemClock(), Unwatched())
    yield BackedUp(here, target, video_id)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def other(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> AsyncIterator[Place]:
    """Another stopped system, with a video of its own."""
    here = Place(tmp_path_factory.mktemp("other") / "data", {})
    async with running_site(here.data_dir, FakeClock(), ids=counting_ids("other")) as site:
        await analysed(site, clip, "other")
    yield here


@pytest.fixture
def store_environment(seaweed_server: SeaweedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """An object store with a bucket, which the environment gives access to."""
    seaweed_server.make_bucket("backups")
    for name, value in seaweed_server.environment_for().items():
        monkeypatch.setenv(name, value)
