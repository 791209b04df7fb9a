"""One try of a handler, and the wait before the next."""

import asyncio

import pytest

from onwatch_contracts.messages import Message
from onwatch_runtime.bus.handling import failure_of, interrupted
from onwatch_testkit.bus_suite import created
from onwatch_testkit.clock import FakeClock, settle
from onwatch_testkit.recorder import Recorder


async def test_a_handler_that_returns_did_not_fail():
    assert await failure_of(Recorder(), created(1)) is None


async def test_what_a_handler_raises_is_its_failure():
    error = RuntimeError("the store is away")

    async def handler(_: Message) -> None:
        raise error

    assert await failure_of(handler, created(1)) is error


async def test_a_cancelled_call_inside_a_handler_is_a_failure():
    async def handler(_: Message) -> None:
        raise asyncio.CancelledError("a call inside")

    assert "a call inside" in str(await failure_of(handler, created(1)))


async def test_the_end_of_the_task_itself_is_not_a_failure():
    task = asyncio.create_task(failure_of(Recorder(held=True), created(1)))
    await settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_wait_that_nothing_interrupts_takes_its_time(clock: FakeClock):
    waiting = asyncio.create_task(interrupted(clock, 1.0, asyncio.Event()))
    await clock.advance(0.9)
    assert not waiting.done()
    await clock.advance(0.2)
    assert await waiting is False


async def test_the_event_ends_the_wait(clock: FakeClock):
    event = asyncio.Event()
    waiting = asyncio.create_task(interrupted(clock, 1.0, event))
    await settle()
    event.set()
    assert await waiting is True
