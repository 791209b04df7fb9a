"""What a file does to the decoder costs one process, within its limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from onwatch_media import Inspector, LimitExceeded, Limits, NotOpened, NoVideoStream, PictureTooLarge

Write = Callable[..., Path]
MIB = 1 << 20


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Black pictures of 8000 x 8000 in a few kilobytes."""
    path = tmp_path_factory.mktemp("bomb") / "bomb.mkv"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=5)
        stream.width, stream.height, stream.pix_fmt = 8000, 8000, "gray"
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(np.zeros((8000, 8000), np.uint8), format="gray")
            frame.pts, frame.time_base = number, Fraction(1, 5)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


async def test_a_video_is_inspected_with_its_thumbnail(write_clip: Write):
    found, thumbnail = await Inspector().inspect(write_clip("a.mp4"))
    assert (found.width, found.height, found.duration_s) == (64, 48, pytest.approx(3.0))
    assert thumbnail[:2] == b"\xff\xd8"


async def test_a_rate_that_was_set_reaches_the_process(write_clip: Write):
    found, _ = await Inspector().inspect(write_clip("a.h264"), counted_rate=5)
    assert found.fps == 5


async def test_errors_keep_their_kind_and_text(write_clip: Write, tmp_path: Path):
    text = tmp_path / "a.mp4"
    text.write_text("no video at all")
    with pytest.raises(NotOpened, match="does not begin like"):
        await Inspector().inspect(text)
    with pytest.raises(PictureTooLarge, match="64 x 48"):
        await Inspector(Limits(max_pixels=100)).inspect(write_clip("a.mp4"))


async def test_a_small_file_with_huge_pictures_is_refused_by_their_size(bomb: Path):
    assert bomb.stat().st_size < MIB  # noqa: ASYNC240 no I/O to wait for
    with pytest.raises(PictureTooLarge, match="8000 x 8000 = 64,000,000 pixels"):
        await Inspector().inspect(bomb)


async def test_memory_is_limited(bomb: Path):
    with pytest.raises(LimitExceeded, match="more than 400 MiB of memory"):
        await Inspector(Limits(max_pixels=10**9, memory_bytes=400 * MIB)).inspect(bomb)


async def test_wall_time_is_limited_and_the_process_ended(write_clip: Write):
    with pytest.raises(LimitExceeded, match=r"longer than 0\.001 s"):
        await Inspector(Limits(wall_s=0.001)).inspect(write_clip("a.mp4"))


async def test_a_caller_that_goes_away_ends_the_process(write_clip: Write, monkeypatch: pytest.MonkeyPatch):
    started: list[asyncio.subprocess.Process] = []
    has_started = asyncio.Event()
    create = asyncio.create_subprocess_exec

    async def note(*arguments: str, **options: Any) -> asyncio.subprocess.Process:
        started.append(await create(*arguments, **options))
        has_started.set()
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", note)
    asked = asyncio.create_task(Inspector().inspect(write_clip("a.mp4")))
    await has_started.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert started[0].returncode is not None


async def test_no_more_files_are_inspected_at_a_time_than_allowed(write_clip: Write, monkeypatch: pytest.MonkeyPatch):
    running = most = 0
    create = asyncio.create_subprocess_exec

    async def count(*arguments: str, **options: Any) -> asyncio.subprocess.Process:
        nonlocal running, most
        running += 1
        most = max(most, running)
        process = await create(*arguments, **options)
        waiting = process.communicate

        async def communicate(given: bytes) -> tuple[bytes, bytes]:
            nonlocal running
            try:
                return await waiting(given)
            finally:
                running -= 1

        process.communicate = communicate  # type: ignore[method-assign,assignment]  # counts what has ended
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", count)
    clip, inspector = write_clip("a.mp4"), Inspector(parallel=2)
    await asyncio.gather(*(inspector.inspect(clip) for _ in range(5)))
    assert most == 2


async def test_sound_alone_names_what_there_is(tmp_path: Path):
    path = tmp_path / "a.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(NoVideoStream) as refused:
        await Inspector().inspect(path)
    assert refused.value.kinds == ("audio",)
