"""Waits for threads that a library does not join."""

from __future__ import annotations

import asyncio
import threading


async def until_ended(name_part: str) -> None:
    """Return once no thread with that name part is alive, without blocking the event loop."""
    for thread in threading.enumerate():
        if name_part in thread.name:
            await asyncio.to_thread(thread.join)
