"""Fixtures of the whole system."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from onwatch.testing import Site, running_site, write_clip
from onwatch_runtime.testing.clock import FakeClock


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "three.mp4"
    write_clip(path)
    return path


@pytest.fixture
async def site(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Site]:
    async with running_site(tmp_path / "data", clock) as site:
        yield site
