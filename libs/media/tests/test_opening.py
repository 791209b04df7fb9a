"""A stored file as this process reads it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from onwatch_media.giving import GivenReads
from onwatch_media.opening import CHUNK_BYTES, for_ffmpeg, kept_beside, opened, take_files, version_of
from onwatch_testkit.stored_videos import memory_store, stored_copy

SIZE = 3 * CHUNK_BYTES + 17


@pytest.fixture
def content() -> bytes:
    return np.random.default_rng(1).bytes(SIZE)


@pytest.fixture
def path(tmp_path: Path, content: bytes) -> Iterator[Path]:
    """Of a stored file, whose clock is kept."""
    (tmp_path / "source.mp4").write_bytes(content)
    file = stored_copy(tmp_path / "source.mp4", tmp_path)
    file.store.put("v/source.clock", b"clock")
    ours, theirs = socket.socketpair()
    reads = GivenReads(ours, [file])
    with theirs:
        (path,) = take_files(theirs)
        yield path
    reads.close()


def test_it_is_read_like_a_file(path: Path, content: bytes) -> None:
    with opened(path) as file:
        assert file.read() == content
        assert file.seek(-5, os.SEEK_END) == SIZE - 5
        assert file.read(10) == content[-5:]
        assert file.seek(CHUNK_BYTES - 2) == CHUNK_BYTES - 2
        assert file.read(4) == content[CHUNK_BYTES - 2 :][:4]
        assert file.seek(SIZE + 5) == SIZE + 5
        assert file.read(1) == b""


def test_reading_at_two_places_in_turn_reads_each_once(path: Path, content: bytes) -> None:
    file = for_ffmpeg(path)
    for at in range(0, 1000, 100):
        file.seek(at)
        assert file.read(100) == content[at : at + 100]
        file.seek(2 * CHUNK_BYTES + at)
        assert file.read(100) == content[2 * CHUNK_BYTES + at :][:100]


def test_its_version_has_no_time_and_its_clock_is_given(path: Path) -> None:
    assert (path.name, version_of(path)) == ("source.mp4", (SIZE, 0))
    assert kept_beside(path, ".clock") == b"clock"


def test_a_file_of_this_machine_is_opened_as_ever(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"content")
    (tmp_path / "a.clock").write_bytes(b"clock")
    assert (for_ffmpeg(file), version_of(file).size_bytes) == (str(file), 7)
    assert kept_beside(file, ".clock") == b"clock"
    with opened(file) as opened_file:
        assert opened_file.read() == b"content"


def test_a_cache_of_a_few_blocks_is_enough(tmp_path: Path) -> None:
    store = memory_store(tmp_path, block_bytes=16)
    store.put("v", bytes(range(250)))
    file = store.file("v")
    assert file is not None
    assert [file.read(at, 7) for at in range(0, 250, 50)] == [bytes(range(at, at + 7)) for at in range(0, 250, 50)]
