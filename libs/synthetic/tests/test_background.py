import numpy as np

from onwatch_synthetic.background import cut_foreground


def test_a_foreground_is_cut_to_what_it_covers() -> None:
    alpha = np.zeros((50, 60), dtype=np.uint8)
    alpha[10:20, 30:33] = 255
    front = cut_foreground(np.zeros((50, 60, 3), dtype=np.uint8), alpha)
    assert front is not None
    assert (front.top, front.left, front.solid.shape) == (10, 30, (10, 3))


def test_nothing_in_front_is_no_foreground() -> None:
    empty = np.zeros((50, 60), dtype=np.uint8)
    assert cut_foreground(np.zeros((50, 60, 3), dtype=np.uint8), empty) is None
