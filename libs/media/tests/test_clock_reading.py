"""An index is trusted only where it proves the clock to be sound."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from onwatch_media import VideoFile
from onwatch_media.clock import Clock
from onwatch_media.clock_reading import indexed_clock

Write = Callable[..., Path]


@pytest.fixture
def long_matroska(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the index of a Matroska file however short it is."""
    monkeypatch.setattr("onwatch_media.clock_reading.READ_WHOLE_S", 1.0)


def indexed(path: Path) -> Clock | None:
    with av.open(str(path)) as container:
        return indexed_clock(container, container.streams.video[0], Fraction(10))


@pytest.mark.usefixtures("long_matroska")
def test_the_clock_of_a_long_matroska_file_is_that_of_its_keyframes(write_clip: Write):
    found = indexed(write_clip("a.mkv"))
    assert found is not None
    assert found.is_sound
    assert found.end_s == pytest.approx(3.0)


@pytest.mark.usefixtures("long_matroska")
@pytest.mark.parametrize("jump_s", [7200.0, 11.0])
def test_a_long_matroska_file_whose_clock_jumps_is_read(write_clip: Write, jump_s: float):
    times_s = [number / 10 + (jump_s if number >= 15 else 0) for number in range(30)]
    path = write_clip("jump.mkv", times_s)
    assert indexed(path) is None
    with VideoFile(path) as video:
        assert [frame.time_s for frame in video.frames()][-1] == pytest.approx(2.9)


def test_a_short_matroska_file_is_read(write_clip: Write):
    assert indexed(write_clip("a.mkv")) is None
