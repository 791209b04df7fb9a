"""The fit of how sure a count is finds the rates of counts that are drawn by known ones, and its intervals hold."""

from __future__ import annotations

import numpy as np
import pytest

from bench.accuracy.certainty.coverage import coverage, judged, least_widening, left_out
from bench.accuracy.certainty.fitting import fit
from bench.accuracy.certainty.samples import Sample
from onwatch_counting.evidence import VisitEvidence, weaknesses

FALSE_RATE, MISSED_RATE = 0.5, 0.3
"""Of a vehicle whose detections have no confidence."""


def drawn(seed: int, group: str, boxes: str = "drawn") -> Sample:
    """A count of vehicles that are seen with confidences from 0.2 to 0.9."""
    random = np.random.default_rng(seed)
    vehicles = tuple(
        VisitEvidence("roi", n, 1, 50, 1.0, 0.0, float(random.uniform(0.2, 0.9)), 1.0, 1, False, False, False)
        for n in range(30)
    )
    unsure = np.array([weaknesses(seen)["unsure"] for seen in vehicles])
    is_false = random.random(len(vehicles)) < -np.expm1(-FALSE_RATE * unsure)
    missed = int(random.poisson(MISSED_RATE * unsure.sum()))
    total = len(vehicles) - int(is_false.sum()) + missed
    return Sample(group, boxes, total, tuple((seen,) for seen in vehicles), tuple(is_false.tolist()), 0)


@pytest.fixture(scope="module")
def counts() -> list[Sample]:
    return [drawn(seed, f"clip {seed % 4}") for seed in range(160)]


def test_the_rates_are_found(counts: list[Sample]) -> None:
    found = fit(counts)
    assert found.false_vehicle["unsure"] == pytest.approx(FALSE_RATE, rel=0.1)
    assert found.missed_vehicles["unsure"] == pytest.approx(MISSED_RATE, rel=0.1)
    assert max(rate for name, rate in found.false_vehicle.items() if name != "unsure") == pytest.approx(0, abs=0.05)


def test_clips_are_left_out_of_what_their_intervals_are_made_by(counts: list[Sample]) -> None:
    folds = left_out(counts)
    assert [{sample.group for sample in own} for _, own in folds] == [{f"clip {n}"} for n in range(4)]
    assert sum(len(own) for _, own in folds) == len(counts)
    assert len({by.false_vehicle["unsure"] for by, _ in folds}) == 4


def test_intervals_hold_the_truth_as_often_as_they_say(counts: list[Sample]) -> None:
    folds = left_out(counts)
    found = coverage(list(judged(folds, least_widening(folds, ["drawn"]))))
    assert 0.9 <= found.held <= 0.97
    assert found.wrong > len(counts) / 2
    assert 0 < found.mean_width < 12


def test_scenes_that_differ_have_a_variance_and_are_widened(counts: list[Sample]) -> None:
    """Half of the clips have twice as many vehicles missed as their evidence says, the others none."""
    differing = []
    for seed in range(80):
        one = drawn(seed, f"clip {seed % 8}")
        change = one.missed if seed % 8 < 4 else -one.missed
        differing.append(Sample(one.group, one.boxes, one.true_total + change, one.vehicles, one.is_false, 0))
    assert fit(differing).scene_variance == pytest.approx(1.0, rel=0.2)
    assert fit(counts).scene_variance < 0.1
    folds = left_out(differing)
    narrow = coverage(list(judged(folds, 1.0)))
    found = coverage(list(judged(folds, least_widening(folds, ["drawn"]))))
    assert found.held >= 0.9
    assert found.mean_width >= narrow.mean_width
