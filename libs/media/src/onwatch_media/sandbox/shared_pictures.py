"""Memory that two processes share, divided into slots of one size, with a picture in each.

The reading end makes it, and never trusts what is in it: a picture may change while it is read, but not its size.
"""

from __future__ import annotations

import fcntl
import math
import mmap
import os
import tempfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onwatch_media.display import Picture
from onwatch_media.sandbox.resources import MIB

Bytes = NDArray[np.uint8]

SLOTS = 8  # one for each picture that waits for an engine
SLOTS_BYTES = 128 * MIB  # at most, of larger pictures there are fewer slots
LEAST_SLOTS = 2


def slots_for(slot_bytes: int) -> int:
    return max(LEAST_SLOTS, min(SLOTS, SLOTS_BYTES // slot_bytes))


class SharedPictures:
    """The reading end, which lends slots to the other one. One thread at a time; pictures are let go in any."""

    def __init__(self, slot_bytes: int) -> None:
        self.slot_bytes, self.slots = slot_bytes, slots_for(slot_bytes)
        self.handle = _memory_file(self.slots * slot_bytes)
        self._memory = _mapped(self.handle, self.slots * slot_bytes)
        self._free = list(range(self.slots))

    def lend(self) -> int:
        """The number of a free slot. There is one, after each `picture` or `give_back`."""
        return self._free.pop()

    def give_back(self, slot: int) -> None:
        self._free.append(slot)

    def picture(self, slot: int, height: int, width: int) -> Picture:
        """The picture in a lent slot, without a copy; the slot is free again when nobody has the picture any more.

        The last free slot is kept: its picture is copied.
        """
        lent = _Lent(self._memory[slot * self.slot_bytes :][: height * width * 3], (height, width, 3), self._free, slot)
        picture: Picture = np.asarray(lent)
        return picture if self._free else picture.copy()

    def grey(self, slot: int, height: int, width: int) -> Bytes:
        """A copy of a grey picture in a lent slot."""
        return self._memory[slot * self.slot_bytes :][: height * width].reshape(height, width).copy()

    def close(self) -> None:
        """Of this end. The memory is freed with its last picture."""
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1


class WrittenPictures:
    """The writing end of the same memory; takes the handle."""

    def __init__(self, handle: int, slots: int, slot_bytes: int) -> None:
        self._slot_bytes = slot_bytes
        self._memory = _mapped(handle, slots * slot_bytes)
        os.close(handle)

    def slot(self, slot: int, shape: tuple[int, ...]) -> Bytes:
        """The beginning of a slot, as an array to write to."""
        size = math.prod(shape)
        if size > self._slot_bytes:
            raise ValueError(f"an array of {shape} does not fit into {self._slot_bytes} bytes")
        return self._memory[slot * self._slot_bytes :][:size].reshape(shape)

    def write(self, slot: int, picture: Bytes) -> None:
        np.copyto(self.slot(slot, picture.shape), picture)


class _Lent:
    """A part of the memory for NumPy. Every array of it, and each view of one, keeps this object."""

    def __init__(self, part: Bytes, shape: tuple[int, ...], free: list[int], slot: int) -> None:
        self._part, self._free, self._slot = part, free, slot
        self.__array_interface__: dict[str, Any] = {
            "shape": shape,
            "typestr": "|u1",
            "data": part.__array_interface__["data"],
            "version": 3,
        }

    def __del__(self) -> None:
        self._free.append(self._slot)


def _memory_file(size: int) -> int:
    """A file in memory. On Linux its size is sealed: if the other end cut it off, reading it would end this process."""
    if not hasattr(os, "memfd_create"):
        with tempfile.TemporaryFile() as file:
            handle = os.dup(file.fileno())
        os.ftruncate(handle, size)
        return handle
    handle = os.memfd_create("pictures", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(handle, size)
    fcntl.fcntl(handle, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return handle


def _mapped(handle: int, size: int) -> Bytes:
    return np.frombuffer(mmap.mmap(handle, size), np.uint8)
