"""Waits for threads that a library does not join."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection

LIMIT_S = 60.0  # real time; only a test that fails waits so long


async def until_ended(name_part: str, earlier: Collection[threading.Thread] = ()) -> None:
    """Return once no thread with that name part is alive but those from earlier. Fails after `LIMIT_S`.

    Does not block the event loop.
    """
    for thread in threading.enumerate():
        if name_part in thread.name and thread not in earlier:
            await asyncio.to_thread(thread.join, LIMIT_S)
            assert not thread.is_alive(), f"the thread {thread.name} still runs after {LIMIT_S:g} s"
