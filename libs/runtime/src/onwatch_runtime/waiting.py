"""Waiting with a time limit on the injected clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from onwatch_runtime.clock import Clock

T = TypeVar("T")


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


async def to_the_end(work: Awaitable[T]) -> T:
    """Wait for what must not be left half done, like the end of a process, however often the caller is cancelled.

    A cancellation is raised after it. The work has to end by itself.
    """
    working = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not working.done():
        try:
            await asyncio.wait((working,))
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    return working.result()
