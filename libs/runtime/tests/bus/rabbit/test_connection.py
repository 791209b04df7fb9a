"""The connection comes back, and a call to the broker ends in time."""

import asyncio
import logging
import time

import pytest
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import AMQPError

from onwatch_runtime.bus import BusUnavailable
from onwatch_runtime.bus.rabbit.connection import RabbitLink, bounded
from onwatch_runtime.clock import SystemClock
from onwatch_testkit.servers.local import HOST, RabbitServer
from onwatch_testkit.tcp_proxy import TcpProxy

LIMIT_S = 20.0


class Lamp:
    """A part that is on while it is attached."""

    def __init__(self) -> None:
        self.attached = 0
        self.is_on = asyncio.Event()
        self.is_off = asyncio.Event()

    async def attach(self, connection: AbstractConnection) -> None:
        self.attached += 1
        self.is_off.clear()
        self.is_on.set()

    def detach(self) -> None:
        self.is_on.clear()
        self.is_off.set()


async def answer() -> str:
    return "yes"


async def raises(error: BaseException) -> None:
    raise error


async def test_an_answer_comes_through():
    assert await bounded(answer(), 1.0, "asking") == "yes"


@pytest.mark.parametrize(
    "error", [AMQPError("closed"), OSError("reset"), RuntimeError("channel closed"), Exception()], ids=repr
)
async def test_a_failure_of_the_broker_is_unavailability(error: Exception):
    with pytest.raises(BusUnavailable, match="asking") as caught:
        await bounded(raises(error), 1.0, "asking")
    assert caught.value.__cause__ is error


async def test_a_fault_of_ours_stays_what_it_is():
    with pytest.raises(KeyError):
        await bounded(raises(KeyError("x")), 1.0, "asking")


async def test_a_call_that_the_library_cancels_is_unavailability():
    with pytest.raises(BusUnavailable, match="lost"):
        await bounded(raises(asyncio.CancelledError()), 1.0, "asking")


async def test_a_call_that_does_not_even_end_when_cancelled_is_left_behind():
    async def stubborn() -> None:
        try:
            await never.wait()
        except asyncio.CancelledError:
            await never.wait()

    never = asyncio.Event()
    with pytest.raises(BusUnavailable, match=r"within 0\.05 s"):
        await bounded(stubborn(), 0.05, "asking")
    never.set()


async def test_a_caller_who_is_cancelled_does_not_cancel_the_call():
    ended, go_on = asyncio.Event(), asyncio.Event()

    async def call() -> None:
        await go_on.wait()
        ended.set()

    caller = asyncio.create_task(bounded(call(), 10.0, "asking"))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    async with asyncio.timeout(LIMIT_S):
        await ended.wait()


@pytest.mark.connected
class TestConnected:
    async def test_it_waits_for_a_broker_that_is_not_there_yet(
        self, rabbit_server: RabbitServer, caplog: pytest.LogCaptureFixture
    ):
        proxy = TcpProxy(rabbit_server.port)
        link, lamp = RabbitLink(f"amqp://guest:guest@{HOST}:{proxy.port}/", SystemClock()), Lamp()
        link.put_first(lamp)
        with caplog.at_level(logging.WARNING, "onwatch_runtime.bus.rabbit.connection"):
            opening = asyncio.create_task(link.open())
            async with asyncio.timeout(LIMIT_S):
                while not any("next try in 0.4 s" in message for message in caplog.messages):  # noqa: ASYNC110 no event
                    await asyncio.sleep(0.01)
        assert not opening.done()
        assert f"{HOST}:{proxy.port}" in caplog.text
        assert "guest:guest" not in caplog.text
        async with proxy, asyncio.timeout(LIMIT_S):
            await opening
            assert lamp.is_on.is_set()
            await link.close()
        assert lamp.is_off.is_set()

    async def test_a_lost_connection_is_made_again_with_all_its_parts(self, rabbit_server: RabbitServer):
        async with TcpProxy(rabbit_server.port) as proxy, asyncio.timeout(LIMIT_S):
            link, lamps = RabbitLink(f"amqp://guest:guest@{HOST}:{proxy.port}/", SystemClock()), (Lamp(), Lamp())
            link.put_first(lamps[0])
            await link.open()
            await link.add(lamps[1])
            await proxy.cut()
            for lamp in lamps:
                await lamp.is_off.wait()
            assert not link.is_up
            await proxy.repair()
            for lamp in lamps:
                await lamp.is_on.wait()
            assert [lamp.attached for lamp in lamps] == [2, 2]
            await link.close()

    async def test_a_part_that_was_removed_is_not_attached_again(self, rabbit_server: RabbitServer):
        async with TcpProxy(rabbit_server.port) as proxy, asyncio.timeout(LIMIT_S):
            link, stays, goes = RabbitLink(f"amqp://guest:guest@{HOST}:{proxy.port}/", SystemClock()), Lamp(), Lamp()
            await link.open()
            await link.add(stays)
            await link.add(goes)
            link.remove(goes)
            proxy.reset()
            await stays.is_off.wait()
            await stays.is_on.wait()
            assert goes.attached == 1
            await link.close()

    async def test_closing_does_not_wait_for_a_frozen_broker(self, rabbit_server: RabbitServer):
        link = RabbitLink(rabbit_server.url, SystemClock())
        await link.open()
        rabbit_server.pause()
        try:
            began_s = time.monotonic()
            await link.close()
            assert time.monotonic() - began_s < 5.0
        finally:
            rabbit_server.unpause()
