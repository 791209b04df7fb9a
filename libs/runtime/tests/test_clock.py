from datetime import UTC

from onwatch_runtime.clock import SystemClock


def test_wall_clock_time_is_aware_and_utc():
    assert SystemClock().now().tzinfo is UTC


def test_monotonic_time_never_goes_back():
    clock = SystemClock()
    readings = [clock.monotonic() for _ in range(100)]
    assert readings == sorted(readings)


async def test_a_sleep_lasts_at_least_the_given_time():
    clock = SystemClock()
    before_s = clock.monotonic()
    await clock.sleep(0.01)
    assert clock.monotonic() - before_s >= 0.009  # the loop's own resolution
