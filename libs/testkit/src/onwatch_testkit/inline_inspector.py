"""Inspects files in the test's own process: as the real inspector, without its limits and its start-up time."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from onwatch_media import Inspection, VideoSource, inspect, make_thumbnail


class InlineInspector:
    """In a thread. A stored file is copied first."""

    async def inspect(self, source: VideoSource, *, counted_rate: float | None = None) -> tuple[Inspection, bytes]:
        return await asyncio.to_thread(_inspected, source, counted_rate)


def _inspected(source: VideoSource, counted_rate: float | None) -> tuple[Inspection, bytes]:
    if not isinstance(source, Path):
        with tempfile.NamedTemporaryFile() as copy:
            copy.write(source.read(0, source.size_bytes))
            copy.flush()
            return _inspected(Path(copy.name), counted_rate)
    found = inspect(source, counted_rate=counted_rate)
    return found, make_thumbnail(source, found.duration_s, counted_rate=counted_rate)
