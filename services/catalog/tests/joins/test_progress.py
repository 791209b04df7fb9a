"""How far a join is, and how it is cancelled."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from onwatch_catalog.joins.progress import JoinCancelled, JoinProgress
from onwatch_contracts.http import JoinState


@pytest.fixture
def join(make_video: Any) -> JoinProgress:
    """Of recordings of 1000 bytes."""
    return JoinProgress("j", tuple(make_video(video_id) for video_id in "abcd"), delete_originals=False)


def test_the_progress_is_the_part_of_the_bytes(join: JoinProgress, tmp_path: Path) -> None:
    join.done_bytes, join.target = 2000, tmp_path / "part"
    assert join.as_http().progress == 0.5, "nothing is written yet"
    join.target.write_bytes(bytes(500))
    assert join.as_http().progress == 0.625
    join.target.write_bytes(bytes(9000))
    assert join.as_http().progress == 1.0
    join.target = None
    join.state = JoinState.FINISHED
    assert join.as_http().progress == 1.0


def test_files_of_no_bytes_have_a_progress(join: JoinProgress) -> None:
    empty = JoinProgress("j", tuple(replace(video, size_bytes=0) for video in join.videos), delete_originals=False)
    assert empty.as_http().progress == 0.0


async def test_work_that_ends_has_its_result_and_its_error(join: JoinProgress) -> None:
    async def fail() -> None:
        raise ValueError("no")

    assert await join.unless_cancelled(asyncio.sleep(0, "done")) == "done"
    with pytest.raises(ValueError, match="no"):
        await join.unless_cancelled(fail())


async def test_work_is_cancelled_with_its_join(join: JoinProgress) -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    working = asyncio.create_task(join.unless_cancelled(work()))
    await asyncio.sleep(0)
    join.cancelled.set()
    with pytest.raises(JoinCancelled):
        await working
    assert ended.is_set()
