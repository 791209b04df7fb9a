"""Inspects files in the test's own process: as the real inspector, without its limits and its start-up time."""

from __future__ import annotations

import asyncio
from pathlib import Path

from onwatch_media import Inspection, inspect, make_thumbnail


class InlineInspector:
    """In a thread."""

    async def inspect(self, path: Path, *, counted_rate: float | None = None) -> tuple[Inspection, bytes]:
        return await asyncio.to_thread(_inspected, path, counted_rate)


def _inspected(path: Path, counted_rate: float | None) -> tuple[Inspection, bytes]:
    found = inspect(path, counted_rate=counted_rate)
    return found, make_thumbnail(path, found.duration_s, counted_rate=counted_rate)
