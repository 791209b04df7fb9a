"""Recordings are ordered and joined in another process, within limits."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from onwatch_media import Joiner, LimitExceeded, Limits, Recording, RecordingRefused, TimeSource, VideoUnusable, inspect
from onwatch_media.joiner import Order

Write = Callable[..., Path]
CLIP_S = 3.0


@pytest.fixture
def recorded(write_clip: Write) -> Callable[..., Recording]:
    """A clip of three seconds that a recorder gave a name."""
    numbers = iter(range(100))

    def make(name: str, **how: object) -> Recording:
        path = write_clip(f"{next(numbers)}.mp4", **how)
        return Recording(path, name, CLIP_S)

    return make


async def test_recordings_are_grouped_by_the_times_in_their_names(recorded: Callable[..., Recording]):
    names = ("cam_20260101_090000.mp4", "cam_20260101_080003.mp4", "cam_20260101_080000.mp4")
    found = await Joiner().order([recorded(name) for name in names])
    assert found == Order(TimeSource.NAME, ((2, 1), (0,)), (0.0, 3594.0))


async def test_recordings_without_times_keep_the_order_given(recorded: Callable[..., Recording]):
    found = await Joiner().order([recorded(name) for name in ("b.mp4", "a.mp4", "c.mp4")])
    assert found == Order(TimeSource.MODIFICATION, ((0, 1, 2),), (None, None))


async def test_joined_recordings_are_one_video(recorded: Callable[..., Recording], tmp_path: Path):
    target = tmp_path / "joined"
    assert await Joiner().join([recorded("a"), recorded("b")], target) == pytest.approx((0.0, CLIP_S), abs=0.01)
    assert inspect(target).duration_s == pytest.approx(2 * CLIP_S, abs=0.01)


async def test_a_recording_that_does_not_fit_is_named_as_its_recorder_did(
    recorded: Callable[..., Recording], tmp_path: Path
):
    refused = "evening.mp4 cannot be joined with noon.mp4: its codec is mpeg4, not h264"
    with pytest.raises(RecordingRefused, match=refused) as found:
        await Joiner().join([recorded("noon.mp4"), recorded("evening.mp4", codec="mpeg4")], tmp_path / "joined")
    assert found.value.index == 1


async def test_no_video_and_a_missing_file_are_told_apart(recorded: Callable[..., Recording], tmp_path: Path):
    text = tmp_path / "text"
    text.write_text("no video")
    with pytest.raises(VideoUnusable):
        await Joiner().join([recorded("a"), Recording(text, "b", 1)], tmp_path / "joined")
    with pytest.raises(OSError, match="No such file") as missing:
        await Joiner().join([recorded("a"), Recording(tmp_path / "gone", "b", 1)], tmp_path / "joined")
    assert missing.value.errno == errno.ENOENT


async def test_a_join_that_takes_longer_than_allowed_is_ended(recorded: Callable[..., Recording], tmp_path: Path):
    with pytest.raises(LimitExceeded, match=r"joining took longer than 0.01 s"):
        await Joiner(Limits(wall_s=0.01)).join([recorded("a"), recorded("b")], tmp_path / "joined")


async def test_a_cancelled_join_leaves_no_process(recorded: Callable[..., Recording], tmp_path: Path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)  # opening it waits for ever
    before = _children()
    joining = asyncio.create_task(Joiner().join([recorded("a"), Recording(fifo, "b", 1)], tmp_path / "joined"))
    while not (started := _children() - before):  # noqa: ASYNC110 processes notify nobody
        await asyncio.sleep(0.01)
    joining.cancel()
    await asyncio.wait([joining])
    assert not started & _children()


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
