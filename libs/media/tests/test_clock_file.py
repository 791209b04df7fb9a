"""The clock beside a video replaces reading it, and is ignored when anything about it is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from onwatch_media import VideoFile, clock_path, has_clock, inspect
from onwatch_media.clock import Clock
from onwatch_media.clock_file import ClockKey, encoded, kept_clock
from onwatch_media.clock_reading import clock_of_file

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """As in a new process."""
    clock_of_file.cache_clear()
    yield
    clock_of_file.cache_clear()


@pytest.fixture
def video(write_clip: Write) -> Path:
    """A clip whose clock jumps by two hours, with its clock file."""
    path = write_clip("a.ts", [number / 10 + (7200 if number >= 15 else 0) for number in range(30)])
    clock_path(path).write_bytes(inspect(path).clock_file)
    return path


def key_of(path: Path) -> ClockKey:
    with VideoFile(path) as video:
        return video.clock_key


def assert_same(found: Clock | None, expected: Clock) -> None:
    assert found is not None
    assert (found.segments, found.end_s, found.origin) == (expected.segments, expected.end_s, expected.origin)
    for name in ("packets", "pts", "positions"):
        assert np.array_equal(getattr(found.keyframes, name), getattr(expected.keyframes, name))


def test_the_clock_is_kept_exactly(video: Path):
    clock_of_file.cache_clear()
    found, key = kept_clock(video, key_of(video)), key_of(video)
    clock_path(video).unlink()
    assert_same(found, clock_of_file(video, key))
    assert len(found.segments) == 2


def test_a_kept_clock_is_used_instead_of_reading_the_video(video: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("onwatch_media.clock_reading.read_clock", None)
    with VideoFile(video) as opened:
        times_s = [frame.time_s for frame in opened.frames()]
    assert times_s == pytest.approx([number / 10 for number in range(30)], abs=0.05)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"something else",
        lambda content: content[:-1],
        lambda content: content[:40],
        lambda content: content[:-50] + b"\x01" + content[-49:],
        lambda content: content.replace(b"clock 1", b"clock 0"),
        lambda content: content.replace(b'"end_s": 3', b'"end_s": 9'),
    ],
    ids=["empty", "another file", "cut", "cut in the header", "a wrong byte", "another version", "a wrong end"],
)
def test_a_damaged_clock_file_is_ignored(video: Path, damage: Callable[[bytes], bytes]):
    whole = clock_path(video).read_bytes()
    clock_path(video).write_bytes(damage(whole))
    assert clock_path(video).read_bytes() != whole
    assert not has_clock(video)
    assert kept_clock(video, key_of(video)) is None
    with VideoFile(video) as opened:
        assert opened.clock.end_s == pytest.approx(3.0, abs=0.05)


def test_the_clock_of_another_version_of_the_file_is_ignored(video: Path):
    assert has_clock(video)
    os.utime(video, ns=(0, 0))
    assert not has_clock(video)
    assert kept_clock(video, key_of(video)) is None


def test_a_clock_file_that_cannot_be_read_is_ignored(video: Path):
    clock_path(video).unlink()
    clock_path(video).mkdir()
    assert not has_clock(video)


def test_the_clock_of_another_stream_or_rate_is_ignored(video: Path):
    key = key_of(video)
    assert kept_clock(video, key) is not None
    assert kept_clock(video, replace(key, stream_index=1)) is None
    assert kept_clock(video, replace(key, rate=Fraction(12))) is None


def test_a_rate_that_was_set_has_its_own_clock(write_clip: Write):
    path = write_clip("a.h264")
    found = inspect(path, counted_rate=12.5)
    clock_path(path).write_bytes(found.clock_file)
    clock_of_file.cache_clear()
    with VideoFile(path, counted_rate=12.5) as opened:
        kept = kept_clock(path, opened.clock_key)
        assert kept is not None
        assert encoded(kept, opened.clock_key) == found.clock_file
    with VideoFile(path) as opened:
        assert kept_clock(path, opened.clock_key) is None
