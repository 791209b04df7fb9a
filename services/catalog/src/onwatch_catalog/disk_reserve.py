"""Keeps space for deletions on a disk that is full: a file that gives way to them."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from typing import TypeVar

from onwatch_catalog.errors import StoreUnavailable
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)

T = TypeVar("T")
FILE = "reserve"
KIB = 1 << 10
STEP_BYTES = 64 * KIB  # a deletion appends some ten pages of 4 KiB to SQLite's log
RESERVE_BYTES = 16 * STEP_BYTES  # for several deletions: other programs may use what one of them frees
FULL_BYTES = 1024 * KIB  # a disk with less is called full
INTERVAL_S = 30.0  # between two tries to fill the reserve up again


class DiskFull(OSError):
    """The disk has no room for anything but deletions."""

    def __init__(self, folder: Path, free_bytes: int) -> None:
        super().__init__(f"disk full: {free_bytes} bytes free in {folder}; delete videos or give it more space")


def free_bytes_of(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def measured_free_bytes(folder: Path) -> float:
    """For a metric; NaN where nothing can be measured, as before the folder is made."""
    try:
        return float(free_bytes_of(folder))
    except OSError:
        return nan


def check_disk(folder: Path, free_bytes: Callable[[Path], int] = free_bytes_of) -> None:
    """Raises `DiskFull`. Blocks: call it in a thread."""
    if (free := free_bytes(folder)) < FULL_BYTES:
        raise DiskFull(folder, free)


@dataclass(frozen=True)
class DiskReserve:
    """A file beside the SQLite database; None for a database elsewhere, and then there is no reserve.

    Methods that are no coroutines block: call them in a thread.
    """

    folder: Path | None
    clock: Clock
    free_bytes: Callable[[Path], int] = free_bytes_of
    wake_up: WakeUp = field(default_factory=WakeUp)

    async def run(self) -> None:
        """Fill the reserve up periodically, until the wake-up is closed."""
        while not self.wake_up.is_closed:
            await asyncio.to_thread(self.fill)
            await self.wake_up.wait(self.clock, INTERVAL_S)

    def wake(self) -> None:
        """Called when space was freed."""
        self.wake_up.set()

    async def available_to(self, work: Callable[[], Awaitable[T]]) -> T:
        """The result of the work, which is repeated with more and more of the reserve while the disk is full."""
        while True:
            try:
                return await work()
            except StoreUnavailable:
                if not await asyncio.to_thread(self.release):
                    raise
                log.warning("the disk is full: deleting with space from the reserve in %s", self.folder)

    def fill(self) -> None:
        """Write what is missing of the file, unless that would fill the disk."""
        if self.folder is None:
            return
        file = self.folder / FILE
        try:
            missing_bytes = RESERVE_BYTES - _size_bytes(file)
            if missing_bytes > 0 and self.free_bytes(self.folder) >= missing_bytes + FULL_BYTES:
                _append(file, bytes(missing_bytes))
        except OSError as error:
            log.warning("cannot reserve space for deletions in %s: %s", file, error)

    def release(self) -> bool:
        """Shorten the file by a step; False if the disk is not full or nothing is left."""
        if self.folder is None or self.free_bytes(self.folder) >= FULL_BYTES:
            return False
        file = self.folder / FILE
        size_bytes = _size_bytes(file)
        if size_bytes > 0:
            os.truncate(file, max(0, size_bytes - STEP_BYTES))
        return size_bytes > 0


def _size_bytes(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _append(file: Path, content: bytes) -> None:
    """Written out, because a file without content would occupy no space."""
    with file.open("ab") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
