"""When an alert is raised and cleared: what a condition measures, held for the times that the rule asks for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from onwatch_contracts.alerts import ClearReason
from onwatch_counting.alerts.measures import Reading
from onwatch_counting.vehicles import TOLERANCE_S


@dataclass(frozen=True, slots=True)
class Raised:
    at_s: float
    value: float


@dataclass(frozen=True, slots=True)
class Cleared:
    raised_at_s: float
    at_s: float
    peak_value: float
    reason: ClearReason


@dataclass(slots=True)
class Latch:
    """Whether the alert of a rule is raised, and since when its condition is met, or over, without a break."""

    raised_at_s: float | None = None
    peak_value: float = 0.0
    met_since_s: float | None = None
    over_since_s: float | None = None

    def step(self, at_s: float, reading: Reading, hold_s: float, clear_after_s: float) -> Raised | Cleared | None:
        """Process one moment, at most one change."""
        if self.raised_at_s is None:
            return self._wait(at_s, reading, hold_s)
        self.peak_value = max(self.peak_value, reading.value)
        self.over_since_s = (at_s if self.over_since_s is None else self.over_since_s) if reading.is_over else None
        if self.over_since_s is not None and at_s - self.over_since_s >= clear_after_s - TOLERANCE_S:
            return self.clear(at_s, ClearReason.OVER)
        return None

    def _wait(self, at_s: float, reading: Reading, hold_s: float) -> Raised | None:
        self.met_since_s = (at_s if self.met_since_s is None else self.met_since_s) if reading.is_met else None
        if self.met_since_s is None or at_s - self.met_since_s < hold_s - TOLERANCE_S:
            return None
        self.raised_at_s, self.peak_value, self.over_since_s = at_s, reading.value, None
        return Raised(at_s, reading.value)

    def clear(self, at_s: float, reason: ClearReason) -> Cleared | None:
        """End the alert; None if there is none."""
        if self.raised_at_s is None:
            return None
        cleared = Cleared(self.raised_at_s, at_s, self.peak_value, reason)
        self.raised_at_s = self.met_since_s = self.over_since_s = None
        self.peak_value = 0.0
        return cleared

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Self:
        """TypeError if the state is damaged."""
        return cls(**state)
