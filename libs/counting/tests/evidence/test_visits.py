"""The evidence of one visit, from its detections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_contracts.values import ExitReason
from onwatch_counting.evidence import AnalysedPictures, VehicleDetections, VisitEvidence, VisitTimes, visit_evidence

PICTURES = AnalysedPictures([n / 10 for n in range(100)])
INSIDE = (0.4, 0.4, 0.5, 0.6)


def seen_in(
    numbers: Sequence[int],
    kinds: Sequence[str] = (),
    tracks: Sequence[int] = (),
    confidence: int = 128,
    boxes: Mapping[int, tuple[float, float, float, float]] | None = None,
) -> VehicleDetections:
    kinds = kinds or ["car"] * len(numbers)
    return VehicleDetections(
        times_s=np.array([n / 10 for n in numbers]),
        confidences=np.full(len(numbers), confidence),
        boxes=np.array([(boxes or {}).get(n, INSIDE) for n in numbers]).reshape(-1, 4),
        track_ids=np.array(tracks or [1] * len(numbers)),
        votes=lambda start, end: Counter(kinds[start:end]),
    )


def of(seen: VehicleDetections | None, since_s: float, until_s: float, **changes: object) -> VisitEvidence:
    visit = {"exit_reason": ExitReason.LEFT, "born_inside": False} | changes
    return visit_evidence(VisitTimes("roi", 7, 2, since_s, until_s, **visit), seen, PICTURES)  # type: ignore[arg-type]


def test_a_vehicle_that_is_detected_in_every_picture_has_no_gap():
    found = of(seen_in(range(10, 31)), 1.0, 3.0)
    assert (found.zone_id, found.row_no, found.visit_no) == ("roi", 7, 2)
    assert (found.detections_count, found.seen_share, found.longest_gap_s) == (21, 1.0, 0.0)
    assert (found.mean_confidence, found.type_margin, found.tracks_count) == (0.5, 1.0, 1)
    assert not found.touches_border
    assert not found.ended_inside


def test_pictures_without_it_are_missing_from_its_share_and_make_a_gap():
    found = of(seen_in([10, 11, 12, 17, 18, 20]), 1.0, 2.0)
    assert found.seen_share == 6 / 11
    assert found.longest_gap_s == np.float64(1.7) - np.float64(1.2)


def test_what_is_detected_before_and_after_the_visit_does_not_count():
    found = of(seen_in([1, 2, 10, 11, 12, 90]), 1.0, 1.2)
    assert (found.detections_count, found.seen_share) == (3, 1.0)


def test_a_visit_between_two_pictures_is_that_of_the_detections_around_it():
    found = of(seen_in([10, 11]), 1.03, 1.06)
    assert (found.detections_count, found.seen_share, found.longest_gap_s) == (2, 1.0, 0.0)


def test_the_margin_is_the_lead_of_the_first_type():
    assert of(seen_in([1, 2, 3, 4], ["car", "car", "car", "bus"]), 0.1, 0.4).type_margin == 0.5
    assert of(seen_in([1, 2], ["car", "bus"]), 0.1, 0.2).type_margin == 0.0


def test_a_new_track_says_that_it_was_lost():
    assert of(seen_in([1, 2, 3, 4], tracks=[1, 1, 5, 9]), 0.1, 0.4).tracks_count == 3


def test_a_box_at_the_border_of_the_picture_may_be_cut_off():
    seen = seen_in([1, 2, 3, 9], boxes={2: (0.0, 0.3, 0.2, 0.6), 9: (0.4, 0.7, 0.5, 1.0)})
    assert of(seen, 0.1, 0.3).touches_border
    assert not of(seen, 0.3, 0.3).touches_border
    assert of(seen, 0.4, 0.9).touches_border


def test_a_visit_that_does_not_end_by_leaving_ended_inside():
    for reason in (ExitReason.TRACK_LOST, ExitReason.END_OF_VIDEO):
        assert of(seen_in([1, 2]), 0.1, 0.2, exit_reason=reason, born_inside=True).ended_inside


def test_without_a_vehicle_nothing_was_seen():
    for seen in (None, seen_in([])):
        found = of(seen, 1.0, 2.0)
        assert (found.detections_count, found.seen_share, found.type_margin, found.tracks_count) == (0, 0.0, 0.0, 0)


@settings(max_examples=200)
@given(
    st.lists(st.integers(0, 99), min_size=1, max_size=60, unique=True).map(sorted),
    st.floats(0, 9.9),
    st.floats(0, 9.9),
)
def test_measures_stay_within_their_limits(numbers: list[int], one_s: float, other_s: float):
    since_s, until_s = sorted((one_s, other_s))
    found = of(seen_in(numbers), since_s, until_s)
    assert 0 < found.seen_share <= 1
    assert 0 <= found.longest_gap_s <= 9.9
    assert 1 <= found.detections_count <= len(numbers)
    assert (found.longest_gap_s == 0) == (found.seen_share == 1)
