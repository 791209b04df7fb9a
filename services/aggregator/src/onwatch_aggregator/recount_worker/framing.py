"""How the chunks of a log are told apart in the pipe to the process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

LENGTH_BYTES = 4
END = bytes(LENGTH_BYTES)


class LogIncomplete(Exception):
    """The writer of the log has ended."""


def framed(chunk: bytes) -> bytes:
    """The chunk after its length."""
    return len(chunk).to_bytes(LENGTH_BYTES, "big") + chunk


def chunks(source: BinaryIO) -> Iterator[bytes]:
    """Up to `END`; `LogIncomplete` if the pipe ends before."""
    while length := int.from_bytes(_exactly(source, LENGTH_BYTES), "big"):
        yield _exactly(source, length)


def _exactly(source: BinaryIO, length: int) -> bytes:
    content = source.read(length)
    if len(content) < length:
        raise LogIncomplete(f"{len(content)} bytes instead of {length}")
    return content
