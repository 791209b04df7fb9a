"""Stills from a process of its own, within its limits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from onwatch_media import LimitExceeded, Limits, StillMaker, StillOrder, VideoUnusable

Write = Callable[..., Path]


async def test_stills_come_in_the_order_of_their_orders(write_clip: Write):
    orders = [StillOrder(2.0, 64), StillOrder(0.0, 32), StillOrder(1.0, 64, (0.0, 0.0, 0.5, 0.5))]
    made = await StillMaker().make(write_clip("a.mp4"), orders)
    assert [jpeg[:2] for jpeg in made] == [b"\xff\xd8"] * 3
    assert len(set(made)) == 3


async def test_a_file_that_is_no_video_is_said_to_be_none(tmp_path: Path):
    path = tmp_path / "a.mp4"
    path.write_text("no video at all")
    with pytest.raises(VideoUnusable, match="Invalid data"):
        await StillMaker().make(path, [StillOrder(0.0, 64)])


async def test_a_process_that_takes_too_long_is_ended(write_clip: Write):
    with pytest.raises(LimitExceeded, match="longer than"):
        await StillMaker(Limits(wall_s=0.001)).make(write_clip("a.mp4"), [StillOrder(0.0, 64)])
