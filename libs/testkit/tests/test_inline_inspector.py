from __future__ import annotations

from pathlib import Path

import pytest

from onwatch_media import Inspector, NotOpened
from onwatch_testkit.inline_inspector import InlineInspector
from onwatch_testkit.sample_videos import write_video


async def test_it_answers_as_the_real_inspector(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "a.mp4")
    assert await InlineInspector().inspect(clip) == await Inspector().inspect(clip)


async def test_it_refuses_as_the_real_inspector(tmp_path: Path) -> None:
    text = tmp_path / "a.mp4"
    text.write_text("no video")
    for inspector in (InlineInspector(), Inspector()):
        with pytest.raises(NotOpened, match="does not begin like any kind of video file"):
            await inspector.inspect(text)
