from __future__ import annotations

import asyncio

from onwatch_catalog.waiting import Bell
from onwatch_runtime.testing.clock import FakeClock


async def test_waiting_ends_with_the_time_or_with_the_bell(clock: FakeClock) -> None:
    bell = Bell()
    by_time = asyncio.create_task(bell.wait(clock, 5))
    await clock.advance(4.9)
    assert not by_time.done()
    await clock.advance(0.1)
    assert by_time.done()

    by_bell = asyncio.create_task(bell.wait(clock, 5))
    await clock.advance(0)
    bell.ring()
    await by_bell
    assert clock.monotonic() == 5


async def test_a_bell_rung_while_nobody_waits_is_heard_once(clock: FakeClock) -> None:
    bell = Bell()
    bell.ring()
    await bell.wait(clock, 5)
    assert clock.monotonic() == 0

    second = asyncio.create_task(bell.wait(clock, 5))
    await clock.advance(4)
    assert not second.done()
    await clock.advance(1)
    await second


async def test_a_closed_bell_ends_every_wait(clock: FakeClock) -> None:
    bell = Bell()
    waiting = asyncio.create_task(bell.wait(clock, 5))
    await clock.advance(0)

    bell.close()
    await waiting
    await bell.wait(clock, 5)
    assert (bell.is_closed, clock.monotonic()) == (True, 0)
