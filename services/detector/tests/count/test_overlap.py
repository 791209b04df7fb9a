"""Areas that boxes have in common."""

from __future__ import annotations

import numpy as np
import pytest

from onwatch_detector.count.overlap import areas, overlaps, shared_areas
from onwatch_geometry import intersection_over_union

BOX = (10.0, 10.0, 30.0, 20.0)
OTHERS = ((20.0, 10.0, 40.0, 20.0), (12.0, 12.0, 16.0, 18.0), (30.0, 10.0, 50.0, 20.0), (100.0, 100.0, 120.0, 110.0))


def test_shared_areas_of_boxes_that_overlap_lie_inside_touch_and_are_apart() -> None:
    assert shared_areas(np.array([BOX]), np.array(OTHERS)).tolist() == [[100.0, 24.0, 0.0, 0.0]]
    assert areas(np.array(OTHERS)).tolist() == [200.0, 24.0, 200.0, 200.0]


def test_overlaps_are_those_of_the_geometry() -> None:
    found = overlaps(np.array([BOX]), np.array(OTHERS))[0].tolist()
    assert found == pytest.approx([intersection_over_union(BOX, other) for other in OTHERS])


def test_a_prediction_that_is_turned_inside_out_overlaps_nothing() -> None:
    assert overlaps(np.array([(30.0, 10.0, 10.0, 20.0)]), np.array([BOX])).tolist() == [[0.0]]


def test_nothing_overlaps_nothing() -> None:
    nothing = np.zeros((0, 4))
    assert overlaps(nothing, np.array([BOX])).shape == (0, 1)
    assert shared_areas(np.array([BOX]), nothing).shape == (1, 0)
