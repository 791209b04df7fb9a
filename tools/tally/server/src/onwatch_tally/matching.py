"""Pairs the person's marks with the system's vehicles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from onwatch_contracts.values import VehicleType
from onwatch_tally.shapes import Entry, Mark, Matching, Pair

TOLERANCE_S = 2.0
"""A key press is up to a second late, more at double speed; closer vehicles are distinguished by order and type."""
OTHER_TYPE_S = 0.5
"""Cost of different types: two vehicles that enter together are paired by type, not by the order of the keys."""


def match(marks: Sequence[Mark], entries: Sequence[Entry], tolerance_s: float = TOLERANCE_S) -> Matching:
    """The largest possible number of pairs within `tolerance_s`; among those solutions the one with the smallest cost.

    An optimal assignment (Kuhn, "The Hungarian method for the assignment problem", 1955), so the order of marks and
    entries decides ties only. Different types make a pair more expensive, never impossible.
    """
    marks = sorted(marks, key=lambda mark: (mark.at_s, mark.id))
    entries = sorted(entries, key=lambda entry: (entry.at_s, entry.vehicle_id))
    places = _assigned(marks, entries, tolerance_s)
    paired_entries = set(places.values())
    return Matching(
        pairs=tuple(Pair(mark=marks[m], entry=entries[e]) for m, e in places.items()),
        unmatched_marks=tuple(mark for place, mark in enumerate(marks) if place not in places),
        unmatched_entries=tuple(entry for place, entry in enumerate(entries) if place not in paired_entries),
    )


def are_of_one_type(mark: Mark, entry: Entry) -> bool:
    """Also true when one of the two has no type."""
    types = {mark.vehicle_type, entry.vehicle_type}
    return len(types) == 1 or VehicleType.VEHICLE in types


def _assigned(marks: Sequence[Mark], entries: Sequence[Entry], tolerance_s: float) -> dict[int, int]:
    """Indices of entries by indices of marks."""
    if not marks or not entries:
        return {}
    distances = _distances_s(marks, entries)
    # More than the cost of all possible pairs: one more pair always lowers the total.
    forbidden = (tolerance_s + OTHER_TYPE_S) * (min(distances.shape) + 1)
    possible = distances <= tolerance_s
    rows, columns = linear_sum_assignment(np.where(possible, distances + _type_costs_s(marks, entries), forbidden))
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True) if possible[row, column]}


def _distances_s(marks: Sequence[Mark], entries: Sequence[Entry]) -> NDArray[np.float64]:
    """Shape: marks x entries."""
    at_s = np.array([mark.at_s for mark in marks])
    entered_s = np.array([entry.at_s for entry in entries])
    # Rounded, so that a distance equal to the tolerance does not fail by its last bit.
    distances: NDArray[np.float64] = np.abs(at_s[:, None] - entered_s[None, :]).round(6)
    return distances


def _type_costs_s(marks: Sequence[Mark], entries: Sequence[Entry]) -> NDArray[np.float64]:
    return np.array([[0.0 if are_of_one_type(mark, entry) else OTHER_TYPE_S for entry in entries] for mark in marks])
