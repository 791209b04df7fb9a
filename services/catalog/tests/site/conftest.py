from __future__ import annotations

from collections.abc import Callable

import pytest

from onwatch_catalog.records.site import VideoSite
from onwatch_catalog.records.video import StoredVideo


@pytest.fixture
def before(make_video: Callable[[str], StoredVideo]) -> VideoSite:
    """A video that was just uploaded."""
    return VideoSite(make_video("v")).created()
