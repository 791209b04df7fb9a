from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_counting.evidence import (
    WEAKNESSES,
    Coefficients,
    TotalInterval,
    VisitEvidence,
    best_seen,
    doubt,
    fitted,
    scene_factors,
    total_interval,
)

Make = Callable[..., VisitEvidence]
BY = Coefficients(
    false_vehicle={"unsure": 0.7, "few": 2.0},
    missed_vehicles={"unseen": 0.5},
    missed_per_unconfirmed_track=0.2,
    scene_variance=0.5,
    widening=1.0,
)


def test_the_fitted_coefficients_are_of_known_weaknesses_and_not_negative():
    by = fitted()
    assert set(by.false_vehicle) | set(by.missed_vehicles) <= set(WEAKNESSES)
    numbers = (*by.false_vehicle.values(), *by.missed_vehicles.values(), by.missed_per_unconfirmed_track)
    assert min(*numbers, by.scene_variance) >= 0
    assert any(by.false_vehicle.values())
    assert any(by.missed_vehicles.values())


def test_a_vehicle_that_is_seen_well_is_not_doubted(evidence: Make):
    found = doubt(evidence())
    assert (found.false_probability, found.reasons, found.is_weak) == (0.0, (), False)


def test_the_reasons_are_what_weighs_most_first(evidence: Make):
    found = doubt(evidence(mean_confidence=0.1, detections_count=2, seen_share=0.2), BY)
    assert found.reasons == ("few", "unsure")
    assert found.is_weak
    assert doubt(evidence(mean_confidence=0.6), BY).reasons == ("unsure",)
    assert not doubt(evidence(mean_confidence=0.6), BY).is_weak


def test_the_interval_of_a_count_that_is_seen_well_is_the_number_itself(evidence: Make):
    for count in (0, 1, 26, 2000):
        assert total_interval([evidence(row_no=n) for n in range(count)], 0) == TotalInterval(count, count)


def test_false_vehicles_widen_it_downwards_and_missed_ones_upwards(evidence: Make):
    unsure = [evidence(row_no=n, mean_confidence=0.4) for n in range(20)]
    assert total_interval(unsure, 0, BY).low < 20 == total_interval(unsure, 0, BY).high
    unseen = [evidence(row_no=n, seen_share=0.7) for n in range(20)]
    assert total_interval(unseen, 0, BY).low == 20 < total_interval(unseen, 0, BY).high
    assert total_interval([], 10, BY).high > 0


def test_it_holds_the_true_total_as_often_as_it_says():
    """By its own model: vehicles that are false with 10 % each, without a scene."""
    vehicle = VisitEvidence("roi", 1, 1, 50, 1.0, 0.0, 0.0, 1.0, 1, False, False, False)
    by = Coefficients({"unsure": 0.1}, {}, 0.0, 0.0, 1.0)
    found = total_interval([replace(vehicle, row_no=n) for n in range(100)], 0, by)
    real = math.exp(-0.1)
    shares = [math.comb(100, n) * real**n * (1 - real) ** (100 - n) for n in range(101)]
    assert sum(shares[: found.low]) <= 0.05 < sum(shares[: found.low + 1])
    assert found.high == 100


def test_scenes_that_differ_make_it_wider(evidence: Make):
    vehicles = [evidence(row_no=n, seen_share=0.7) for n in range(40)]
    narrow, wide = (total_interval(vehicles, 0, replace(BY, scene_variance=each)) for each in (0.0, 2.0))
    assert wide.high > narrow.high


def test_widened_its_ends_are_farther_from_the_counted_number(evidence: Make):
    vehicles = [evidence(row_no=n, seen_share=0.7, mean_confidence=0.5) for n in range(40)]
    narrow, wide = (total_interval(vehicles, 0, replace(BY, widening=each)) for each in (1.0, 1.5))
    assert 40 - wide.low == round(1.5 * (40 - narrow.low)) > 40 - narrow.low
    assert wide.high - 40 == round(1.5 * (narrow.high - 40)) > narrow.high - 40
    few = [evidence(row_no=n, mean_confidence=0.0, detections_count=1) for n in range(3)]
    assert total_interval(few, 0, replace(BY, widening=9.0)).low == 0
    assert total_interval([evidence()], 0, replace(BY, widening=9.0)) == TotalInterval(1, 1)


@pytest.mark.parametrize("variance", [0.0, 0.3, 1.0, 3.0])
def test_the_factors_of_scenes_are_1_on_average(variance: float):
    factors = scene_factors(variance)
    assert sum(factors) / len(factors) == pytest.approx(1)
    assert list(factors) == sorted(factors)
    assert min(factors) >= 0


def test_a_vehicle_counts_by_the_visit_in_which_it_is_seen_best(evidence: Make):
    first = evidence(row_no=1, mean_confidence=0.3)
    second, other = replace(first, visit_no=2, mean_confidence=0.8), replace(first, row_no=2)
    assert best_seen([first, second, other], BY) == [second, other]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(0, 60)), max_size=30), st.integers(0, 20))
def test_the_counted_number_is_always_in_it(seen: list[tuple[float, float, int]], unconfirmed: int):
    vehicles = [
        VisitEvidence("roi", n, 1, count, share, 0.0, confidence, 1.0, 1, False, False, False)
        for n, (share, confidence, count) in enumerate(seen)
    ]
    found = total_interval(vehicles, unconfirmed, BY)
    assert 0 <= found.low <= len(vehicles) <= found.high
