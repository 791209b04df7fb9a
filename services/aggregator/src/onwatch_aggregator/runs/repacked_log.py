"""Reads the log of a final run from Redis, packed again for SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from onwatch_aggregator.live import LiveStore
from onwatch_counting.log import LogChunk, Repacker


class UnusableLog(Exception):
    """The log of a final run cannot be read, and a retry cannot help: a bug in a worker."""


async def repacked_log(live: LiveStore, video_id: str, run_id: str) -> Sequence[LogChunk]:
    """The chunks for SQL, before the transaction that writes them: packing a long video takes longer than a transaction
    should. In memory once, packed: about 5 MB for an hour with ten boxes a picture. Raises `RunGone` and `UnusableLog`.
    """
    repacker, chunks, start = Repacker(), list[LogChunk](), 0
    try:
        while portion := await live.log(video_id, run_id, start):
            chunks += await asyncio.to_thread(_add, repacker, portion)
            start += len(portion)
        chunks += await asyncio.to_thread(list, repacker.finish())
    except ValueError as error:
        raise UnusableLog(f"its log of detections cannot be read: {error}") from error
    return chunks


def _add(repacker: Repacker, portion: Sequence[bytes]) -> list[LogChunk]:
    return [complete for chunk in portion for complete in repacker.add(chunk)]
