"""The conversation of a server of this benchmark with the program that measures it."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable

LOOK_S = 0.02


async def answer_counts(counted: Callable[[], float]) -> None:
    """Each line on stdin, a number, is answered with the time once so many have been counted; until stdin ends."""
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        while counted() < int(line):  # noqa: ASYNC110 a counter has no event
            await asyncio.sleep(LOOK_S)
        print(json.dumps({"cpu_s": time.process_time(), "at_s": time.monotonic()}), flush=True)
