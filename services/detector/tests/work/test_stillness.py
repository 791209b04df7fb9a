from __future__ import annotations

import numpy as np
import pytest

from onwatch_detector.read.decoder import Frame
from onwatch_detector.work.stillness import CHANGE, GREY_SIDE, Stillness

ROAD = np.full((54, GREY_SIDE), 90, np.uint8)


def frame(number: int, grey: np.ndarray = ROAD) -> Frame:
    return Frame(number, number / 25, lambda: np.zeros((1, 1, 3), np.uint8), lambda _: grey)


def changed(by: int) -> np.ndarray:
    grey = ROAD.copy()
    grey[30, 40] += by
    return grey


def test_the_first_frame_is_not_still_and_the_same_again_is() -> None:
    stillness = Stillness(1.0)
    assert [stillness.is_still(frame(n)) for n in range(3)] == [False, True, True]


@pytest.mark.parametrize(("by", "still"), [(CHANGE - 1, True), (CHANGE, False)])
def test_one_changed_pixel_decides(by: int, still: bool) -> None:
    stillness = Stillness(1.0)
    stillness.is_still(frame(0))
    assert stillness.is_still(frame(1, changed(by))) is still


def test_a_slow_change_adds_up_because_the_reference_stays() -> None:
    stillness = Stillness(1.0)
    assert [stillness.is_still(frame(n, changed(2 * n))) for n in range(5)] == [False, True, True, False, True]


def test_after_the_interval_a_frame_is_not_still_whatever_it_shows() -> None:
    stillness = Stillness(0.2)
    seen = [n for n in range(16) if not stillness.is_still(frame(n))]
    assert seen == [0, 5, 10, 15]


def test_a_picture_of_another_shape_is_not_still() -> None:
    stillness = Stillness(1.0)
    stillness.is_still(frame(0))
    assert not stillness.is_still(frame(1, ROAD[:40]))
