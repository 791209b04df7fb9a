"""Blocks of stored files on the disk of this machine: those used last, within a limit."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

BLOCK_BYTES = 4 << 20
"""A request for so much takes a store little longer than one for a few bytes, and a decoder a few seconds of video."""
LEAST_BLOCKS = 4

log = logging.getLogger(__name__)


class _Key(NamedTuple):
    file: str
    number: int


class _Slot(NamedTuple):
    number: int
    size: int


class BlockCache:
    """Any thread. What it keeps has no name: the space is free again when the process ends, however it ends.

    The content of a file never changes, and another file has another name. Without space on the disk nothing is kept.
    """

    def __init__(self, folder: Path, max_bytes: int, block_bytes: int = BLOCK_BYTES) -> None:
        self._folder = folder
        self._block_bytes = block_bytes
        self._slots_count = max(LEAST_BLOCKS, max_bytes // block_bytes)
        self._lock = threading.Lock()
        self._slots: OrderedDict[_Key, _Slot] = OrderedDict()
        self._fetching: dict[_Key, Future[bytes]] = {}
        self._handle: int | None = None

    def read(self, file: str, offset: int, size: int, fetch: Callable[[int, int], bytes]) -> bytes:
        """Bytes of a file, fewer at its end; `fetch` gives those of a block that is not here, by offset and size."""
        parts: list[bytes] = []
        while size > 0:
            number, start = divmod(offset, self._block_bytes)
            wanted = min(size, self._block_bytes - start)
            part = self._part(_Key(file, number), start, wanted, fetch)
            parts.append(part)
            if len(part) < wanted:
                break
            offset, size = offset + wanted, size - wanted
        return b"".join(parts)

    def close(self) -> None:
        with self._lock:
            self._slots.clear()
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None

    def _part(self, key: _Key, start: int, size: int, fetch: Callable[[int, int], bytes]) -> bytes:
        with self._lock:
            if (kept := self._kept(key, start, size)) is not None:
                return kept
            fetched = self._fetching.get(key)
            is_ours = fetched is None
            if fetched is None:
                fetched = self._fetching[key] = Future()
        if is_ours:
            self._fetch(key, fetched, fetch)
        return fetched.result()[start : start + size]

    def _fetch(self, key: _Key, fetched: Future[bytes], fetch: Callable[[int, int], bytes]) -> None:
        """Once, whoever else waits for it. With the lock free: it takes long."""
        try:
            block = fetch(key.number * self._block_bytes, self._block_bytes)
        except BaseException as error:  # noqa: BLE001 told to all who wait
            with self._lock:
                del self._fetching[key]
            fetched.set_exception(error)
            return
        with self._lock:
            self._keep(key, block)
            del self._fetching[key]
        fetched.set_result(block)

    def _kept(self, key: _Key, start: int, size: int) -> bytes | None:
        slot = self._slots.get(key)
        if slot is None or self._handle is None:
            return None
        self._slots.move_to_end(key)
        wanted = max(0, min(size, slot.size - start))
        return os.pread(self._handle, wanted, slot.number * self._block_bytes + start)

    def _keep(self, key: _Key, block: bytes) -> None:
        free = len(self._slots)
        if free >= self._slots_count:
            _, oldest = self._slots.popitem(last=False)
            free = oldest.number
        try:
            if self._handle is None:
                self._handle = _nameless_file(self._folder)
            os.pwrite(self._handle, block, free * self._block_bytes)
        except OSError as error:
            log.warning("%s keeps no blocks of videos: %s", self._folder, error)
            self._slots.clear()  # every slot is free again: else one would be lost
            return
        self._slots[key] = _Slot(free, len(block))


def _nameless_file(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        return os.dup(file.fileno())
