from __future__ import annotations

import cv2
import numpy as np
import pytest

from onwatch_detector.read.decoder import Frame
from onwatch_detector.work.selection import (
    EVERY_FRAME,
    GREY_SIDE,
    LEAST_CHANGE,
    MOST_CHANGE,
    NOISES,
    Intervals,
    Selector,
    Treatment,
)

INFER, REPEAT, INTERPOLATE = Treatment.INFER, Treatment.REPEAT, Treatment.INTERPOLATE
ROAD = np.full((54, GREY_SIDE), 90, np.uint8)


def frame(number: int, grey: np.ndarray = ROAD) -> Frame:
    return Frame(number, number / 25, lambda: np.zeros((1, 1, 3), np.uint8), lambda _: grey)


def changed(by: int) -> np.ndarray:
    grey = ROAD.copy()
    grey[30, 40] += by
    return grey


def treatments(selector: Selector, *greys: np.ndarray) -> list[Treatment]:
    return [selector.select(frame(number, grey)) for number, grey in enumerate(greys)]


def test_the_first_frame_is_inferred_and_the_same_again_is_not() -> None:
    assert treatments(Selector(Intervals(still_s=1.0)), ROAD, ROAD, ROAD) == [INFER, REPEAT, REPEAT]


@pytest.mark.parametrize(("by", "treatment"), [(LEAST_CHANGE - 1, REPEAT), (LEAST_CHANGE, INFER)])
def test_one_changed_pixel_decides(by: int, treatment: Treatment) -> None:
    assert treatments(Selector(Intervals(still_s=1.0)), ROAD, changed(by))[1] is treatment


@pytest.mark.parametrize("sigma", [0.8, 1.2])
def test_what_noise_alone_changes_is_not_new_and_a_vehicle_in_it_is(sigma: float) -> None:
    random = np.random.default_rng(1)
    noisy = [(ROAD + random.normal(0, sigma, ROAD.shape)).round().astype(np.uint8) for _ in range(25)]
    assert np.max(cv2.absdiff(noisy[0], noisy[1])) >= LEAST_CHANGE
    assert treatments(Selector(Intervals(still_s=2.0)), *noisy) == [INFER, *[REPEAT] * 24]
    vehicle = noisy[1].copy()
    vehicle[30, 40] = noisy[0][30, 40] + round(NOISES * 2 * sigma)
    assert treatments(Selector(Intervals(still_s=2.0)), noisy[0], vehicle) == [INFER, INFER]


def test_a_large_change_is_new_also_where_it_fills_the_picture() -> None:
    assert treatments(Selector(Intervals(still_s=1.0)), ROAD, ROAD + MOST_CHANGE) == [INFER, INFER]


def test_a_slow_change_adds_up_because_the_reference_stays() -> None:
    selector = Selector(Intervals(still_s=1.0))
    found = treatments(selector, *(changed(number) for number in range(6)))
    assert found == [INFER, *[REPEAT] * 3, INFER, REPEAT]


def test_after_the_interval_a_frame_is_inferred_whatever_it_shows() -> None:
    found = treatments(Selector(Intervals(still_s=0.2)), *[ROAD] * 16)
    assert [number for number, each in enumerate(found) if each is INFER] == [0, 5, 10, 15]


def test_a_picture_of_another_shape_is_inferred() -> None:
    assert treatments(Selector(Intervals(still_s=1.0)), ROAD, ROAD[:40]) == [INFER, INFER]


def test_while_something_moves_frames_are_inferred_at_the_interval_and_interpolated_between() -> None:
    selector = Selector(Intervals(still_s=1.0, moving_s=0.12))
    found = treatments(selector, *(changed(10 * number) for number in range(8)))
    assert found == [INFER, INTERPOLATE, INTERPOLATE, INFER, INTERPOLATE, INTERPOLATE, INFER, INTERPOLATE]


def test_what_appears_after_the_interval_is_inferred_at_once() -> None:
    selector = Selector(Intervals(still_s=1.0, moving_s=0.12))
    assert treatments(selector, *[ROAD] * 9, changed(9)) == [INFER, *[REPEAT] * 8, INFER]


def test_after_something_has_moved_no_frame_repeats_until_the_next_is_inferred() -> None:
    selector = Selector(Intervals(still_s=1.0, moving_s=0.2))
    found = treatments(selector, ROAD, ROAD, changed(9), ROAD, ROAD, ROAD, ROAD)
    assert found == [INFER, REPEAT, INTERPOLATE, INTERPOLATE, INTERPOLATE, INFER, REPEAT]


def test_without_an_interval_for_still_pictures_all_are_taken_as_moving() -> None:
    found = treatments(Selector(Intervals(moving_s=0.12)), *[ROAD] * 7)
    assert found == [INFER, INTERPOLATE, INTERPOLATE, INFER, INTERPOLATE, INTERPOLATE, INFER]


def test_no_interval_means_that_nothing_is_left_out() -> None:
    assert not EVERY_FRAME
    assert Intervals(still_s=1.0)
    assert Intervals(moving_s=0.12)
