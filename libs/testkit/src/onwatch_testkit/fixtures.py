"""Fixtures for every member's tests (a pytest plug-in)."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from onwatch_runtime.bus.memory.bus import MemoryBus
from onwatch_runtime.ids import NewId
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.golden import Golden
from onwatch_testkit.ids import counting_ids
from onwatch_testkit.servers.choice import chosen
from onwatch_testkit.servers.local import PostgresServer, RabbitServer, RedisServer

# The suites' assertions then say what they saw, as those in a test module do.
pytest.register_assert_rewrite("onwatch_testkit.bus_suite")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ids() -> NewId:
    return counting_ids()


@pytest_asyncio.fixture
async def memory_bus(clock: FakeClock) -> AsyncIterator[MemoryBus]:
    bus = MemoryBus(clock)
    yield bus
    await bus.close()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The files in the folder `golden` beside the test."""
    return Golden(request.path.parent / "golden")


@pytest.fixture
def shared_dir(request: pytest.FixtureRequest) -> Path:
    """The folder with real clips and weights (`ONWATCH_SHARED_DIR`, else `shared` beside the project)."""
    folder = Path(os.environ.get("ONWATCH_SHARED_DIR", request.config.rootpath.parent / "shared"))
    if not (folder / "media").is_dir():
        pytest.skip(f"no real clips: {folder}/media is not there (set ONWATCH_SHARED_DIR)")
    return folder


# One of each for the whole session, started by the first test that asks. A test leaves it running, and keeps what it
# makes in it apart by names of its own.


@pytest.fixture(scope="session")
def rabbit_server() -> Iterator[RabbitServer]:
    with chosen(RabbitServer).running() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    with chosen(RedisServer).running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with chosen(PostgresServer).running() as server:
        yield server
