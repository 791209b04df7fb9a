from __future__ import annotations

import cv2
import numpy as np
import pytest

from onwatch_contracts.values import VehicleType
from onwatch_detector.detect.motion.background import Background, shrunk
from onwatch_detector.detect.motion.foreground import Foreground
from onwatch_detector.detections import TYPES, Picture

WIDTH, HEIGHT = 480, 270


def road(noise: float = 2.0, seed: int = 0) -> Picture:
    random = np.random.default_rng(seed)
    grey = np.full((HEIGHT, WIDTH, 3), 110.0)
    grey[:, 200:206] = 200  # a lane marking
    return np.clip(grey + random.normal(0, noise, grey.shape), 0, 255).round().astype(np.uint8)


def painted(picture: Picture, box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> Picture:
    left, top, right, bottom = box
    changed = picture.copy()
    changed[top:bottom, left:right] = colour
    return changed


@pytest.fixture(scope="module")
def foreground() -> Foreground:
    return Foreground(Background.of([shrunk(road(seed=n)) for n in range(15)]))


def test_the_empty_road_has_nothing(foreground: Foreground) -> None:
    assert len(foreground.detect(road(seed=99))) == 0


@pytest.mark.parametrize("colour", [(40, 30, 220), (240, 240, 240), (20, 20, 20)], ids=["red", "white", "black"])
def test_a_vehicle_is_one_box_of_no_known_type(foreground: Foreground, colour: tuple[int, int, int]) -> None:
    found = foreground.detect(painted(road(seed=99), (180, 100, 250, 150), colour))
    assert found.vehicle_types == (VehicleType.VEHICLE,)
    assert found.boxes[0] == pytest.approx((180, 100, 250, 150), abs=4)
    assert found.confidences[0] > 0.8
    assert found.scores[0].argmax() == TYPES.index(VehicleType.VEHICLE)
    assert np.count_nonzero(found.scores) == 1


def test_a_vehicle_in_two_tones_with_windows_like_the_road_is_still_one(foreground: Foreground) -> None:
    car = painted(road(seed=99), (180, 100, 260, 150), (30, 40, 190))
    car = painted(car, (215, 100, 224, 150), (110, 110, 110))
    assert len(foreground.detect(car)) == 1


def test_two_vehicles_side_by_side_are_two(foreground: Foreground) -> None:
    both = painted(painted(road(seed=99), (100, 60, 160, 200), (30, 40, 190)), (190, 60, 250, 200), (235, 235, 235))
    assert len(foreground.detect(both)) == 2


def test_a_shadow_is_not_part_of_the_vehicle(foreground: Foreground) -> None:
    shaded = road(seed=99)
    shaded[140:170, 180:270] = (shaded[140:170, 180:270] * 0.6).astype(np.uint8)
    found = foreground.detect(painted(shaded, (180, 100, 250, 150), (40, 30, 220)))
    assert found.boxes[0] == pytest.approx((180, 100, 250, 150), abs=4)


@pytest.mark.parametrize("gain", [0.57, 0.8, 1.3])
def test_another_light_neither_is_motion_nor_hides_any(foreground: Foreground, gain: float) -> None:
    def lit(picture: Picture) -> Picture:
        return np.clip(picture * gain, 0, 255).round().astype(np.uint8)

    assert len(foreground.detect(lit(road(seed=99)))) == 0
    found = foreground.detect(lit(painted(road(seed=99), (180, 100, 250, 150), (30, 30, 180))))
    assert found.boxes[0] == pytest.approx((180, 100, 250, 150), abs=4)


def test_small_things_and_noise_are_no_vehicles(foreground: Foreground) -> None:
    assert len(foreground.detect(painted(road(seed=99), (100, 100, 109, 110), (20, 20, 220)))) == 0
    rain = road(seed=99)
    for x in range(5, WIDTH, 11):
        cv2.line(rain, (x, (x * 7) % HEIGHT), (x + 1, (x * 7) % HEIGHT + 9), (220, 220, 220), 1)
    assert len(foreground.detect(rain)) == 0


def test_a_picture_that_differs_everywhere_has_no_vehicle(foreground: Foreground) -> None:
    random = np.random.default_rng(5)
    assert len(foreground.detect(random.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8))) == 0


def test_the_box_of_a_vehicle_at_the_edge_ends_at_the_edge(foreground: Foreground) -> None:
    found = foreground.detect(painted(road(seed=99), (430, 230, WIDTH, HEIGHT), (30, 30, 200)))
    assert found.boxes[0] == pytest.approx((430, 230, WIDTH, HEIGHT), abs=4)
    assert found.boxes[0][2] <= WIDTH
    assert found.boxes[0][3] <= HEIGHT


def test_the_empty_place_of_a_parked_vehicle_that_left_is_no_vehicle() -> None:
    parked = (300, 100, 370, 150)
    samples = [shrunk(painted(road(seed=n), parked, (40, 30, 220))) for n in range(9)]
    foreground = Foreground(Background.of(samples))
    assert len(foreground.detect(road(seed=99))) == 0
    assert len(foreground.detect(painted(road(seed=99), (100, 100, 170, 150), (40, 30, 220)))) == 1


def test_boxes_are_in_pixels_of_the_picture_whatever_its_size(foreground: Foreground) -> None:
    large = cv2.resize(painted(road(seed=99), (180, 100, 250, 150), (40, 30, 220)), (1920, 1080))
    found = foreground.detect(np.asarray(large, np.uint8))
    assert found.boxes[0] == pytest.approx((720, 400, 1000, 600), abs=16)


def test_a_picture_of_another_size_has_no_vehicle(foreground: Foreground) -> None:
    assert len(foreground.detect(np.zeros((300, 300, 3), np.uint8))) == 0


def test_earlier_pictures_make_no_difference(foreground: Foreground) -> None:
    car = painted(road(seed=99), (180, 100, 250, 150), (90, 120, 130))
    first = foreground.detect(car)
    for n in range(20):
        foreground.detect(painted(road(seed=n), (60, 60, 400, 220), (200, 40, 40)))
    again = foreground.detect(car)
    assert np.array_equal(first.boxes, again.boxes)
    assert np.array_equal(first.confidences, again.confidences)
