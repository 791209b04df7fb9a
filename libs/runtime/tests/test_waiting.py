from __future__ import annotations

import asyncio

import pytest

from onwatch_runtime.waiting import done_within, happens_within, to_the_end
from onwatch_testkit.clock import FakeClock, settle


async def test_a_future_done_in_time_is_reported(clock: FakeClock) -> None:
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(done_within(future, 5.0, clock))
    await clock.advance(4.0)
    future.set_result(1)
    assert await waiting


async def test_a_future_that_takes_longer_is_left_running(clock: FakeClock) -> None:
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(done_within(future, 5.0, clock))
    await clock.advance(5.0)
    assert not await waiting
    assert not future.cancelled()


async def test_an_event_that_does_not_happen_in_time_is_given_up(clock: FakeClock) -> None:
    event = asyncio.Event()
    waiting = asyncio.create_task(happens_within(event.wait(), 1.0, clock))
    await clock.advance(1.0)
    assert not await waiting


async def test_an_event_ends_the_wait(clock: FakeClock) -> None:
    event = asyncio.Event()
    waiting = asyncio.create_task(happens_within(event.wait(), 1.0, clock))
    await settle()
    event.set()
    assert await waiting


async def test_work_is_waited_for_to_its_end_however_often_that_is_cancelled() -> None:
    may_end, has_ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await may_end.wait()
        has_ended.set()

    waiting = asyncio.create_task(to_the_end(work()))
    for _ in range(3):
        await settle()
        waiting.cancel()
    await settle()
    assert not waiting.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert has_ended.is_set()


async def test_the_result_and_the_error_of_work_are_passed_on() -> None:
    async def work(divisor: int) -> float:
        return 1 / divisor

    assert await to_the_end(work(2)) == 0.5
    with pytest.raises(ZeroDivisionError):
        await to_the_end(work(0))
