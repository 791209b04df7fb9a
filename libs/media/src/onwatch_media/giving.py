"""Gives stored files to a sandboxed process: reads for it, and says afterwards whether that failed."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from onwatch_media.opening import ANSWER, CHUNK_BYTES, FILE, GREETING, REQUEST, StoredFile, VideoSource
from onwatch_media.sandbox import Channel, ChannelClosed

NAME_BYTES = 255

T = TypeVar("T")


class GivenReads:
    """Answers what a process asks of files, in a thread of its own, until either end is closed."""

    def __init__(self, end: socket.socket, files: Sequence[StoredFile]) -> None:
        self.error: Exception | None = None
        """Why the process got no answer, and ended: nothing that it said since counts."""
        self.waited_s = 0.0
        """What the process has waited for its files."""
        self._end, self._files = end, files
        threading.Thread(target=self._answer_all, name="reads of a process", daemon=True).start()

    def check(self) -> None:
        """Raise what reading has raised."""
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)

    def _answer_all(self) -> None:
        channel = Channel(self._end)
        try:
            channel.send(GREETING.pack(len(self._files)))
            for file in self._files:
                channel.send(_introduced(file))
            while True:
                channel.send(self._answer(*REQUEST.unpack(channel.receive(REQUEST.size))))
        except ChannelClosed:
            return
        except Exception as error:  # noqa: BLE001 told to whoever waits for the process
            self.error = error
        finally:
            self._end.close()

    def _answer(self, number: int, offset: int, size: int) -> bytes:
        """The process may be in the hands of whoever made the file: it gets nothing else, and no more at a time."""
        file = self._files[number]
        size = max(0, min(size, CHUNK_BYTES, file.size_bytes - offset))
        began_s = time.monotonic()
        try:
            content = file.read(offset, size)
        finally:
            self.waited_s += time.monotonic() - began_s
        if len(content) != size:
            raise OSError(f"{file.path} has no {size} bytes at {offset}, but {len(content)}")
        return ANSWER.pack(size) + content


def _introduced(file: StoredFile) -> bytes:
    name, clock_file = file.path.name.encode()[:NAME_BYTES], file.clock_file()
    return FILE.pack(file.size_bytes, len(name), len(clock_file)) + name + clock_file


class Given:
    """The files of one process: paths that it opens itself, or all of them given."""

    def __init__(self, sources: Sequence[VideoSource]) -> None:
        stored = [source for source in sources if not isinstance(source, Path)]
        if stored and len(stored) != len(sources):
            raise ValueError("the files of one process are in one place")
        self.paths = [str(source) for source in sources if isinstance(source, Path)]
        self._theirs: socket.socket | None = None
        self._reads: GivenReads | None = None
        self.handles: tuple[int, ...] = ()
        """Of the socket that the process inherits."""
        if stored:
            ours, self._theirs = socket.socketpair()
            self.handles = (self._theirs.fileno(),)
            self._reads = GivenReads(ours, stored)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.started()
        if self._reads is not None:
            self._reads.close()

    @property
    def as_json(self) -> dict[str, Any]:
        """What `taken_paths` reads in the process."""
        return {"paths": self.paths, "socket": self.handles[0] if self.handles else None}

    def started(self) -> None:
        """The process has its end: it alone."""
        if self._theirs is not None:
            self._theirs.close()
            self._theirs = None

    def check(self) -> None:
        """Raise what reading for the process has raised: what it says since is worth nothing."""
        if self._reads is not None:
            self._reads.check()

    async def within(self, work: asyncio.Future[T], wall_s: float) -> T:
        """The result of the work; `TimeoutError` once it has taken longer, waiting for stored files apart."""
        left_s, counted_s = wall_s, 0.0
        try:
            while left_s > 0:
                if (await asyncio.wait([work], timeout=left_s))[0]:
                    return work.result()
                waited_s = self._reads.waited_s if self._reads is not None else 0.0
                left_s, counted_s = waited_s - counted_s, waited_s
            raise TimeoutError
        finally:
            work.cancel()


@contextmanager
def given(sources: Sequence[VideoSource]) -> Iterator[Given]:
    """While the process runs. Raises what reading has raised, in place of what became of the process by that."""
    with Given(sources) as files:
        try:
            yield files
        except Exception:
            files.check()
            raise
        files.check()
