"""Writes files from a coroutine: what a thread has begun ends before the coroutine does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from onwatch_catalog.media.files import Written

P = ParamSpec("P")
T = TypeVar("T")


async def completed(function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """The result of a function, in a thread. A caller that is cancelled waits for its end.

    Otherwise it would go on writing what is deleted meanwhile, and leave it behind.
    """
    work = asyncio.ensure_future(asyncio.to_thread(function, *arguments, **options))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise


@asynccontextmanager
async def writing(open_file: Callable[[str], Written], video_id: str) -> AsyncIterator[Written]:
    """The file that it opens, closed at the end: what was written then is kept."""
    file = await completed(open_file, video_id)
    try:
        yield file
    finally:
        await completed(file.close)
