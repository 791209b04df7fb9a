"""A server from which videos are fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from onwatch_testkit.video_source import Source, serving


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    async with serving() as source:
        yield source
