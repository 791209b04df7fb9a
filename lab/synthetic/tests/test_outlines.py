import numpy as np
import pytest

from onwatch_synthetic.outlines import outline_mask, visible_fractions


def square(left: float, top: float, side: float = 100.0) -> np.ndarray:
    return np.array([(left, top), (left + side, top), (left + side, top + side), (left, top + side)])


def fractions(*outlines: np.ndarray) -> list[float]:
    return visible_fractions(outline_mask(outlines, (400, 300)), outlines)


def test_a_single_vehicle_is_wholly_visible() -> None:
    assert fractions(square(50, 50)) == [pytest.approx(1.0, abs=0.02)]


def test_a_near_one_hides_its_share_of_a_far_one() -> None:
    far, near = fractions(square(50, 50), square(100, 50))
    assert far == pytest.approx(0.5, abs=0.05)
    assert near == pytest.approx(1.0, abs=0.02)


def test_parts_outside_of_the_picture_are_not_visible() -> None:
    [half] = fractions(square(-50, 50))
    assert half == pytest.approx(0.5, abs=0.05)
    assert fractions(square(500, 50)) == [0.0]
