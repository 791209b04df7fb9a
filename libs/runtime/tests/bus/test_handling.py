import asyncio

import pytest

from onwatch_contracts.messages import Message
from onwatch_runtime.bus.handling import failure_of
from onwatch_testkit.bus_suite import created
from onwatch_testkit.clock import settle
from onwatch_testkit.recorder import Recorder


async def test_a_handler_that_returns_has_no_failure():
    assert await failure_of(Recorder(), created(1)) is None


async def test_an_error_raised_by_a_handler_is_its_failure():
    error = RuntimeError("no such column")

    async def handler(_: Message) -> None:
        raise error

    assert await failure_of(handler, created(1)) is error


async def test_a_cancelled_call_inside_a_handler_is_a_failure():
    async def handler(_: Message) -> None:
        raise asyncio.CancelledError("a call inside")

    assert "a call inside" in str(await failure_of(handler, created(1)))


async def test_cancelling_the_handlers_own_task_is_not_a_failure():
    task = asyncio.create_task(failure_of(Recorder(held=True), created(1)))
    await settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
