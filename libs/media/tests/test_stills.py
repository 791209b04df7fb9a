from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from onwatch_media.stills import StillOrder, make_stills, part_of

Write = Callable[..., Path]


def decoded(jpeg: bytes) -> Any:
    with av.open(io.BytesIO(jpeg), format="mjpeg") as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


def bar_of(jpeg: bytes) -> int:
    """Where the bright bar begins, which tells the number of the picture: three pixels for each."""
    return int(np.argmax(decoded(jpeg)[24, :, 0] > 150))


@pytest.mark.parametrize(
    ("at_s", "number"), [(0.0, 0), (0.5, 5), (0.54, 5), (0.6, 6), (0.5995, 6), (1.7, 17), (2.9, 29 % 19), (99.0, 10)]
)
def test_a_still_is_the_picture_that_is_shown_at_the_moment(write_clip: Write, at_s: float, number: int) -> None:
    number = number if at_s < 2 else 29
    order = StillOrder(at_s, 64)
    assert bar_of(make_stills(write_clip("a.mp4"), [order])[order]) == pytest.approx(number * 3 % 58, abs=1)


def test_many_moments_in_any_order_are_the_same_as_one_by_one(write_clip: Write) -> None:
    path = write_clip("a.mp4", [n / 10 for n in range(90)], keyframe_every=30)
    orders = [StillOrder(at_s, 64) for at_s in (8.0, 0.1, 0.1, 0.3, 4.0, 4.5)]
    together = make_stills(path, orders)
    assert together == {order: make_stills(path, [order])[order] for order in orders}


def test_a_still_is_scaled_down_and_never_up(write_clip: Write) -> None:
    path = write_clip("a.mp4")
    small, large = StillOrder(0.0, 32), StillOrder(0.0, 4000)
    made = make_stills(path, [small, large])
    assert (decoded(made[small]).shape[:2], decoded(made[large]).shape[:2]) == ((24, 32), (48, 64))


def test_a_part_shows_its_box_alone(write_clip: Write) -> None:
    # In picture 10 the bar is from 30 to 36 of 64.
    inside, beside = StillOrder(1.0, 64, (30 / 64, 0.0, 36 / 64, 1.0)), StillOrder(1.0, 64, (0.0, 0.5, 0.25, 1.0))
    made = make_stills(write_clip("a.mp4"), [inside, beside])
    assert decoded(made[inside]).shape[:2] == (48, 6)
    assert decoded(made[inside]).mean() > 180 > 100 > decoded(made[beside]).mean()
    assert decoded(made[beside]).shape[:2] == (24, 16)


def test_a_file_whose_pictures_are_counted_has_stills(write_clip: Write) -> None:
    order = StillOrder(2.0, 64)
    assert bar_of(make_stills(write_clip("a.h264"), [order], counted_rate=5)[order]) == pytest.approx(30, abs=1)


@pytest.mark.parametrize("box", [(0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0, 1.0), (0.4, 0.4, 0.4, 0.4)])
def test_a_part_of_no_size_has_a_few_pixels(box: tuple[float, float, float, float]) -> None:
    assert part_of(np.zeros((48, 64, 3), np.uint8), box).shape == (2, 2, 3)
