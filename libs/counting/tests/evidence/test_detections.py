from __future__ import annotations

import numpy as np
import pytest

from onwatch_counting.evidence import AnalysedPictures, VehicleDetections


def at(*times_s: float) -> VehicleDetections:
    count = len(times_s)
    return VehicleDetections(
        times_s=np.array(times_s),
        confidences=np.full(count, 200),
        boxes=np.full((count, 4), 0.5),
        track_ids=np.ones(count, np.int64),
        votes=lambda start, end: {"car": end - start},
    )


@pytest.mark.parametrize(
    ("since_s", "until_s", "expected"),
    [
        (1.0, 3.0, (1, 4)),
        (1.5, 2.5, (1, 4)),
        (1.5, 1.6, (1, 3)),
        (0.0, 4.0, (0, 5)),
        (-1.0, 9.0, (0, 5)),
        (2.0, 2.0, (2, 3)),
    ],
)
def test_a_span_reaches_the_detections_before_and_after_it(since_s: float, until_s: float, expected: tuple[int, int]):
    assert at(0.0, 1.0, 2.0, 3.0, 4.0).around(since_s, until_s) == expected


def test_of_no_detections_none_are_around():
    assert at().around(1.0, 2.0) == (0, 0)


def test_pictures_are_numbered_by_their_times():
    pictures = AnalysedPictures([0.0, 0.04, 0.08, 0.5])
    assert len(pictures) == 4
    assert pictures.numbers(np.array([0.04, 0.5])).tolist() == [1, 3]
