"""Fixtures for every member's tests (a pytest plug-in).

Each pytest run loads it: what takes seconds to import is imported inside the fixture that needs it.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.ids import NewId
from onwatch_runtime.observe import spans_given_to
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.golden import Golden
from onwatch_testkit.ids import counting_ids
from onwatch_testkit.servers import (
    MosquittoServer,
    PostgresServer,
    RabbitServer,
    RedisServer,
    SeaweedServer,
    TlsPostgresServer,
    TlsRabbitServer,
    TlsRedisServer,
    chosen,
    require,
)

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from onwatch_testkit.system import Site

CHROMIUM_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
EXPECTATION_MS = 60_000  # real time; only a test that fails waits so long

# Failing assertions of a suite then show the compared values, as those of a test module do.
pytest.register_assert_rewrite("onwatch_testkit.bus_suite")


@pytest.fixture(autouse=True)
def logging_restored() -> Iterator[None]:
    """A command under test configures the logs of the process; the next test gets them as they were."""
    root = logging.getLogger()
    level, handlers, levels = root.level, root.handlers[:], _logger_levels()
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    for name, now in _logger_levels().items():
        if now != (before := levels.get(name, logging.NOTSET)):
            logging.getLogger(name).setLevel(before)


def _logger_levels() -> dict[str, int]:
    known = logging.Logger.manager.loggerDict.items()
    return {name: logger.level for name, logger in known if isinstance(logger, logging.Logger)}


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
def exported_spans() -> Iterator[InMemorySpanExporter]:
    """The spans that end during the test."""
    exporter = InMemorySpanExporter()
    with spans_given_to(SimpleSpanProcessor(exporter), "tests"):
        yield exporter


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The files in the folder `golden` beside the test."""
    return Golden(request.path.parent / "golden")


@pytest.fixture(scope="session")
def shared_dir(request: pytest.FixtureRequest) -> Path:
    """The folder with real clips and weights (`ONWATCH_SHARED_DIR`, else `shared` beside the project)."""
    folder = Path(os.environ.get("ONWATCH_SHARED_DIR", request.config.rootpath.parent / "shared"))
    if not (folder / "media").is_dir():
        pytest.skip(f"no real clips: {folder}/media is not there (set ONWATCH_SHARED_DIR)")
    return folder


# --- the whole system ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three vehicles in three seconds; what is to be counted is `onwatch_testkit.system.truth`."""
    from onwatch_testkit.system import write_clip

    path = tmp_path_factory.mktemp("clips") / "three.mp4"
    write_clip(path)
    return path


@pytest_asyncio.fixture
async def site(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Site]:
    """Onwatch in one process."""
    from onwatch_testkit.system import running_site

    async with running_site(tmp_path / "data", clock) as site:
        yield site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """The installed Chromium. Without one the test is skipped; it fails where `ONWATCH_REQUIRE_BROWSER=1`."""
    from playwright.async_api import async_playwright, expect

    executable = shutil.which("chromium")
    if executable is None:
        reason = "no `chromium` on the path (Debian: apt-get install chromium)"
        if os.environ.get("ONWATCH_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=EXPECTATION_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        await browser.close()


# --- private servers -----------------------------------------------------------------------------

# One of each per session, started by the first test that needs it. A test leaves it running, and uses names of its own
# for whatever it creates there.


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


@pytest.fixture(scope="session")
def mosquitto_server() -> Iterator[MosquittoServer]:
    require(MosquittoServer)
    with MosquittoServer.running() as server:
        yield server


@pytest.fixture(scope="session")
def seaweed_server() -> Iterator[SeaweedServer]:
    require(SeaweedServer)
    with SeaweedServer.running() as server:
        yield server


# With TLS: always the installed programs.


@pytest.fixture(scope="session")
def tls_rabbit_server() -> Iterator[TlsRabbitServer]:
    require(TlsRabbitServer)
    with TlsRabbitServer.running() as server:
        yield server


@pytest.fixture(scope="session")
def tls_redis_server() -> Iterator[TlsRedisServer]:
    require(TlsRedisServer)
    with TlsRedisServer.running() as server:
        yield server


@pytest.fixture(scope="session")
def tls_postgres_server() -> Iterator[TlsPostgresServer]:
    require(TlsPostgresServer)
    with TlsPostgresServer.running() as server:
        yield server
