from __future__ import annotations

from typing import Any

import pytest

from onwatch_catalog.errors import InvalidRecordedFps
from onwatch_catalog.videos.recorded_rate import parsed_rate, with_rate
from onwatch_media import ContainerFormat, Inspection

FOUND = Inspection(
    format=ContainerFormat("h264", "video/h264", is_raw=True),
    codec="h264",
    duration_s=4.0,
    fps=5.0,
    is_counted=True,
    is_rate_assumed=False,
    width=128,
    height=96,
    notes=("It is counted.",),
)


@pytest.mark.parametrize(
    ("text", "rate"), [(None, None), ("", None), (" ", None), ("12.5", 12.5), (" 25 ", 25.0), ("0.01", 0.01)]
)
def test_a_rate_in_a_form_is_a_number_or_is_not_given(text: str | None, rate: float | None) -> None:
    assert parsed_rate(text) == rate


@pytest.mark.parametrize("text", ["fast", "0", "-5", "1001", "nan", "inf", "12,5", "25 fps", "1e400"])
def test_a_rate_that_no_camera_has_is_refused(text: str) -> None:
    with pytest.raises(InvalidRecordedFps, match=r"from 0\.01 to 1000"):
        parsed_rate(text)


def test_only_what_depends_on_the_rate_changes(make_video: Any) -> None:
    video = make_video("v")
    changed = with_rate(video, FOUND, 5.0)

    assert (changed.duration_s, changed.fps, changed.recorded_fps, changed.notes) == (
        4.0,
        5.0,
        5.0,
        ("It is counted.",),
    )
    assert (changed.is_counted, changed.is_rate_assumed) == (True, False)
    assert (changed.width, changed.file_path, changed.name) == (video.width, video.file_path, video.name)
