"""Threads that a library leaves to end by themselves."""

from __future__ import annotations

import asyncio
import threading


async def until_ended(name_part: str) -> None:
    """Return once no thread with that in its name is alive; the event loop goes on meanwhile."""
    for thread in threading.enumerate():
        if name_part in thread.name:
            await asyncio.to_thread(thread.join)
