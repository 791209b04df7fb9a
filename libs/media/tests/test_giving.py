"""Stored files, read in a process of its own through the one that started it."""

from __future__ import annotations

import asyncio
import filecmp
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import pytest

from onwatch_media import Inspector, Joiner, LimitExceeded, Limits, Recording, StillMaker, StillOrder, VideoSource
from onwatch_media.giving import GivenReads, given
from onwatch_media.opening import ANSWER, FILE, GREETING, REQUEST
from onwatch_media.sandbox import Channel, ChannelClosed
from onwatch_testkit.stored_videos import StoreAway, stored_copy

LIMIT_S = 60.0


async def test_a_stored_video_is_inspected_as_one_in_a_folder(write_clip: Callable[..., Path], tmp_path: Path) -> None:
    clip = write_clip("street.mp4")
    found, thumbnail = await Inspector().inspect(stored_copy(clip, tmp_path))
    expected, expected_thumbnail = await Inspector().inspect(clip)
    assert replace(found, clock_file=b"") == replace(expected, clock_file=b"")
    assert thumbnail == expected_thumbnail
    assert found.clock_file


async def test_pictures_of_a_stored_video_are_those_of_the_file(
    write_clip: Callable[..., Path], tmp_path: Path
) -> None:
    clip, orders = write_clip("street.mp4"), [StillOrder(0.5, 64), StillOrder(0.0, 32, (0.1, 0.1, 0.6, 0.6))]
    assert await StillMaker().make(stored_copy(clip, tmp_path), orders) == await StillMaker().make(clip, orders)


async def test_stored_recordings_are_joined_as_those_in_a_folder(
    write_clip: Callable[..., Path], tmp_path: Path
) -> None:
    clips = [write_clip(name) for name in ("a.mp4", "b.mp4")]

    async def joined(sources: list[VideoSource], target: Path) -> Path:
        await Joiner().join([Recording(each, "r", 1) for each in sources], target)
        return target

    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    stored = [stored_copy(clip, tmp_path) for clip in clips]
    of_stored, of_clips = await joined([*stored], folders[0] / "x"), await joined([*clips], folders[1] / "x")
    assert filecmp.cmp(of_stored, of_clips, shallow=False)


async def test_a_store_that_is_away_is_no_fault_of_the_video(write_clip: Callable[..., Path], tmp_path: Path) -> None:
    file = stored_copy(write_clip("street.mp4"), tmp_path)
    away = AwayAfter(file, reads=2)
    with pytest.raises(StoreAway):
        await Inspector().inspect(away)


async def test_a_file_that_ends_early_is_no_answer(write_clip: Callable[..., Path], tmp_path: Path) -> None:
    file = stored_copy(write_clip("street.mp4"), tmp_path)
    with pytest.raises(OSError, match="has no"):
        await Inspector().inspect(replace(file, size_bytes=file.size_bytes + 10))


async def test_waiting_for_the_store_is_not_counted_as_work() -> None:
    """The limit is that of the work; one that waits for its file has as much more time."""
    loop = asyncio.get_running_loop()
    with given([Path("v")]) as files:
        assert await files.within(loop.run_in_executor(None, lambda: 1), LIMIT_S) == 1
        with pytest.raises(TimeoutError):
            await files.within(loop.create_future(), 0.01)
    with given([NoFile()]) as files:
        assert files._reads is not None
        files._reads.waited_s = LIMIT_S
        assert await files.within(asyncio.ensure_future(asyncio.sleep(0.05, "late")), 0.01) == "late"


async def test_a_limit_is_a_limit_of_stored_videos_too(write_clip: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(LimitExceeded, match="longer than"):
        await Inspector(Limits(wall_s=0.01)).inspect(stored_copy(write_clip("street.mp4"), tmp_path))


def test_files_of_one_process_are_in_one_place() -> None:
    with pytest.raises(ValueError, match="one place"), given([Path("v"), NoFile()]):
        pass


# --- what the process may ask --------------------------------------------------------------------


@dataclass(frozen=True)
class NoFile:
    path = PurePosixPath("v/source.mp4")
    size_bytes = 1000

    def read(self, offset: int, size: int) -> bytes:
        return bytes(size)

    def clock_file(self) -> bytes:
        return b"clock"


@dataclass
class AwayAfter:
    """A file whose store is away after some reads."""

    file: VideoSource
    reads: int

    @property
    def path(self) -> PurePosixPath:
        assert not isinstance(self.file, Path)
        return self.file.path

    @property
    def size_bytes(self) -> int:
        assert not isinstance(self.file, Path)
        return self.file.size_bytes

    def read(self, offset: int, size: int) -> bytes:
        assert not isinstance(self.file, Path)
        self.reads -= 1
        if self.reads < 0:
            raise StoreAway
        return self.file.read(offset, size)

    def clock_file(self) -> bytes:
        return b""


@pytest.mark.parametrize(
    ("request_", "size"),
    [((0, 0, 10), 10), ((0, 990, 100), 10), ((0, 2000, 10), 0), ((0, 0, 1 << 31), 1000), ((0, 1 << 62, 1), 0)],
)
def test_no_request_gets_more_than_the_file(request_: tuple[int, int, int], size: int) -> None:
    ours, theirs = socket.socketpair()
    reads, channel = GivenReads(ours, [NoFile()]), Channel(theirs)
    assert GREETING.unpack(channel.receive(GREETING.size, LIMIT_S)) == (1,)
    size_bytes, name_bytes, clock_bytes = FILE.unpack(channel.receive(FILE.size, LIMIT_S))
    assert (size_bytes, channel.receive(name_bytes + clock_bytes, LIMIT_S)) == (1000, b"source.mp4clock")
    channel.send(REQUEST.pack(*request_))
    assert ANSWER.unpack(channel.receive(ANSWER.size, LIMIT_S)) == (size,)
    assert channel.receive(size, LIMIT_S) == bytes(size)
    reads.close()
    theirs.close()


def test_a_request_for_another_file_ends_the_conversation() -> None:
    ours, theirs = socket.socketpair()
    reads, channel = GivenReads(ours, [NoFile()]), Channel(theirs)
    channel.receive(GREETING.size + FILE.size + len(b"source.mp4clock"), LIMIT_S)
    channel.send(REQUEST.pack(7, 0, 10))
    with pytest.raises(ChannelClosed):
        channel.receive(ANSWER.size, LIMIT_S)
    assert isinstance(reads.error, IndexError)
    theirs.close()
