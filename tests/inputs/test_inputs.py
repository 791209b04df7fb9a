"""Every input of the table is shown and timed as a person expects, or refused with the reason."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from inputs.recipe import STREET, Recipe
from inputs.recipes import RECIPES
from onwatch.analyze import analyze
from onwatch.configuration import configure
from onwatch_contracts.values import Anchor, EngineChoice
from onwatch_media import VideoFile, VideoUnusable, inspect, make_thumbnail
from onwatch_testkit.slow import some_of

ROI = ((0.34, 0.53), (0.55, 0.53), (0.85, 0.88), (0.46, 0.88))
VEHICLES = 4
COMPARED_S = (0.5, 3.0, 5.5, 7.0, 8.0, 10.5)
SAME = 6.0  # mean difference of grey levels; measured: at most 3.1 for the same second, 8 and more for another one
STREET_S = 11.04
ONE_PICTURE_S = 1 / 24

pytestmark = pytest.mark.media


@pytest.fixture(scope="module", autouse=True)
def ffmpeg() -> None:
    if shutil.which("ffmpeg") is None:
        if os.environ.get("ONWATCH_REQUIRE_REAL"):
            pytest.fail("no ffmpeg, and ONWATCH_REQUIRE_REAL is set")
        pytest.skip("no ffmpeg (scripts/test-programs installs it)")


@pytest.fixture(scope="module")
def street(shared_dir: Path) -> Path:
    return (shared_dir / "media" / "street.mp4").resolve()


@pytest.fixture(scope="module")
def street_pictures(street: Path) -> list[Any]:
    return shown(street, COMPARED_S)[1]


def shown(path: Path, compared_s: Iterable[float]) -> tuple[list[float], list[Any]]:
    """The times of all frames, and small pictures: each the first from a time on."""
    wanted, times_s, pictures = list(compared_s), [], []
    with VideoFile(path) as video:
        for frame in video.frames():
            times_s.append(frame.time_s)
            if wanted and frame.time_s >= wanted[0] - ONE_PICTURE_S / 2:
                del wanted[0]
                picture = video.display.picture(frame.raw)
                pictures.append(cv2.resize(picture, (64, 36), interpolation=cv2.INTER_AREA).astype(int))
    return times_s, pictures


def decoded_by_ffmpeg(path: Path, stream: int) -> int:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", f"0:{stream}", "-vsync", "passthrough"]
    done = subprocess.run([*command, "-progress", "-", "-f", "null", "-"], capture_output=True, text=True, check=True)
    return int([line for line in done.stdout.splitlines() if line.startswith("frame=")][-1].removeprefix("frame="))


def video_times_s(recipe: Recipe, duration_s: float) -> dict[float, float]:
    """Where the compared seconds of the street clip are in a file that shows it."""
    if recipe.shows != STREET:
        return {}
    speed = STREET_S / duration_s if recipe.is_rate_assumed else 1.0
    times_s = {second: (second - recipe.starts_s) / speed for second in COMPARED_S}
    return {second: time_s for second, time_s in times_s.items() if 0 <= time_s < duration_s - 0.1}


@pytest.mark.parametrize(
    "recipe", some_of([each for each in RECIPES if not each.refused], kept=4), ids=lambda recipe: recipe.file
)
def test_an_input_is_what_a_person_expects(
    recipe: Recipe, street: Path, street_pictures: list[Any], tmp_path: Path
) -> None:
    path = recipe.write(tmp_path, street)
    found = inspect(path)
    assert (found.width, found.height) == recipe.expected_size
    assert found.duration_s == pytest.approx(recipe.expected_duration_s, abs=ONE_PICTURE_S)
    assert recipe.fps is None or found.fps == pytest.approx(recipe.fps)
    assert len(found.notes) == len(recipe.notes), found.notes
    assert all(part in note for part, note in zip(recipe.notes, found.notes, strict=True)), found.notes
    assert make_thumbnail(path, found.duration_s)[:2] == b"\xff\xd8"

    compared = video_times_s(recipe, found.duration_s)
    times_s, pictures = shown(path, compared.values())
    with VideoFile(path) as video:
        assert len(times_s) == decoded_by_ffmpeg(path, video.stream.index)
    assert times_s[0] == 0
    assert all(before < after for before, after in pairwise(times_s))
    for second, picture in zip(compared, pictures, strict=True):
        assert np.abs(picture - street_pictures[COMPARED_S.index(second)]).mean() < SAME, f"at {second} s"


@pytest.mark.parametrize("recipe", [each for each in RECIPES if each.is_counted], ids=lambda recipe: recipe.file)
@pytest.mark.slow
async def test_the_vehicles_of_an_input_are_counted(recipe: Recipe, street: Path, tmp_path: Path) -> None:
    """By motion, which takes a fifth of the time of a model."""
    path = recipe.write(tmp_path, street)
    found = await analyze(
        path,
        configure(tmp_path / "data", environ={"ONWATCH_AUTH": "off"}),
        roi=ROI,
        anchor=Anchor.BOTTOM_CENTER,
        engine=EngineChoice.MOTION,
        on_progress=lambda done: None,
    )
    assert found.metrics.total_vehicles_count == VEHICLES
    assert found.metrics.coverage.fraction == pytest.approx(1.0, abs=0.01)
    assert len(found.notes) == len(recipe.notes)


@pytest.mark.parametrize(
    "recipe", some_of([each for each in RECIPES if each.refused], kept=4), ids=lambda recipe: recipe.file
)
def test_what_is_no_usable_video_is_refused_with_the_reason(recipe: Recipe, street: Path, tmp_path: Path) -> None:
    path = recipe.write(tmp_path, street)
    with pytest.raises(VideoUnusable) as refused:
        inspect(path)
    assert recipe.refused in str(refused.value)
