"""Exponential backoff: the delays between attempts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Delays that grow by a factor from attempt to attempt, up to a maximum."""

    first_delay_s: float
    max_delay_s: float
    factor: float = 2.0

    def delay_s(self, attempt: int) -> float:
        """The delay after the `attempt`-th failure; the first is 1."""
        try:
            growing_s = self.first_delay_s * self.factor ** (attempt - 1)
        except OverflowError:  # of the power, after about a thousand attempts
            return self.max_delay_s
        return min(growing_s, self.max_delay_s)
