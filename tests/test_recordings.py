"""Folders of recordings: in order, one result each, or joined where they follow one another."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from service_process import fork_program

from onwatch.recordings import SUFFIXES, Recording, files_of, recordings_of
from onwatch_media import Inspector, Limits

PAGE = Path(__file__).parents[1] / "services" / "dashboard" / "page" / "src" / "uploads" / "recordings.ts"
ROI = "0.34,0.53 0.55,0.53 0.85,0.88 0.46,0.88"
FIRST, SECOND = "cam_20260101_080000.mp4", "cam_20260101_080006.mp4"
H264 = ("-an", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "8")


@pytest.fixture
def two_files(clip: Path, tmp_path: Path) -> Path:
    """A folder with two recordings an hour apart, one file that is no video and one that is not called like one."""
    for name in ("b_20260101_080000.mp4", "a_20260101_090000.mp4"):
        shutil.copy(clip, tmp_path / name)
    (tmp_path / "bad.mp4").write_text("no video")
    (tmp_path / "notes.txt").write_text("notes")
    return tmp_path


async def test_a_folder_gives_its_videos_in_the_order_of_their_times(two_files: Path) -> None:
    files, skipped = files_of([two_files])
    recordings, unusable = await recordings_of(files, Inspector(), is_joined=True)
    assert [recording.name for recording in recordings] == ["b_20260101_080000.mp4", "a_20260101_090000.mp4"]
    assert [path.name for path in skipped] == ["notes.txt"]
    assert [path.name for path, _ in unusable] == ["bad.mp4"]


async def test_a_file_beyond_the_limits_of_the_catalog_is_no_recording(two_files: Path) -> None:
    recordings, unusable = await recordings_of(
        [two_files / "b_20260101_080000.mp4"], Inspector(Limits(max_pixels=100)), is_joined=False
    )
    assert recordings == []
    assert "at most 100 are accepted" in unusable[0][1]


def test_a_file_that_is_named_may_be_called_anything(two_files: Path) -> None:
    assert files_of([two_files / "notes.txt"]) == ([two_files / "notes.txt"], [])


def test_the_page_takes_files_of_the_same_names() -> None:
    (pattern,) = re.findall(r"new RegExp\((.*?)\)\$", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names = re.sub(r'["+\s(]|\\\\\.', "", pattern).split("|")
    assert {f".{name}" for name in names} == SUFFIXES


def test_recordings_that_are_joined_are_named_by_the_first_and_the_last() -> None:
    assert Recording((Path("a.mp4"), Path("b.mp4"), Path("c.mp4"))).name == "a.mp4 to c.mp4"


@pytest.fixture(scope="module")
def halves(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The street clip, cut while the third vehicle has left and the fourth has not come."""
    if shutil.which("ffmpeg") is None:
        if os.environ.get("ONWATCH_REQUIRE_REAL") == "1":
            pytest.fail("no ffmpeg, and ONWATCH_REQUIRE_REAL=1")
        pytest.skip("no ffmpeg (scripts/test-programs installs it)")
    folder, street = tmp_path_factory.mktemp("halves"), (shared_dir / "media" / "street.mp4").resolve()
    cut = (("-i", street, "-t", "6.2", FIRST), ("-ss", "6.2", "-i", street, SECOND))
    for *source, name in cut:
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *source, *H264, name], cwd=folder, timeout=120, check=True)
    return folder


def analyzed(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = ["analyze", *map(str, arguments), "--engine", "motion", "--roi", ROI, "--json"]
    return fork_program(command, {**os.environ, "NO_COLOR": "1"})


@pytest.mark.media
@pytest.mark.slow
def test_joined_recordings_are_counted_as_one_video(halves: Path, tmp_path: Path) -> None:
    done = analyzed(halves, "--join", "--data-dir", tmp_path)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)
    assert found["files"] == [FIRST, SECOND]
    assert found["total_vehicles_count"] == 4
    assert found["notes"][1] == f"{SECOND} begins at 6.2 s of the joined video."


@pytest.mark.media
@pytest.mark.slow
def test_each_file_has_its_result_and_a_bad_one_is_reported_at_the_end(halves: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("no video")
    done = analyzed(bad, halves, "--data-dir", tmp_path)
    assert done.returncode == 1
    first, second, failed = json.loads(done.stdout)
    assert [first["files"], second["files"]] == [[FIRST], [SECOND]]
    assert [round(each["coverage"]["duration_s"], 1) for each in (first, second)] == [6.2, 4.8]
    assert failed == {"files": ["bad.mp4"], "error": "it does not begin like any kind of video file"}
