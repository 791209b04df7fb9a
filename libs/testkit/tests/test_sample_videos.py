from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from onwatch_media import inspect
from onwatch_testkit.sample_videos import stored_video, write_no_frames, write_sound, write_video


def test_a_record_describes_the_video_that_is_written(tmp_path: Path) -> None:
    found = inspect(write_video(tmp_path / "a.mp4"))
    record = stored_video("a", datetime(2026, 3, 2, tzinfo=UTC))

    assert (found.duration_s, found.fps) == (record.duration_s, record.fps)
    assert (found.width, found.height) == (record.width, record.height)


def test_sound_and_a_video_without_frames_are_written(tmp_path: Path) -> None:
    for path in (write_sound(tmp_path / "a.m4a"), write_no_frames(tmp_path / "a.avi")):
        assert path.stat().st_size > 0
