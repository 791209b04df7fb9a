"""Opens the bytes of videos: files of this machine, and stored files, whose bytes another process hands over.

A sandboxed process reaches no network. Its parent reads for it, answers by a socket, and knows when that failed: this
process ends at once where no answer comes, so that nothing is ever made of half a file.
"""

from __future__ import annotations

import io
import os
import socket
import struct
import threading
from collections import OrderedDict
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, NamedTuple, Protocol

from onwatch_media.sandbox import Channel, ChannelClosed

GREETING = struct.Struct("<I")
"""How many files there are; then for each a `FILE`, its name and its clock file."""
FILE = struct.Struct("<QHI")
"""Size of the file, of its name and of its clock file, in bytes."""
REQUEST = struct.Struct("<IQI")
"""Number of the file, offset, size. The answer is an `ANSWER` and so many bytes: fewer only at the end of the file."""
ANSWER = struct.Struct("<I")
CHUNK_BYTES = 256 * 1024
CHUNKS_KEPT = 8
"""Of a file: sound and pictures may be far apart."""
STORED = Path("/stored")
"""Names the stored files of this process; there is no such folder."""


class StoredFile(Protocol):
    """A file that is not in a folder of this machine. Any thread."""

    @property
    def path(self) -> PurePosixPath:
        """In its store."""
        ...

    @property
    def size_bytes(self) -> int: ...

    def read(self, offset: int, size: int) -> bytes:
        """So many bytes, fewer only at the end of the file. Blocks; raises where its store is away."""
        ...

    def clock_file(self) -> bytes:
        """What is kept of its clock; empty where nothing is. Blocks."""
        ...


VideoSource = Path | StoredFile


class Version(NamedTuple):
    """Of the content of a file. That of a stored file never changes: it has no time."""

    size_bytes: int
    mtime_ns: int


class _Stored(NamedTuple):
    reads: _Reads
    number: int
    size_bytes: int
    clock_file: bytes


_stored: dict[Path, _Stored] = {}
"""The stored files of this process, given once by its parent."""


def taken_paths(files: dict[str, Any]) -> list[Path]:
    """The paths of a process that `giving.Given` was made for, from its `as_json`."""
    if files["socket"] is None:
        return [Path(each) for each in files["paths"]]
    return take_files(socket.socket(fileno=files["socket"]))


def take_files(end: socket.socket) -> list[Path]:
    """The paths of the stored files that the parent gives; the functions of this module then know them."""
    channel = Channel(end)
    reads = _Reads(channel)
    (count,) = GREETING.unpack(channel.receive(GREETING.size))
    return [_taken(reads, number) for number in range(count)]


def _taken(reads: _Reads, number: int) -> Path:
    size_bytes, name_bytes, clock_bytes = FILE.unpack(reads.channel.receive(FILE.size))
    path = STORED / str(number) / reads.channel.receive(name_bytes).decode()
    _stored[path] = _Stored(reads, number, size_bytes, reads.channel.receive(clock_bytes))
    return path


def opened(path: Path) -> BinaryIO:
    """The file, to be read."""
    return path.open("rb") if path not in _stored else io.BufferedReader(_StoredBytes(path))


def for_ffmpeg(path: Path) -> Any:
    """What PyAV opens: a path, or an object that reads."""
    return str(path) if path not in _stored else _StoredBytes(path)


def version_of(path: Path) -> Version:
    """`OSError`."""
    if path in _stored:
        return Version(_stored[path].size_bytes, 0)
    stat = path.stat()
    return Version(stat.st_size, stat.st_mtime_ns)


def kept_beside(path: Path, suffix: str) -> bytes:
    """The content of the file beside a video, named like it with this suffix; of a stored one its clock file.

    `FileNotFoundError`.
    """
    if path not in _stored:
        return path.with_suffix(suffix).read_bytes()
    if not _stored[path].clock_file:
        raise FileNotFoundError(path)
    return _stored[path].clock_file


class _Reads:
    """Asks the parent, in any thread."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self._lock = threading.Lock()

    def read(self, number: int, offset: int, size: int) -> bytes:
        try:
            with self._lock:
                self.channel.send(REQUEST.pack(number, offset, size))
                (answered,) = ANSWER.unpack(self.channel.receive(ANSWER.size))
                return self.channel.receive(answered)
        except ChannelClosed:
            os._exit(1)  # the parent knows why: FFmpeg would take it for the end of the file


class _StoredBytes(io.RawIOBase):
    """A stored file from its beginning. One thread at a time."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._file = _stored[path]
        self._at = 0
        self._chunks: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        begins = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._file.size_bytes}
        self._at = max(0, begins[whence] + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        number, start = divmod(self._at, CHUNK_BYTES)
        found = self._chunk(number)[start : start + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _chunk(self, number: int) -> bytes:
        if number * CHUNK_BYTES >= self._file.size_bytes:
            return b""
        if number not in self._chunks:
            self._chunks[number] = self._file.reads.read(self._file.number, number * CHUNK_BYTES, CHUNK_BYTES)
            if len(self._chunks) > CHUNKS_KEPT:
                self._chunks.popitem(last=False)
        self._chunks.move_to_end(number)
        return self._chunks[number]
