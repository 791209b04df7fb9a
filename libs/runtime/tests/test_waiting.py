from __future__ import annotations

import asyncio

from onwatch_runtime.waiting import done_within, happens_within
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
