from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onwatch_catalog.errors import InvalidCalibration, InvalidName, InvalidPatch, InvalidRoi
from onwatch_catalog.videos.editing import checked_name, name_from_file, patched
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


def test_surrounding_spaces_of_a_name_are_removed() -> None:
    assert checked_name("  Main street ") == "Main street"


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("a\u202egpj.mp4", "agpj.mp4"),
        ("two\r\nlines\u2028", "twolines"),
        ("\x1b[31mred\x07", "[31mred"),
        ("nu\0ll", "null"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("Main\u00a0street", "Main street"),
        ("Straße 東京 🚗", "Straße 東京 🚗"),
    ],
)
def test_a_name_is_cleaned_the_same_way_wherever_it_comes_from(make_video: Any, name: str, cleaned: str) -> None:
    assert checked_name(name) == cleaned
    assert name_from_file(name) == cleaned
    assert patched(make_video("v"), VideoPatch(name=name)).name == cleaned


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "\u202e\n\0"])
def test_an_invalid_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidName):
        checked_name(name)


def test_a_patch_changes_only_the_given_fields(make_video: Any) -> None:
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
def test_an_invalid_patch_is_refused(make_video: Any, patch: VideoPatch, error: type[Exception]) -> None:
    with pytest.raises(error):
        patched(make_video("v"), patch)
