"""Inspects one file in a process of its own: `python -m onwatch_media.worker PATH`, limits as JSON on standard input.

Writes one line of JSON to standard output, then the clock file and the thumbnail. The limits are set before the file is
opened: whatever the file does to the decoder, it can use no more than these, write nothing and start nothing.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import Path

import av

from onwatch_media.container import NoVideoStream, VideoUnusable
from onwatch_media.inspection import NoFrames, inspect
from onwatch_media.isolation import MIB, Limits, as_json
from onwatch_media.thumbnail import make_thumbnail

MEMORY_MARGIN = 128 * MIB  # a little more than one 8K picture: what could not be allocated


def main() -> None:
    path = Path(sys.argv[1])
    wanted = json.loads(sys.stdin.readline())
    limits = Limits(**wanted["limits"])
    restrict(limits)
    try:
        rate = wanted["counted_rate"]
        found = inspect(path, counted_rate=rate, max_pixels=limits.max_pixels)
        thumbnail = make_thumbnail(path, found.duration_s, counted_rate=rate, max_pixels=limits.max_pixels)
    except (VideoUnusable, MemoryError, av.FFmpegError) as error:
        if isinstance(error, MemoryError) or is_short_of_memory(limits):
            _answer({"error": "MemoryError", "text": "", "details": []})
        elif isinstance(error, VideoUnusable):
            _answer({"error": type(error).__name__, "text": str(error), "details": _details(error)})
        else:
            raise
        return
    _answer(as_json(found), found.clock_file + thumbnail)


def restrict(limits: Limits, *, written_bytes: int = 0) -> None:
    """Set the limits of this process; it cannot raise them again. No file may become larger than `written_bytes`."""
    for kind, limit in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, written_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def is_short_of_memory(limits: Limits, status: Path = Path("/proc/self/status")) -> bool:
    """Whether this process came close to its limit. Decoders name a lack of memory in many ways, or not at all."""
    peak = re.search(r"^VmPeak:\s+(\d+) kB$", status.read_text(), re.MULTILINE) if status.exists() else None
    return peak is not None and int(peak[1]) * 1024 > limits.memory_bytes - MEMORY_MARGIN


def _details(error: VideoUnusable) -> list[object]:
    """What an error is made from, where another process makes it again."""
    match error:
        case NoVideoStream():
            return [list(error.kinds)]
        case NoFrames():
            return [error.frames]
        case _:
            return []


def _answer(answer: dict[str, object], content: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
