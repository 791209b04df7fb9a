from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_counting.evidence import WEAKNESSES, VisitEvidence, weaknesses

Make = Callable[..., VisitEvidence]


def test_a_visit_that_is_seen_well_has_none(evidence: Make):
    assert weaknesses(evidence()) == dict.fromkeys(WEAKNESSES, 0.0)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("unseen", {"seen_share": 0.5}),
        ("gap", {"longest_gap_s": 2.0}),
        ("unsure", {"mean_confidence": 0.3}),
        ("broken", {"tracks_count": 2}),
        ("cut_off", {"touches_border": True}),
        ("type", {"type_margin": 0.1}),
    ],
)
def test_each_is_told_by_one_measure(evidence: Make, name: str, changes: dict[str, Any]):
    found = weaknesses(evidence(**changes))
    assert {each for each, value in found.items() if value > 0} == {name}


@pytest.mark.parametrize(("name", "changes"), [("few", {"detections_count": 3}), ("lost", {"ended_inside": True})])
def test_a_short_visit_and_one_without_an_end_speak_against_it_only_where_it_is_seen_badly(
    evidence: Make, name: Any, changes: dict[str, Any]
):
    assert weaknesses(evidence(**changes))[name] == 0.0
    blurred, more = evidence(mean_confidence=0.5, **changes), evidence(mean_confidence=0.3, **changes)
    assert 0 < weaknesses(blurred)[name] < weaknesses(more)[name]


def test_everything_speaks_against_a_visit_without_detections(evidence: Make):
    assert weaknesses(evidence(detections_count=0, seen_share=0.0)) == dict.fromkeys(WEAKNESSES, 1.0)


shares = st.floats(0, 1)


@settings(max_examples=200)
@given(st.integers(0, 100), shares, st.floats(0, 100), shares, shares, st.integers(1, 9), st.booleans())
def test_each_is_from_0_to_1(
    count: int, share: float, gap_s: float, confidence: float, margin: float, tracks: int, ends_inside: bool
):
    seen = VisitEvidence(
        "roi", 1, 1, count, share, gap_s, confidence, margin, tracks, ends_inside, ends_inside, ends_inside
    )
    assert all(0 <= value <= 1 for value in weaknesses(seen).values())
