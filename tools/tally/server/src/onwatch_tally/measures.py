"""How far one count is from another: MAPE and GEH."""

from __future__ import annotations

import math
from collections.abc import Iterable

HOUR_S = 3600.0
FLOW_COUNTED_S = 900.0
"""Flows are counted for a quarter of an hour at least; what is shorter says little of an hour."""


def error_percent(person: int, system: int) -> float | None:
    """How far the system is from the person, in per cent of the person's count; None where that is 0."""
    return None if person == 0 else 100.0 * abs(system - person) / person


def mape_percent(counts: Iterable[tuple[int, int]]) -> float | None:
    """Mean absolute percentage error over `(person, system)` of each interval.

    Intervals in which the person counted nothing have no percentage and are left out; None when that is all of them.
    Usual reading: under 10 % highly accurate, to 20 % good, to 50 % reasonable (C. D. Lewis, "Industrial and Business
    Forecasting Methods", 1982, p. 40).
    """
    errors = [error for person, system in counts if (error := error_percent(person, system)) is not None]
    return sum(errors) / len(errors) if errors else None


def per_hour(count: int, span_s: float) -> float:
    """The flow in vehicles an hour of a count over `span_s`, which is above 0."""
    return count * HOUR_S / span_s


def geh(modelled_per_hour: float, counted_per_hour: float) -> float:
    """sqrt(2 (M - C)^2 / (M + C)) of two hourly flows; 0 where both are 0.

    It asks for less where flows are small. Source: UK Department for Transport, Design Manual for Roads and Bridges,
    volume 12; FHWA, "Traffic Analysis Toolbox, volume III" (FHWA-HRT-04-040, 2004), table 4, which asks for under 5.
    From 5 to 10 a flow is to be looked into; above 10 it does not fit. Defined on hourly flows: a short count has to
    be scaled up first, and a GEH grows with the root of that scale.
    """
    together = modelled_per_hour + counted_per_hour
    return math.sqrt(2.0 * (modelled_per_hour - counted_per_hour) ** 2 / together) if together else 0.0
