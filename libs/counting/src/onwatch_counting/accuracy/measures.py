"""Error measures of traffic counts: MAPE and GEH."""

from __future__ import annotations

import math
from collections.abc import Iterable

HOUR_S = 3600.0
FLOW_COUNTED_S = 900.0
"""Flows are counted for at least a quarter of an hour; shorter counts say little about an hour."""


def error_percent(person: int, system: int) -> float | None:
    """Deviation of the system in per cent of the person's count; None where that is 0."""
    return None if person == 0 else 100.0 * abs(system - person) / person


def mape_percent(counts: Iterable[tuple[int, int]]) -> float | None:
    """Mean absolute percentage error over `(person, system)` of each interval.

    Intervals in which the person counted nothing have no percentage and are left out; None when no other is left.
    Usual interpretation: under 10 % highly accurate, to 20 % good, to 50 % reasonable (C. D. Lewis, "Industrial and
    Business Forecasting Methods", 1982, p. 40).
    """
    errors = [error for person, system in counts if (error := error_percent(person, system)) is not None]
    return sum(errors) / len(errors) if errors else None


def per_hour(count: int, span_s: float) -> float:
    """Vehicles per hour, for a count over `span_s` (above 0)."""
    return count * HOUR_S / span_s


def geh(modelled_per_hour: float, counted_per_hour: float) -> float:
    """sqrt(2 (M - C)^2 / (M + C)) of two hourly flows; 0 where both are 0.

    Less strict for small flows than a percentage. Source: UK Department for Transport, Design Manual for Roads and
    Bridges, volume 12; FHWA, "Traffic Analysis Toolbox, volume III" (FHWA-HRT-04-040, 2004), table 4, which requires
    less than 5. From 5 to 10 a flow needs investigation; above 10 it does not fit. Defined on hourly flows: a short
    count has to be scaled up first, and its GEH grows with the root of that scale.
    """
    together = modelled_per_hour + counted_per_hour
    return math.sqrt(2.0 * (modelled_per_hour - counted_per_hour) ** 2 / together) if together else 0.0
