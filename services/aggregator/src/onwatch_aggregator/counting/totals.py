"""The totals of a run as integers, so that Redis, SQL and every order of addition agree to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from onwatch_contracts.values import Coverage, Totals, VehicleType
from onwatch_counting.dwell import dwell_time


@dataclass(frozen=True)
class RunTotals:
    """What a run has counted. Dwell times cover closed visits only."""

    total_vehicles_count: int = 0
    current_vehicles_count: int = 0
    visits_count: int = 0
    vehicle_type: Mapping[VehicleType, int] = field(default_factory=dict)
    """Only types that occurred."""
    closed_visits_count: int = 0
    dwell_total_us: int = 0
    dwell_max_us: int = 0

    def to_contract(self) -> Totals:
        return Totals(
            total_vehicles_count=self.total_vehicles_count,
            current_vehicles_count=self.current_vehicles_count,
            visits_count=self.visits_count,
            vehicle_type=dict(sorted(self.vehicle_type.items())),
            vehicle_dwell_time=dwell_time(self.closed_visits_count, self.dwell_total_us, self.dwell_max_us),
        )


def coverage(analysed_s: float, duration_s: float) -> Coverage:
    """The analysed share of the video. A file may declare less than it holds, so the fraction is capped at 1."""
    fraction = min(1.0, analysed_s / duration_s) if duration_s > 0 else 0.0
    return Coverage(analysed_s=analysed_s, duration_s=duration_s, fraction=fraction)
