"""Inspects one file in a process of its own: `python -m onwatch_media.worker`, file and limits on standard input.

Writes one line of JSON to standard output, then the clock file and the thumbnail. Rights are given up and limits set
before the file is opened: whatever the file does to the decoder, it can use no more, write nothing and start nothing.
"""

from __future__ import annotations

import json
import sys

import av

from onwatch_media.container import NoVideoStream, VideoUnusable
from onwatch_media.inspection import NoFrames, inspect
from onwatch_media.isolation import Limits, as_json
from onwatch_media.opening import taken_paths
from onwatch_media.sandbox import give_up_rights, is_short_of_memory, limit_resources
from onwatch_media.thumbnail import make_thumbnail


def main() -> None:
    wanted = json.loads(sys.stdin.readline())
    limits = Limits(**wanted["limits"])
    (path,) = taken_paths(wanted["files"])
    give_up_rights(reads=[path.parent])
    limit_resources(memory_bytes=limits.memory_bytes, cpu_s=limits.cpu_s)
    try:
        rate = wanted["counted_rate"]
        found = inspect(path, counted_rate=rate, max_pixels=limits.max_pixels)
        thumbnail = make_thumbnail(path, found.duration_s, counted_rate=rate, max_pixels=limits.max_pixels)
    except (VideoUnusable, MemoryError, av.FFmpegError) as error:
        if isinstance(error, MemoryError) or is_short_of_memory(limits.memory_bytes):
            _answer({"error": "MemoryError", "text": "", "details": []})
        elif isinstance(error, VideoUnusable):
            _answer({"error": type(error).__name__, "text": str(error), "details": _details(error)})
        else:
            raise
        return
    _answer(as_json(found), found.clock_file + thumbnail)


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
