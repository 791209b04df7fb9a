"""Why a file does not become a video is told as a problem."""

from __future__ import annotations

from pathlib import Path

import pytest

from onwatch_catalog import errors
from onwatch_catalog.media import inspect, problem_of
from onwatch_media import (
    Inspector,
    LimitExceeded,
    Limits,
    NoFrames,
    NotOpened,
    NoVideoStream,
    PictureTooLarge,
    Truncated,
    VideoUnusable,
)
from onwatch_testkit.sample_videos import write_video


@pytest.mark.parametrize(
    ("error", "problem", "says"),
    [
        (NotOpened("it is text"), errors.NotAVideo, "it is text"),
        (NoVideoStream(("audio",)), errors.NoVideoStream, "only: audio"),
        (NoFrames(1), errors.NoFrames, "1 decodable frames"),
        (Truncated("it ends at 1 s"), errors.TruncatedVideo, "it ends at 1 s"),
        (PictureTooLarge("its pictures are large"), errors.PictureTooLarge, "its pictures are large"),
        (LimitExceeded("it took long"), errors.InspectionLimitExceeded, "it took long"),
        (VideoUnusable("it is odd"), errors.NotAVideo, "it is odd"),
    ],
)
def test_each_reason_has_its_problem(error: VideoUnusable, problem: type[errors.UnusableFile], says: str) -> None:
    found = problem_of(error)
    assert type(found) is problem
    assert says in found.detail


async def test_a_video_within_the_limits_is_inspected(tmp_path: Path) -> None:
    found, thumbnail = await inspect(Inspector(), write_video(tmp_path / "a.mp4"))
    assert (found.width, found.height) == (64, 48)
    assert thumbnail


async def test_a_video_beyond_a_limit_is_refused_with_the_limit(tmp_path: Path) -> None:
    with pytest.raises(errors.PictureTooLarge, match="64 x 48 = 3,072 pixels; at most 1,000 are accepted"):
        await inspect(Inspector(Limits(max_pixels=1000)), write_video(tmp_path / "a.mp4"))
