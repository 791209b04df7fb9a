"""Makes stills in a process of its own: `python -m onwatch_media.still_worker`, file and orders on standard input.

Writes one line of JSON, then the pictures, in the order of the orders. It gives up what `worker.py` does.
"""

from __future__ import annotations

import json
import sys

import av

from onwatch_media.container import VideoUnusable
from onwatch_media.isolation import Limits
from onwatch_media.opening import taken_paths
from onwatch_media.sandbox import give_up_rights, is_short_of_memory, limit_resources
from onwatch_media.stills import StillOrder, make_stills


def main() -> None:
    wanted = json.loads(sys.stdin.readline())
    limits = Limits(**wanted["limits"])
    (path,) = taken_paths(wanted["files"])
    give_up_rights(reads=[path.parent])
    limit_resources(memory_bytes=limits.memory_bytes, cpu_s=limits.cpu_s)
    orders = [StillOrder(at_s, width, tuple(box) if box else None) for at_s, width, box in wanted["orders"]]
    pictures: list[bytes] = []
    answer: dict[str, object]
    try:
        made = make_stills(path, orders, counted_rate=wanted["counted_rate"], max_pixels=limits.max_pixels)
        pictures = [made.get(order, b"") for order in orders]
        answer = {"sizes": [len(picture) for picture in pictures]}
    except (VideoUnusable, MemoryError, av.FFmpegError) as error:
        is_memory = isinstance(error, MemoryError) or is_short_of_memory(limits.memory_bytes)
        answer = {"error": "MemoryError" if is_memory else type(error).__name__, "text": str(error)}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + b"".join(pictures))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
