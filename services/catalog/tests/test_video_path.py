from __future__ import annotations

import pytest

from onwatch_catalog.errors import VideoNotFound
from onwatch_catalog.video_path import checked_video_id


def test_an_id_that_no_video_can_have_is_not_found() -> None:
    assert checked_video_id("v-1") == "v-1"
    with pytest.raises(VideoNotFound, match=r"There is no video a\.b"):
        checked_video_id("a.b")
