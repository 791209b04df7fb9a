"""What the compared servers have in common: they obey lines on stdin.

Standard library only: it runs in two environments.

`frames COUNT INTERVAL_S` broadcasts so many frames and answers with the CPU time of that; `memory` answers with the
memory in use.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

FRAME_BYTES = 70_000
TIME_BYTES = 8
"""The end of a frame: when it was broadcast, in nanoseconds of the monotonic clock, which all processes share."""
DRAIN_S = 0.3


def new_frame() -> bytes:
    return bytes(FRAME_BYTES - TIME_BYTES) + time.monotonic_ns().to_bytes(TIME_BYTES, "big")


async def obey(port: int, broadcast: Callable[[bytes], Awaitable[None]]) -> None:
    """Until stdin ends."""
    print(port, flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command, *arguments = line.split()
        if command == "frames":
            answer = await _frames(int(arguments[0]), float(arguments[1]), broadcast)
        else:
            answer = {"kib": _resident_kib(), "cpu_s": time.process_time()}
        print(json.dumps(answer), flush=True)


async def _frames(count: int, interval_s: float, broadcast: Callable[[bytes], Awaitable[None]]) -> dict[str, float]:
    began_s = time.process_time()
    due_s = time.monotonic()
    for _ in range(count):
        await broadcast(new_frame())
        due_s += interval_s
        await asyncio.sleep(max(due_s - time.monotonic(), 0))
    await asyncio.sleep(DRAIN_S)
    return {"cpu_s": time.process_time() - began_s}


def _resident_kib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024
