from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from onwatch_catalog.errors import InvalidCalibration, InvalidName, InvalidPatch, InvalidRoi
from onwatch_catalog.videos.video import as_http, checked_name, name_from_file, patched
from onwatch_contracts.http import CalibrateCoordinates, VideoPatch
from onwatch_contracts.values import Anchor, EngineChoice

ROI = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9))
CALIBRATION = CalibrateCoordinates(
    image_points=((0.3, 0.4), (0.7, 0.4), (0.9, 0.9), (0.1, 0.9)), side_lengths_m=(7.2, 24.5, 7.2, 24.5)
)


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("street.mp4", "street.mp4"),
        ("C:\\clips\\street.mp4", "street.mp4"),
        ("../../etc/passwd", "passwd"),
        ("Straße 1.mp4", "Straße 1.mp4"),
        ("a\r\nb\x00.mp4", "ab.mp4"),
        ("", "Untitled"),
        ("  ", "Untitled"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_video_is_named_after_its_file(filename: str, name: str) -> None:
    assert name_from_file(filename) == name


def test_a_name_has_no_spaces_around_it() -> None:
    assert checked_name("  Main street ") == "Main street"


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\0b"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidName):
        checked_name(name)


def test_a_patch_keeps_what_it_does_not_name(make_video: Any) -> None:
    video = replace(make_video("v"), roi=ROI, calibration=CALIBRATION, anchor=Anchor.CENTER)

    assert patched(video, VideoPatch()) == video
    assert patched(video, VideoPatch(name="New")) == replace(video, name="New")
    assert patched(video, VideoPatch(engine=EngineChoice.MOTION)) == replace(video, engine=EngineChoice.MOTION)
    assert patched(video, VideoPatch(roi=None)) == replace(video, roi=None)
    assert patched(video, VideoPatch(calibrate_coordinates=None)) == replace(video, calibration=None)


@pytest.mark.parametrize(
    ("patch", "error"),
    [
        (VideoPatch(name=None), InvalidPatch),
        (VideoPatch(anchor=None), InvalidPatch),
        (VideoPatch(engine=None), InvalidPatch),
        (VideoPatch(name=" "), InvalidName),
        (VideoPatch(roi=((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9))), InvalidRoi),
        (
            VideoPatch(calibrate_coordinates=CALIBRATION.model_copy(update={"side_lengths_m": (1, 1, 1, 9)})),
            InvalidCalibration,
        ),
    ],
)
def test_a_patch_that_cannot_be_is_refused(make_video: Any, patch: VideoPatch, error: type[Exception]) -> None:
    with pytest.raises(error):
        patched(make_video("v"), patch)


def test_the_api_shows_the_request_for_an_analysis(make_video: Any) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    video = as_http(replace(make_video("v"), analysis_requested_at=at))

    assert video.analysis is not None
    assert video.analysis.requested_at == at
    assert as_http(make_video("v")).analysis is None
