import asyncio

import pytest
from aio_pika.exceptions import AMQPError

from onwatch_runtime.bus import BusUnavailable
from onwatch_runtime.bus.rabbit.calls import bounded, close_quietly

LIMIT_S = 120.0


async def answer() -> str:
    return "yes"


async def raises(error: BaseException) -> None:
    raise error


async def test_the_answer_is_returned():
    assert await bounded(answer(), 1.0, "asking") == "yes"


@pytest.mark.parametrize(
    "error", [AMQPError("closed"), OSError("reset"), RuntimeError("channel closed"), Exception()], ids=repr
)
async def test_a_failure_of_the_broker_is_bus_unavailable(error: Exception):
    with pytest.raises(BusUnavailable, match="asking") as caught:
        await bounded(raises(error), 1.0, "asking")
    assert caught.value.__cause__ is error


async def test_a_programming_error_is_raised_as_it_is():
    with pytest.raises(KeyError):
        await bounded(raises(KeyError("x")), 1.0, "asking")


async def test_a_call_cancelled_by_the_library_is_bus_unavailable():
    with pytest.raises(BusUnavailable, match="lost"):
        await bounded(raises(asyncio.CancelledError()), 1.0, "asking")


async def test_a_call_that_ignores_its_cancellation_is_abandoned():
    async def stubborn() -> None:
        try:
            await never.wait()
        except asyncio.CancelledError:
            await never.wait()

    never = asyncio.Event()
    with pytest.raises(BusUnavailable, match=r"within 0\.05 s"):
        await bounded(stubborn(), 0.05, "asking")
    never.set()


async def test_cancelling_the_caller_does_not_cancel_the_call():
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


async def test_closing_ignores_a_lost_connection(caplog: pytest.LogCaptureFixture):
    class Lost:
        async def close(self) -> None:
            raise AMQPError("lost")

    await close_quietly(Lost())  # type: ignore[arg-type]  # only `close` is called
    assert not caplog.records
