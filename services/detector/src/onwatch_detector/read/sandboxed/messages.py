"""What is said between a run and its decoder's process: records of a fixed layout.

The decoder's process may be in the hands of whoever made the file. So every number of a reply is checked here before it
is used, texts are short and plain, and nothing of a reply decides how much is read or how long anybody waits.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from enum import IntEnum

from onwatch_detector.read.decoder import GREY_SIDE, Position
from onwatch_media import MAX_PIXELS

NONE = -(1 << 63)
"""Of an integer that is missing."""
TEXT_BYTES = 400
_REQUEST = struct.Struct("<B7x4q2d")
_REPLY = struct.Struct(f"<BBH4x4q2d2I{TEXT_BYTES}s")
REQUEST_BYTES, REPLY_BYTES = _REQUEST.size, _REPLY.size
MAX_SIDE = 1 << 16


class Ask(IntEnum):
    """What is asked; the numbers of a request in this order."""

    DURATION = 1
    READER = 2  # next_frame, first_pts, last_pts, segment; taken_per_second, on_demand
    READ = 3  # slot, first of the frames that are kept
    CONVERT = 4  # number of the frame, slot
    SAMPLES = 5  # first; every_s
    STEP = 6  # slot
    MEMORY = 7  # slots, bytes of a slot; with the file


class Tell(IntEnum):
    DURATION = 1
    READER = 2
    FRAME = 3
    END = 4
    DONE = 5
    SAMPLES = 6
    STEP = 7
    FAILED = 8


class Why(IntEnum):
    """Of a failure."""

    UNREADABLE = 1
    MEMORY = 2
    INTERNAL = 3


class Nonsense(Exception):
    """A reply that no working decoder gives."""


@dataclass(frozen=True)
class Request:
    ask: Ask
    integers: tuple[int, ...] = ()
    floats: tuple[float, ...] = ()

    def packed(self) -> bytes:
        integers, floats = (*self.integers, 0, 0, 0, 0)[:4], (*self.floats, 0.0, 0.0)[:2]
        return _REQUEST.pack(self.ask, *integers, *floats)

    @classmethod
    def unpacked(cls, record: bytes) -> Request:
        ask, *numbers = _REQUEST.unpack(record)
        return cls(Ask(ask), tuple(numbers[:4]), tuple(numbers[4:]))


@dataclass(frozen=True)
class Reply:
    tell: Tell
    flag: int = 0
    integers: tuple[int, ...] = ()
    floats: tuple[float, ...] = ()
    width: int = 0
    height: int = 0
    text: str = ""

    def packed(self) -> bytes:
        text = self.text.encode()[:TEXT_BYTES]
        integers, floats = (*self.integers, 0, 0, 0, 0)[:4], (*self.floats, math.nan, math.nan)[:2]
        return _REPLY.pack(self.tell, self.flag, len(text), *integers, *floats, self.width, self.height, text)

    @classmethod
    def unpacked(cls, record: bytes, *expected: Tell) -> Reply:
        """`Nonsense` unless it is one of the expected."""
        tell, flag, length, *numbers, width, height, text = _REPLY.unpack(record)
        if tell not in (*expected, Tell.FAILED):
            raise Nonsense(f"a reply of kind {tell}")
        return cls(Tell(tell), flag, tuple(numbers[:4]), tuple(numbers[4:]), width, height, plain(text[:length]))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a picture that is accepted."""
        if not (0 < self.width < MAX_SIDE and 0 < self.height < MAX_SIDE and self.width * self.height <= MAX_PIXELS):
            raise Nonsense(f"a picture of {self.width} x {self.height} pixels")
        return self.width, self.height

    @property
    def grey_size(self) -> tuple[int, int]:
        if not (0 < self.width <= GREY_SIDE and 0 < self.height <= GREY_SIDE):
            raise Nonsense(f"a grey copy of {self.width} x {self.height} pixels")
        return self.width, self.height

    def seconds(self, which: int = 0) -> float:
        """A time, or a number of something per second."""
        found = self.floats[which]
        if not math.isfinite(found):
            raise Nonsense(f"a time of {found} s")
        return found

    def optional_seconds(self, which: int = 0) -> float | None:
        return None if math.isnan(self.floats[which]) else self.seconds(which)

    def seconds_after(self, before_s: float) -> float:
        """The time of a frame, which is not before that of the frame before."""
        if (found := self.seconds()) < before_s:
            raise Nonsense(f"a frame at {found} s after one at {before_s} s")
        return found

    @property
    def reached_s(self) -> float:
        """How far samples have been read; minus infinity at first."""
        if math.isnan(self.floats[0]):
            raise Nonsense("a time that is no number")
        return self.floats[0]

    def position_after(self, before: Position) -> Position:
        """The position after a frame that comes after another one."""
        next_frame, first_pts, last_pts, segment = self.integers
        if next_frame < before.next_frame or segment < before.segment:
            raise Nonsense(f"frame {next_frame} of segment {segment} after frame {before.next_frame}")
        return Position(next_frame, _optional(first_pts), _optional(last_pts), segment)


def numbers_of(position: Position) -> tuple[int, int, int, int]:
    first, last = (NONE if each is None else each for each in (position.first_pts, position.last_pts))
    return position.next_frame, first, last, position.segment


def position_of(numbers: tuple[int, ...]) -> Position:
    next_frame, first_pts, last_pts, segment = numbers
    return Position(next_frame, _optional(first_pts), _optional(last_pts), segment)


def plain(text: bytes) -> str:
    """As it may be in a log and on a page."""
    return "".join(each if each.isprintable() else "?" for each in text.decode(errors="replace"))


def _optional(number: int) -> int | None:
    return None if number == NONE else number
