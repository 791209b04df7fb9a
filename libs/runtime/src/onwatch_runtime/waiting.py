"""Waiting with a time limit on the injected clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from onwatch_runtime.clock import Clock


async def done_within(waited: asyncio.Future[Any], seconds: float, clock: Clock) -> bool:
    """Wait at most `seconds` for the future; it is not cancelled when the time is over."""
    if waited.done():
        return True
    timer = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((waited, timer), return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()
    return waited.done()


async def happens_within(event: Awaitable[Any], seconds: float, clock: Clock) -> bool:
    """Wait at most `seconds` for the awaitable; it is cancelled when the time is over."""
    waited = asyncio.ensure_future(event)
    try:
        return await done_within(waited, seconds, clock)
    finally:
        waited.cancel()
