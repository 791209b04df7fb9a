import numpy as np
import pytest

from onwatch_synthetic.background import Background, cut_foreground, without_cover


def test_a_foreground_is_cut_to_what_it_covers() -> None:
    alpha = np.zeros((50, 60), dtype=np.uint8)
    alpha[10:20, 30:33] = 255
    front = cut_foreground(np.zeros((50, 60, 3), dtype=np.uint8), alpha)
    assert front is not None
    assert (front.top, front.left, front.solid.shape) == (10, 30, (10, 3))


def test_nothing_in_front_is_no_foreground() -> None:
    empty = np.zeros((50, 60), dtype=np.uint8)
    assert cut_foreground(np.zeros((50, 60, 3), dtype=np.uint8), empty) is None


@pytest.mark.parametrize(("left", "stays"), [(2, True), (30, False)])
def test_only_what_covers_the_zone_is_taken_away(left: int, stays: bool) -> None:
    alpha = np.zeros((50, 60), dtype=np.uint8)
    alpha[:, left : left + 3] = 255
    picture = np.zeros((50, 60, 3), dtype=np.uint8)
    covered = Background(picture, cut_foreground(picture, alpha))
    zone = ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7))
    assert (without_cover(covered, zone).foreground is not None) is stays
