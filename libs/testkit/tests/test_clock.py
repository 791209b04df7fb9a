"""A clock that a test advances."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from onwatch_testkit.clock import FakeClock


class Sleepers:
    """Tasks that record when they woke."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.woke: list[tuple[str, float]] = []
        self.tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, *delays_s: float) -> asyncio.Task[None]:
        task = asyncio.create_task(self._sleep(name, delays_s))
        self.tasks.append(task)
        return task

    async def _sleep(self, name: str, delays_s: tuple[float, ...]) -> None:
        for delay_s in delays_s:
            await self.clock.sleep(delay_s)
            self.woke.append((name, self.clock.monotonic()))


@pytest.fixture
async def sleepers(clock: FakeClock):
    sleepers = Sleepers(clock)
    yield sleepers
    for task in sleepers.tasks:
        task.cancel()
    await asyncio.gather(*sleepers.tasks, return_exceptions=True)


async def test_time_stands_still_until_it_is_advanced(clock: FakeClock):
    assert clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    await clock.advance(1.5)
    assert clock.now() == datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=1.5)
    assert clock.monotonic() == 1.5


async def test_sleepers_wake_in_the_order_of_their_times(clock: FakeClock, sleepers: Sleepers):
    sleepers.start("late", 3.0)
    sleepers.start("early", 1.0)
    sleepers.start("never", 9.0)
    await clock.advance(5.0)
    assert sleepers.woke == [("early", 1.0), ("late", 3.0)]
    assert clock.monotonic() == 5.0


async def test_sleepers_of_one_time_wake_in_the_order_of_their_calls(clock: FakeClock, sleepers: Sleepers):
    for name in "abc":
        sleepers.start(name, 1.0)
    await clock.advance(1.0)
    assert [name for name, _ in sleepers.woke] == ["a", "b", "c"]


async def test_a_woken_sleeper_that_sleeps_again_wakes_within_the_same_advance(clock: FakeClock, sleepers: Sleepers):
    sleepers.start("heart", 2.0, 2.0, 2.0)
    sleepers.start("other", 3.0)
    await clock.advance(5.0)
    assert sleepers.woke == [("heart", 2.0), ("other", 3.0), ("heart", 4.0)]


async def test_a_cancelled_sleeper_does_not_wake(clock: FakeClock, sleepers: Sleepers):
    task = sleepers.start("gone", 1.0)
    await clock.advance(0.5)
    task.cancel()
    await clock.advance(1.0)
    assert sleepers.woke == []


async def test_a_sleep_of_zero_returns_without_an_advance(clock: FakeClock):
    await clock.sleep(0)
    await clock.sleep(-1)
    assert clock.monotonic() == 0.0
