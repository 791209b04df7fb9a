from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.applications import Starlette

from onwatch_runtime.bus import Bus
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.clock import Clock
from onwatch_runtime.process.lifecycle import dependencies_ready, run_process
from onwatch_runtime.process.service import Service
from onwatch_runtime.settings import ServiceSettings
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.servers import free_port

TIMEOUT_S = 60.0


class ToySettings(ServiceSettings, env_prefix="ONWATCH_TOY_"):
    """No settings of its own."""


@dataclass
class Toy:
    """A service whose dependency can be unreachable; it records its start and stop."""

    is_reachable: bool = True
    may_stop: asyncio.Event = field(default_factory=asyncio.Event)
    done: list[str] = field(default_factory=list)

    def build(self, bus: Bus) -> Service:
        return Service("toy", Starlette(), self.lifespan, {"store": self.check})

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        self.done.append("started")
        yield
        await self.may_stop.wait()
        self.done.append("stopped")

    async def check(self) -> None:
        if not self.is_reachable:
            raise ConnectionError("refused")


async def memory(url: str, clock: Clock) -> Bus:
    return MemoryBus(clock)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not await condition():  # noqa: ASYNC110 the process under test has no event for it
            await asyncio.sleep(0.01)


async def test_an_unreachable_dependency_is_checked_again_with_a_growing_delay(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    toy = Toy(is_reachable=False)
    waiting = asyncio.create_task(dependencies_ready({"store": toy.check}, clock))
    await clock.advance(4.0)
    assert not waiting.done()
    assert [record.getMessage() for record in caplog.records] == [
        f"waiting for store, next try in {delay:.1f} s: ConnectionError: refused" for delay in (0.5, 1.0, 2.0, 4.0)
    ]
    toy.is_reachable = True
    await clock.advance(4.0)
    assert waiting.done()


@asynccontextmanager
async def running(toy: Toy, **settings: float) -> AsyncIterator[tuple[asyncio.Task[bool], str]]:
    """Runs the toy as a process would; yields the task and the address for operators. SIGTERM ends it."""
    chosen = ToySettings(ops_port=free_port(), **settings)
    task = asyncio.create_task(run_process("toy", chosen, toy.build, memory))
    yield task, f"http://127.0.0.1:{chosen.ops_port}"
    await asyncio.gather(task, return_exceptions=True)


async def test_a_signal_stops_the_service_within_its_grace_period() -> None:
    toy = Toy()

    async def has_started() -> bool:
        return toy.done == ["started"]

    async with running(toy) as (task, _):
        await until(has_started)
        os.kill(os.getpid(), signal.SIGTERM)
        toy.may_stop.set()
        assert await task is True
    assert toy.done == ["started", "stopped"]


async def test_a_stop_that_takes_longer_is_abandoned_and_reported() -> None:
    toy = Toy()

    async def has_started() -> bool:
        return toy.done == ["started"]

    async with running(toy, grace_s=0.05) as (task, _):
        await until(has_started)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await task is False
    assert toy.done == ["started"]


async def test_operators_and_callers_are_answered_at_ports_of_their_own() -> None:
    toy = Toy()
    port, ops_port = free_port(), free_port()
    settings = ToySettings(port=port, ops_port=ops_port)
    task = asyncio.create_task(run_process("toy", settings, toy.build, memory))
    async with httpx.AsyncClient(timeout=60) as http:

        async def is_ready() -> bool:
            try:
                return (await http.get(f"http://127.0.0.1:{ops_port}/readyz")).status_code == 200
            except httpx.TransportError:
                return False

        await until(is_ready)
        assert (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 404
    os.kill(os.getpid(), signal.SIGTERM)
    toy.may_stop.set()
    assert await task is True


async def test_a_signal_ends_the_wait_for_a_dependency() -> None:
    toy = Toy(is_reachable=False)
    async with running(toy) as (task, url), httpx.AsyncClient(timeout=60) as http:

        async def is_alive() -> bool:
            try:
                return (await http.get(f"{url}/healthz")).status_code == 200
            except httpx.TransportError:
                return False

        await until(is_alive)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await task is True
    assert toy.done == []
