from __future__ import annotations

from onwatch_catalog.accounts.pacing import MAX_REMEMBERED, Pace, delay_s
from onwatch_testkit.clock import FakeClock


def test_delays_grow_and_stay_short() -> None:
    assert [delay_s(times) for times in (0, 1, 3, 4, 5, 6, 8, 9, 5000)] == [0, 0, 0, 1, 2, 4, 16, 30, 30]


async def test_what_comes_too_early_is_not_counted(clock: FakeClock) -> None:
    pace = Pace(clock)
    assert [pace.wait_s("a") for _ in range(6)] == [0, 0, 0, 0, 1, 1]
    await clock.advance(1)
    assert (pace.wait_s("a"), pace.wait_s("a"), pace.wait_s("b")) == (0, 2, 0)


def test_old_keys_are_forgotten_before_new_ones(clock: FakeClock) -> None:
    pace = Pace(clock)
    for _ in range(4):
        pace.wait_s("old")
    for number in range(MAX_REMEMBERED):
        pace.wait_s(number)
    assert pace.wait_s("old") == 0
