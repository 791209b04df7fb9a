from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from onwatch_runtime.bus import Bus
from onwatch_runtime.bus.memory.bus import MemoryBus
from onwatch_runtime.clock import Clock
from onwatch_runtime.process.main import Front, Phase, _serving, main, main_without_bus, reached, run_process
from onwatch_runtime.process.service import MAX_UNSENT_BYTES, TCP_NOTSENT_LOWAT, Service, http_server
from onwatch_runtime.settings import ServiceSettings
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.servers.local import free_port

PATIENCE_S = 10.0


class ToySettings(ServiceSettings, env_prefix="ONWATCH_TOY_"):
    """A service with nothing of its own to set."""


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


@dataclass
class Toy:
    """A service whose dependency comes and goes, and that remembers what was done to it."""

    is_reached: bool = True
    may_stop: asyncio.Event = field(default_factory=asyncio.Event)
    done: list[str] = field(default_factory=list)

    def build(self, bus: Bus) -> Service:
        return Service("toy", Starlette(routes=[Route("/hello", hello)]), self.lifespan, {"store": self.check})

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        self.done.append("started")
        yield
        await self.may_stop.wait()
        self.done.append("stopped")

    async def check(self) -> None:
        if not self.is_reached:
            raise ConnectionError("refused")


async def memory(url: str, clock: Clock) -> Bus:
    return MemoryBus(clock)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():  # noqa: ASYNC110 the process under test has no event for it
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A process sets up its logs; other tests count on theirs."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    levels = {name: logging.getLogger(name).level for name in ("aiormq", "aio_pika", "httpx", "httpcore", "alembic")}
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


async def test_a_front_is_alive_at_once_and_ready_when_it_really_is() -> None:
    front, toy = Front("toy"), Toy(is_reached=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://toy") as http:
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/hello")).status_code == 503
        front.show(toy.build(MemoryBus(FakeClock())))
        front.phase = Phase.READY
        assert (await http.get("/hello")).text == "hello"
        assert (await http.get("/readyz")).status_code == 503
        toy.is_reached = True
        assert (await http.get("/readyz")).status_code == 200
        front.phase = Phase.STOPPING
        assert (await http.get("/readyz")).status_code == 503
        assert (await http.get("/hello")).text == "hello", "what is on its way is still served"


async def test_a_dependency_is_waited_for_with_a_growing_delay(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    toy = Toy(is_reached=False)
    waiting = asyncio.create_task(reached({"store": toy.check}, clock))
    await clock.advance(4.0)
    assert not waiting.done()
    assert [record.getMessage() for record in caplog.records] == [
        f"waiting for store, next try in {delay:.1f} s: ConnectionError: refused" for delay in (0.5, 1.0, 2.0, 4.0)
    ]
    toy.is_reached = True
    await clock.advance(4.0)
    assert waiting.done()


@asynccontextmanager
async def running(toy: Toy, **settings: float) -> AsyncIterator[tuple[asyncio.Task[bool], str]]:
    """The toy as a process would run it, and its address; SIGTERM ends it."""
    chosen = ToySettings(port=free_port(), **settings)
    task = asyncio.create_task(run_process("toy", chosen, toy.build, memory))
    yield task, f"http://127.0.0.1:{chosen.port}"
    await asyncio.gather(task, return_exceptions=True)


async def test_a_signal_stops_it_within_its_grace() -> None:
    toy = Toy()

    async def has_started() -> bool:
        return toy.done == ["started"]

    async with running(toy) as (task, _):
        await until(has_started)
        os.kill(os.getpid(), signal.SIGTERM)
        toy.may_stop.set()
        assert await task is True
    assert toy.done == ["started", "stopped"]


@pytest.mark.skipif(sys.platform != "linux", reason="an option of Linux; elsewhere the kernel's own limit holds")
async def test_a_viewer_of_a_process_has_few_old_frames_waiting_in_the_kernel() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        async with _serving(http_server(Front("toy"), "127.0.0.1", 0), listening.dup()):

            async def is_limited() -> bool:
                return listening.getsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT) == MAX_UNSENT_BYTES

            await until(is_limited)


async def test_a_stop_that_takes_longer_is_given_up_and_said_so() -> None:
    toy = Toy()

    async def has_started() -> bool:
        return toy.done == ["started"]

    async with running(toy, grace_s=0.05) as (task, _):
        await until(has_started)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await task is False
    assert toy.done == ["started"]


async def test_a_signal_while_it_waits_for_a_dependency_ends_the_wait() -> None:
    toy = Toy(is_reached=False)
    async with running(toy) as (task, url), httpx.AsyncClient() as http:

        async def is_alive() -> bool:
            try:
                return (await http.get(f"{url}/healthz")).status_code == 200
            except httpx.TransportError:
                return False

        await until(is_alive)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await task is True
    assert toy.done == []


def toy_of(settings: ToySettings) -> Service:
    return Toy().build(MemoryBus(FakeClock()))


def test_settings_that_make_no_sense_are_named_and_exit_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONWATCH_TOY_PROT", "80")
    with pytest.raises(SystemExit) as ended:
        main_without_bus("toy", ToySettings, toy_of)
    assert ended.value.code == 2
    assert "ONWATCH_TOY_PROT" in capsys.readouterr().err


def test_the_argument_migrate_migrates_and_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    migrated: list[ToySettings] = []

    async def migrate(settings: ToySettings) -> None:
        migrated.append(settings)

    monkeypatch.setattr(sys, "argv", ["onwatch_toy", "migrate"])
    main("toy", ToySettings, lambda settings, bus: toy_of(settings), migrate)
    assert len(migrated) == 1


def test_an_unknown_argument_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["onwatch_toy", "dance"])
    with pytest.raises(SystemExit) as ended:
        main_without_bus("toy", ToySettings, toy_of)
    assert ended.value.code == 2
    assert "dance" in capsys.readouterr().err
