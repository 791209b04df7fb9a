from __future__ import annotations

import asyncio

import pytest

from onwatch_runtime.clock import Clock
from onwatch_runtime.loops import Bell, looping
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


class Rounds:
    """A loop whose rounds end when the test says so."""

    def __init__(self, clock: Clock) -> None:
        self.bell = Bell()
        self.may_end = asyncio.Event()
        self.began = self.ended = 0
        self._clock = clock

    async def run(self) -> None:
        while not self.bell.is_closed:
            self.began += 1
            await self.may_end.wait()
            self.ended += 1
            await self.bell.wait(self._clock, 5)


async def test_loops_end_after_the_round_under_way(clock: FakeClock) -> None:
    rounds = Rounds(clock)
    async with looping(rounds):
        await clock.advance(0)
        asyncio.get_running_loop().call_later(0.01, rounds.may_end.set)
    assert (rounds.began, rounds.ended) == (1, 1)


async def test_a_loop_that_is_kept_waiting_is_cut_short(clock: FakeClock) -> None:
    rounds = Rounds(clock)
    async with looping(rounds, end_s=0.01):
        await clock.advance(0)
    assert (rounds.began, rounds.ended) == (1, 0)


async def test_what_fails_beside_the_loops_is_raised_as_it_is(clock: FakeClock) -> None:
    rounds = Rounds(clock)
    rounds.may_end.set()
    with pytest.raises(LookupError, match="nothing here"):
        async with looping(rounds):
            raise LookupError("nothing here")
