"""The clock of a video, kept in a file beside it: reading it from the packets of a long recording takes seconds.

The file is named like the video, with the suffix `.clock`. It is a cache: one that is missing, damaged, of another
version of the program or of another file is ignored, and the clock is read from the video.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, Self
from zlib import crc32

import numpy as np

from onwatch_media.clock import Clock, Keyframes, Segment
from onwatch_media.opening import Version, kept_beside, version_of

SUFFIX = ".clock"
MAGIC = b"onwatch clock 1\n"
CHECKSUM_BYTES = 4
NUMBERS = np.dtype("<i8")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClockKey:
    """What a clock follows from. Its file is that of no other stream, rate or version of the video."""

    size_bytes: int
    mtime_ns: int
    stream_index: int
    rate: Fraction
    """Pictures per second where there are no timestamps."""
    is_raw: bool

    @classmethod
    def of(cls, path: Path, stream_index: int, rate: Fraction, *, is_raw: bool) -> Self:
        return cls(*version_of(path), stream_index, rate, is_raw)

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"rate": str(self.rate)}


def clock_path(video: Path) -> Path:
    return video.with_suffix(SUFFIX)


def encoded(clock: Clock, key: ClockKey) -> bytes:
    """The content of a clock file: a line of JSON, the keyframes as integers of 64 bits, a checksum."""
    keyframes = clock.keyframes
    header = {
        "key": key.as_json,
        "segments": [asdict(segment) for segment in clock.segments],
        "end_s": clock.end_s,
        "origin": clock.origin,
        "keyframes": len(keyframes.packets),
    }
    columns = (keyframes.packets, keyframes.pts, keyframes.positions)
    body = json.dumps(header).encode() + b"\n" + b"".join(column.astype(NUMBERS).tobytes() for column in columns)
    return MAGIC + body + crc32(body).to_bytes(CHECKSUM_BYTES, "little")


def kept_clock(video: Path, key: ClockKey) -> Clock | None:
    """From the file beside the video; None where there is none that is whole and of this key."""
    content = _kept(video)
    found = _parsed(content, video) if content is not None else None
    if found is None or found.header["key"] != key.as_json:
        return None
    header = found.header
    columns = np.frombuffer(found.numbers, NUMBERS).astype(np.int64).reshape(3, header["keyframes"])
    segments = tuple(Segment(**segment) for segment in header["segments"])
    return Clock(segments, header["end_s"], header["origin"], Keyframes(*columns))


def has_clock(video: Path) -> bool:
    """Whether the file beside the video is whole, and of the video as it is now."""
    content = _kept(video)
    return content is not None and is_clock_of(content, video, version_of(video))


def is_clock_of(clock_file: bytes, video: Path, version: Version) -> bool:
    """Whether the content of the clock file of a video is whole, and of this version of it."""
    found = _parsed(clock_file, video)
    return found is not None and (found.header["key"]["size_bytes"], found.header["key"]["mtime_ns"]) == version


class _Content(NamedTuple):
    header: dict[str, Any]
    numbers: bytes


def _kept(video: Path) -> bytes | None:
    try:
        return kept_beside(video, SUFFIX)
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            log.warning("%s is not used: %s", clock_path(video), error)
        return None


def _parsed(content: bytes, video: Path) -> _Content | None:
    if not content.startswith(MAGIC):
        return None
    body, checksum = content[len(MAGIC) : -CHECKSUM_BYTES], content[-CHECKSUM_BYTES:]
    if crc32(body).to_bytes(CHECKSUM_BYTES, "little") != checksum:
        log.warning("%s is damaged and not used", clock_path(video))
        return None
    line, _, numbers = body.partition(b"\n")
    return _Content(json.loads(line), numbers)
