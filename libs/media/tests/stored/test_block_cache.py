from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from onwatch_media.stored import BlockCache

CONTENT = bytes(range(100))


class Store:
    """Counts what is fetched."""

    def __init__(self) -> None:
        self.fetched: list[int] = []

    def fetch(self, offset: int, size: int) -> bytes:
        self.fetched.append(offset)
        return CONTENT[offset : offset + size]


@pytest.mark.parametrize(
    ("offset", "size"), [(0, 100), (0, 1), (15, 2), (16, 16), (90, 10), (95, 20), (100, 5), (3, 0)]
)
def test_what_is_read_is_the_content(tmp_path: Path, offset: int, size: int) -> None:
    cache, store = BlockCache(tmp_path, 1000, block_bytes=16), Store()
    for _ in range(2):
        assert cache.read("v", offset, size, store.fetch) == CONTENT[offset : offset + size]


def test_a_block_is_fetched_once_while_it_is_kept(tmp_path: Path) -> None:
    cache, store = BlockCache(tmp_path, 64, block_bytes=16), Store()
    for _ in range(3):
        cache.read("v", 0, 64, store.fetch)
    assert store.fetched == [0, 16, 32, 48]

    cache.read("v", 0, 1, store.fetch)
    cache.read("v", 64, 1, store.fetch)  # in place of the second block, which was not used for longest
    cache.read("v", 0, 1, store.fetch)
    assert store.fetched == [0, 16, 32, 48, 64]
    cache.read("v", 16, 1, store.fetch)
    assert store.fetched[-1] == 16


def test_files_have_blocks_of_their_own(tmp_path: Path) -> None:
    cache = BlockCache(tmp_path, 1000, block_bytes=16)
    assert cache.read("v", 0, 3, lambda offset, size: b"one") == b"one"
    assert cache.read("w", 0, 3, lambda offset, size: b"two") == b"two"
    assert cache.read("v", 0, 3, lambda offset, size: b"new") == b"one"


def test_who_reads_at_the_same_time_waits_for_one_request(tmp_path: Path) -> None:
    cache, store = BlockCache(tmp_path, 1000, block_bytes=16), Store()
    is_fetching, may_go_on = threading.Event(), threading.Event()

    def slowly(offset: int, size: int) -> bytes:
        is_fetching.set()
        assert may_go_on.wait(60)
        return store.fetch(offset, size)

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(cache.read, "v", 0, 4, slowly)
        assert is_fetching.wait(60)
        others = [threads.submit(cache.read, "v", 4, 4, slowly) for _ in range(3)]
        may_go_on.set()
        assert [each.result() for each in (first, *others)] == [CONTENT[:4], *[CONTENT[4:8]] * 3]
    assert store.fetched == [0]


def test_a_failure_is_told_and_not_kept(tmp_path: Path) -> None:
    cache, store = BlockCache(tmp_path, 1000, block_bytes=16), Store()

    def fail(offset: int, size: int) -> bytes:
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        cache.read("v", 0, 4, fail)
    assert cache.read("v", 0, 4, store.fetch) == CONTENT[:4]


def test_without_a_folder_nothing_is_kept_and_all_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache, store = BlockCache(tmp_path / "file", 1000, block_bytes=16), Store()
    for _ in range(2):
        assert cache.read("v", 0, 100, store.fetch) == CONTENT
    assert len(store.fetched) == 14


def test_nothing_is_left_in_the_folder(tmp_path: Path) -> None:
    cache = BlockCache(tmp_path / "cache", 1000, block_bytes=16)
    cache.read("v", 0, 100, Store().fetch)
    assert list((tmp_path / "cache").iterdir()) == []
    cache.close()
