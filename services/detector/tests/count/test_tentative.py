"""Which new boxes are vehicles, and which are false ones on the road."""

from __future__ import annotations

import pytest

from onwatch_detector.count.tentative import Candidate, Scene, is_vehicle, moved_boxes

BOX = (100.0, 100.0, 140.0, 130.0)
SIZE = (640, 360)
LATER = Scene(timestamp_s=5.0, size=SIZE, begins=0.3)


def seen(*confidences: float, pictures: int | None = None, since_s: float = 4.0) -> Candidate:
    candidate = Candidate(BOX, since_s, pictures or len(confidences))
    for confidence in confidences:
        candidate.see(confidence)
    return candidate


def moved(boxes: float) -> tuple[float, float, float, float]:
    return BOX[0] + 40 * boxes, BOX[1], BOX[2] + 40 * boxes, BOX[3]


def test_a_box_that_stays_weak_and_never_moves_is_no_vehicle() -> None:
    assert not is_vehicle(seen(*[0.4] * 25), BOX, 0.4, LATER)


@pytest.mark.parametrize(("boxes", "expected"), [(0.2, False), (0.3, True)])
def test_one_that_moves_is_a_vehicle(boxes: float, expected: bool) -> None:
    assert is_vehicle(seen(0.35, 0.35), moved(boxes), 0.35, LATER) is expected


def test_a_confident_detection_is_a_vehicle_at_once() -> None:
    assert is_vehicle(seen(0.7, since_s=5.0), BOX, 0.7, LATER)


def test_so_is_one_that_is_confident_on_average() -> None:
    assert is_vehicle(seen(*[0.55] * 10), BOX, 0.55, LATER)
    assert not is_vehicle(seen(*[0.55] * 10, pictures=14), BOX, 0.55, LATER)


def test_what_is_there_when_the_video_starts_may_have_stopped_before() -> None:
    assert is_vehicle(seen(0.35, since_s=0.0), BOX, 0.35, Scene(0.0, SIZE, 0.3))


@pytest.mark.parametrize(("size", "expected"), [((140, 360), True), (SIZE, False), (None, False)])
def test_over_the_border_of_the_picture_comes_a_vehicle(size: tuple[int, int] | None, expected: bool) -> None:
    assert is_vehicle(seen(0.35), BOX, 0.35, Scene(5.0, size, 0.3)) is expected


def test_where_a_vehicle_has_just_been_lost_one_is_found() -> None:
    assert is_vehicle(seen(0.35), BOX, 0.35, Scene(5.0, SIZE, 0.3, left=(moved(0.3),)))
    assert not is_vehicle(seen(0.35), BOX, 0.35, Scene(5.0, SIZE, 0.3, left=(moved(0.9),)))


def test_weak_boxes_are_a_vehicle_once_they_are_many_and_have_moved_far() -> None:
    weak = [0.15] * 4
    assert is_vehicle(seen(*weak), moved(0.6), 0.15, LATER)
    assert not is_vehicle(seen(*weak), moved(0.4), 0.15, LATER)
    assert not is_vehicle(seen(*weak[:3]), moved(0.6), 0.15, LATER)
    assert not is_vehicle(seen(*weak, since_s=4.9), moved(0.6), 0.15, LATER)


@pytest.mark.parametrize(("boxes", "pictures"), [(0.6, 6), (1.8, 20)])
def test_the_farther_weak_boxes_have_moved_the_fewer_pictures_need_them(boxes: float, pictures: int) -> None:
    weak = [0.15] * 4
    assert is_vehicle(seen(*weak, pictures=pictures), moved(boxes), 0.15, LATER)
    assert not is_vehicle(seen(*weak, pictures=pictures + 1), moved(boxes), 0.15, LATER)


def test_a_box_that_grows_or_is_half_hidden_has_not_moved() -> None:
    left, top, right, bottom = BOX
    assert moved_boxes(BOX, (left, top, left + 20, bottom)) == 0.0
    assert moved_boxes(BOX, (left - 10, top - 10, right + 10, bottom + 10)) == 0.0
    assert moved_boxes(BOX, (left + 20, top + 15, right + 20, bottom + 15)) == pytest.approx(0.5**0.5)
