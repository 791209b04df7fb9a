"""Valid and unusable videos, all of them generated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from onwatch_media import NoFrames, NotOpened, NoVideoStream, Truncated, inspect
from onwatch_testkit.sample_videos import write_dhav, write_no_frames, write_sound, write_video


@pytest.mark.parametrize(
    ("name", "codec", "media_type"),
    [
        ("a.mp4", "mpeg4", "video/mp4"),
        ("a.mov", "libx264", "video/mp4"),
        ("a.mkv", "libx264", "video/x-matroska"),
        ("a.webm", "libvpx", "video/webm"),
        ("av1.webm", "libsvtav1", "video/webm"),
        ("a.avi", "mpeg4", "video/x-msvideo"),
        ("a.ts", "libx264", "video/mp2t"),
    ],
)
def test_a_video_is_recognised_in_every_format(tmp_path: Path, name: str, codec: str, media_type: str) -> None:
    found = inspect(write_video(tmp_path / name, seconds=3, codec=codec))

    assert found.format.media_type == media_type
    assert (found.fps, found.width, found.height) == (10.0, 64, 48)
    assert found.duration_s == pytest.approx(3.0, abs=0.11)


def test_a_file_of_a_recorder_with_timestamps_is_timed_by_them(tmp_path: Path) -> None:
    found = inspect(write_dhav(tmp_path / "a.dav", seconds=3))

    assert found.format.media_type == "video/x-dhav"
    assert (found.codec, found.fps, found.width, found.height) == ("mpeg4", 10.0, 64, 48)
    assert found.duration_s == pytest.approx(3.0, abs=0.11)
    assert (found.is_counted, found.notes) == (False, ())


def test_the_filename_is_ignored(tmp_path: Path) -> None:
    assert inspect(write_video(tmp_path / "a.part", file_format="mp4")).format.extension == "mp4"


def test_the_duration_is_measured_when_none_is_declared(tmp_path: Path) -> None:
    live = write_video(tmp_path / "live.mkv", seconds=3, codec="libx264", options={"live": "1"})

    assert inspect(live).duration_s == pytest.approx(3.0, abs=0.11)


def cut(path: Path, share: float) -> Path:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path


@pytest.mark.parametrize("share", [0.3, 0.6])
@pytest.mark.parametrize(
    ("name", "options"), [("a.mp4", {"movflags": "faststart"}), ("a.mp4", {}), ("a.mkv", {}), ("a.avi", {})]
)
def test_a_truncated_video_is_refused(tmp_path: Path, name: str, options: dict[str, str], share: float) -> None:
    with pytest.raises(Truncated):
        inspect(cut(write_video(tmp_path / name, seconds=10, options=options), share))


def test_the_error_says_where_a_truncated_video_ends(tmp_path: Path) -> None:
    path = cut(write_video(tmp_path / "a.mkv", seconds=10), 0.5)

    with pytest.raises(Truncated, match=r"it ends at \d\.\d s of the 10\.0 s that it announces"):
        inspect(path)


def test_a_video_whose_end_was_never_written_is_refused(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", seconds=10, options={"movflags": "faststart"})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))

    with pytest.raises(Truncated, match="nothing near its end can be decoded"):
        inspect(path)


def _text(path: Path) -> Path:
    path.write_text("Dear reader, this is no video.\n" * 100)
    return path


def _playlist(path: Path) -> Path:
    path.write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
    return path


def _concatenation(path: Path) -> Path:
    path.write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    return path


def _image(path: Path) -> Path:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    return path


def _empty(path: Path) -> Path:
    path.touch()
    return path


@pytest.mark.parametrize(
    ("make", "name", "error"),
    [
        (_empty, "a.mp4", NotOpened),
        (_text, "a.mp4", NotOpened),
        (_playlist, "a.mp4", NotOpened),
        (_playlist, "a.m3u8", NotOpened),
        (_concatenation, "a.mp4", NotOpened),
        (_image, "a.png", NotOpened),
        (write_sound, "a.m4a", NoVideoStream),
        (write_sound, "a.mkv", NoVideoStream),
        (write_no_frames, "a.avi", NoFrames),
    ],
)
def test_a_file_that_is_no_video_is_refused_with_the_reason(
    tmp_path: Path, make: Any, name: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        inspect(make(tmp_path / name))


def test_one_frame_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(NoFrames, match="1 decodable frames"):
        inspect(write_video(tmp_path / "a.mp4", seconds=0.1))


def test_two_frames_are_a_video(tmp_path: Path) -> None:
    assert inspect(write_video(tmp_path / "a.mp4", seconds=0.2)).duration_s == pytest.approx(0.2)


@pytest.mark.media
def test_real_clips_are_videos(shared_dir: Path) -> None:
    for name in ("street.mp4", "topdown.mp4"):
        assert inspect(shared_dir / "media" / name).duration_s > 1
