from __future__ import annotations

import asyncio

import pytest

from onwatch_runtime.clock import Clock
from onwatch_runtime.process.loops import WakeUp, looping
from onwatch_testkit.clock import FakeClock


async def test_a_wait_ends_when_it_is_woken_or_at_its_limit(clock: FakeClock) -> None:
    wake_up = WakeUp()
    by_time = asyncio.create_task(wake_up.wait(clock, 5))
    await clock.advance(4.9)
    assert not by_time.done()
    await clock.advance(0.1)
    assert by_time.done()

    by_wake_up = asyncio.create_task(wake_up.wait(clock, 5))
    await clock.advance(0)
    wake_up.set()
    await by_wake_up
    assert clock.monotonic() == 5


async def test_a_wake_up_set_during_a_round_ends_the_next_wait_only(clock: FakeClock) -> None:
    wake_up = WakeUp()
    wake_up.set()
    await wake_up.wait(clock, 5)
    assert clock.monotonic() == 0

    second = asyncio.create_task(wake_up.wait(clock, 5))
    await clock.advance(4)
    assert not second.done()
    await clock.advance(1)
    await second


async def test_a_closed_wake_up_ends_every_wait(clock: FakeClock) -> None:
    wake_up = WakeUp()
    waiting = asyncio.create_task(wake_up.wait(clock, 5))
    await clock.advance(0)

    wake_up.close()
    await waiting
    await wake_up.wait(clock, 5)
    assert (wake_up.is_closed, clock.monotonic()) == (True, 0)


class Rounds:
    """A loop whose rounds end when the test says so."""

    def __init__(self, clock: Clock) -> None:
        self.wake_up = WakeUp()
        self.may_end = asyncio.Event()
        self.began = self.ended = 0
        self._clock = clock

    async def run(self) -> None:
        while not self.wake_up.is_closed:
            self.began += 1
            await self.may_end.wait()
            self.ended += 1
            await self.wake_up.wait(self._clock, 5)


async def test_loops_end_after_the_current_round(clock: FakeClock) -> None:
    rounds = Rounds(clock)
    async with looping(rounds):
        await clock.advance(0)
        asyncio.get_running_loop().call_later(0.01, rounds.may_end.set)
    assert (rounds.began, rounds.ended) == (1, 1)


async def test_a_loop_that_does_not_end_in_time_is_cancelled(clock: FakeClock) -> None:
    rounds = Rounds(clock)
    async with looping(rounds, stop_limit_s=0.01):
        await clock.advance(0)
    assert (rounds.began, rounds.ended) == (1, 0)


async def test_an_error_in_the_context_is_raised_as_it_is(clock: FakeClock) -> None:
    rounds = Rounds(clock)
    rounds.may_end.set()
    with pytest.raises(LookupError, match="nothing here"):
        async with looping(rounds):
            raise LookupError("nothing here")
