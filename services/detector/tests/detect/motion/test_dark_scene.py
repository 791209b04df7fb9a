from __future__ import annotations

import cv2
import numpy as np
import pytest

from onwatch_detector.detect.motion.background import Background, shrunk
from onwatch_detector.detect.motion.dark_scene import Lamp, is_dark, pairs
from onwatch_detector.detect.motion.foreground import Foreground
from onwatch_detector.detections import Picture

WIDTH, HEIGHT = 480, 270
Box = tuple[int, int, int, int]
HEADLAMP, TAIL_LAMP = (200, 240, 255), (40, 30, 235)


def road(seed: int = 0, level: float = 30.0) -> Picture:
    random = np.random.default_rng(seed)
    grey = np.full((HEIGHT, WIDTH, 3), level)
    grey[:, 200:206] *= 2.5  # a lane marking
    return np.clip(grey + random.normal(0, 2.0, grey.shape), 0, 255).round().astype(np.uint8)


def with_beam(picture: Picture, x: int, y: int) -> Picture:
    """Headlights at this point light the road below it, up to five times as bright, with soft edges."""
    light = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.ellipse(light, (x, y + 60), (30, 50), 0, 0, 360, 4.0, -1)
    light = cv2.GaussianBlur(light, (0, 0), 14)
    return np.clip(picture * (1 + light[..., None]), 0, 255).round().astype(np.uint8)


def with_lamps(picture: Picture, *places: tuple[int, int], colour: tuple[int, int, int] = HEADLAMP) -> Picture:
    lit = picture.copy()
    for x, y in places:
        cv2.circle(lit, (x, y), 3, colour, -1)
    return lit


def with_body(picture: Picture, box: Box, colour: tuple[int, int, int] = (60, 70, 90)) -> Picture:
    left, top, right, bottom = box
    changed = picture.copy()
    changed[top:bottom, left:right] = colour
    return changed


def foreground_of(level: float = 30.0) -> Foreground:
    return Foreground(Background.of([shrunk(road(n, level)) for n in range(15)]))


@pytest.fixture(scope="module")
def foreground() -> Foreground:
    return foreground_of()


def test_a_scene_is_dark_by_its_middle_pixel():
    assert is_dark(road(level=30.0))
    assert not is_dark(road(level=90.0))
    assert is_dark(with_body(road(), (0, 0, WIDTH, HEIGHT // 3), (255, 255, 255)))


def test_the_empty_road_has_nothing(foreground: Foreground):
    assert len(foreground.detect(road(seed=99))) == 0


def test_the_light_of_headlights_on_the_road_is_no_vehicle(foreground: Foreground):
    lit = with_beam(road(seed=99), 150, 80)
    assert lit[140, 150].mean() > 3 * road(seed=99)[140, 150].mean()
    assert len(foreground.detect(lit)) == 0


def test_a_vehicle_is_as_large_as_its_body_and_not_as_its_light(foreground: Foreground):
    car = with_lamps(with_body(with_beam(road(seed=99), 150, 80), (125, 50, 175, 90)), (132, 84), (168, 84))
    found = foreground.detect(car)
    assert found.boxes == pytest.approx(np.array([(125, 50, 175, 90)]), abs=6)


def test_a_vehicle_in_the_light_of_the_one_behind_it_is_another_one(foreground: Foreground):
    both = with_body(with_beam(road(seed=99), 150, 60), (130, 30, 170, 62))
    both = with_body(both, (128, 130, 176, 172), (20, 20, 120))
    assert len(foreground.detect(both)) == 2


@pytest.mark.parametrize("colour", [HEADLAMP, TAIL_LAMP], ids=["head", "tail"])
def test_two_lamps_of_which_nothing_else_is_seen_are_one_vehicle(foreground: Foreground, colour: tuple[int, int, int]):
    found = foreground.detect(with_lamps(road(seed=99), (120, 100), (165, 102), colour=colour))
    assert len(found) == 1
    left, top, right, bottom = found.boxes[0]
    assert (left, right) == (pytest.approx(117, abs=4), pytest.approx(168, abs=4))
    assert top < 90
    assert bottom == pytest.approx(105, abs=4)


def test_lamps_at_the_corner_of_the_picture_are_a_vehicle_that_ends_there(foreground: Foreground):
    found = foreground.detect(with_lamps(road(seed=99), (4, 8), (44, 8)))
    assert found.boxes == pytest.approx(np.array([(0, 0, 48, 12)]), abs=4)


def test_two_vehicles_side_by_side_are_two_by_their_lamps(foreground: Foreground):
    lamps = with_lamps(road(seed=99), (80, 100), (115, 100), (180, 101), (216, 101))
    assert len(foreground.detect(lamps)) == 2


def test_rain_in_the_dark_is_no_vehicle(foreground: Foreground):
    rain = road(seed=99)
    random = np.random.default_rng(3)
    for x, y in zip(random.integers(0, WIDTH, 400).tolist(), random.integers(0, HEIGHT, 400).tolist(), strict=True):
        cv2.line(rain, (x, y), (x + 1, y + 12), (110, 110, 110), 1)
    assert len(foreground.detect(rain)) == 0


def test_bright_spots_everywhere_are_snow_and_no_lamps(foreground: Foreground):
    flakes = [(x, y) for x in range(10, WIDTH - 10, 40) for y in range(10, HEIGHT - 10, 40)]
    assert len(foreground.detect(with_lamps(road(seed=99), *flakes))) == 0


def test_by_day_what_is_brighter_than_the_road_is_a_vehicle():
    bright = with_beam(road(seed=99, level=90.0), 150, 80)
    assert len(foreground_of(level=90.0).detect(bright)) == 1


def lamp(x: float, y: float = 100.0, area: int = 16) -> Lamp:
    return Lamp(x, y, area)


@pytest.mark.parametrize(
    ("lamps", "expected"),
    [
        ([lamp(10), lamp(40)], [(10, 40)]),
        ([lamp(40), lamp(10)], [(10, 40)]),
        ([lamp(10), lamp(40, y=120)], []),  # not level
        ([lamp(10), lamp(60)], []),  # farther apart than ten times their size
        ([lamp(10), lamp(40, area=64)], []),  # of another size
        ([lamp(10), lamp(40), lamp(75)], [(10, 40)]),  # the closer one
        ([lamp(10), lamp(36), lamp(60), lamp(86)], [(36, 60)]),  # a lamp has one partner at most
        ([lamp(10)], []),
        ([], []),
    ],
)
def test_lamps_are_paired(lamps: list[Lamp], expected: list[tuple[int, int]]):
    assert [(left.x_px, right.x_px) for left, right in pairs(lamps)] == expected


def test_earlier_pictures_make_no_difference(foreground: Foreground):
    car = with_body(with_beam(road(seed=99), 150, 80), (125, 50, 175, 90))
    first = foreground.detect(car).boxes.tolist()
    foreground.detect(with_beam(road(seed=98), 300, 100))
    assert foreground.detect(car).boxes.tolist() == first
