"""Dwell times in whole microseconds, so that every sum and mean is the same to the last bit wherever it is made."""

from __future__ import annotations

from onwatch_contracts.values import DwellTime

MICROSECONDS = 1_000_000


def dwell_us(entered_at_s: float, left_at_s: float) -> int:
    """Dwell time in whole microseconds: finer than the time base of any video (1/90 000 s)."""
    return round((left_at_s - entered_at_s) * MICROSECONDS)


def seconds(microseconds: int) -> float:
    return microseconds / MICROSECONDS


def dwell_time(visits_count: int, total_us: int, max_us: int) -> DwellTime:
    """The public numbers of closed visits."""
    return DwellTime(
        visits=visits_count,
        mean_s=total_us / (visits_count * MICROSECONDS) if visits_count else 0.0,
        max_s=seconds(max_us),
        total_s=seconds(total_us),
    )
