from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from onwatch_catalog.errors import NoStill, ObjectStoreUnavailable, StillsBusy
from onwatch_catalog.stills import stills as module
from onwatch_catalog.stills.stills import Stills
from onwatch_catalog.videos import VideoLibrary
from onwatch_media import StillOrder, VideoSource, VideoUnusable

ONE, TWO, THREE = (StillOrder(at_s, 64) for at_s in (1.0, 2.0, 3.0))


@dataclass
class Maker:
    """Ten bytes for each order, once the test lets it."""

    calls: list[list[StillOrder]] = field(default_factory=list)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    failing: Exception | None = None

    async def make(
        self, source: VideoSource, orders: Sequence[StillOrder], *, counted_rate: float | None = None
    ) -> tuple[bytes, ...]:
        self.calls.append(list(orders))
        await self.may_go_on.wait()
        if self.failing is not None:
            raise self.failing
        return tuple(f"{order.at_s:010.1f}".encode() for order in orders)


class Library:
    async def content(self, video_id: str) -> tuple[Any, Path]:
        return SimpleNamespace(recorded_fps=None), Path(video_id)


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def stills(maker: Maker) -> Stills:
    return Stills(cast("VideoLibrary", Library()), maker, cache_bytes=25)


async def requested(stills: Stills, *orders: StillOrder) -> list[asyncio.Task[bytes]]:
    """The requests, once each waits."""
    tasks = [asyncio.create_task(stills.still("video", order)) for order in orders]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


async def test_requests_that_come_meanwhile_share_the_next_process(stills: Stills, maker: Maker):
    tasks = await requested(stills, ONE) + await requested(stills, TWO, THREE, TWO)
    maker.may_go_on.set()
    first, second, third, again = await asyncio.gather(*tasks)
    assert maker.calls == [[ONE], [TWO, THREE]]
    assert (first, second, third) == (b"00000001.0", b"00000002.0", b"00000003.0")
    assert again == second


async def test_a_picture_is_made_once_while_it_is_kept(stills: Stills, maker: Maker):
    maker.may_go_on.set()
    for order in (ONE, ONE, TWO, ONE, THREE, ONE, TWO):  # two have room: those used last
        await stills.still("video", order)
    assert maker.calls == [[ONE], [TWO], [THREE], [TWO]]


async def test_what_cannot_be_decoded_is_a_problem_and_is_tried_again(stills: Stills, maker: Maker):
    maker.may_go_on.set()
    maker.failing = VideoUnusable("broken")
    with pytest.raises(NoStill, match="at 1 s cannot be decoded"):
        await stills.still("video", ONE)
    maker.failing = None
    assert await stills.still("video", ONE)


async def test_an_error_of_ours_is_told_to_all_who_wait(stills: Stills, maker: Maker):
    tasks = await requested(stills, ONE, TWO)
    maker.failing = RuntimeError("ours")
    maker.may_go_on.set()
    assert all(isinstance(each, RuntimeError) for each in await asyncio.gather(*tasks, return_exceptions=True))
    maker.failing = None
    assert await stills.still("video", ONE)


async def test_too_many_that_wait_are_refused(stills: Stills, maker: Maker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    tasks = await requested(stills, ONE, TWO)
    with pytest.raises(StillsBusy):
        await stills.still("video", THREE)
    maker.may_go_on.set()
    assert all(await asyncio.gather(*tasks))
    assert await stills.still("video", THREE)


async def test_a_viewer_who_leaves_takes_no_picture_from_others(stills: Stills, maker: Maker):
    leaving, staying = await requested(stills, ONE, ONE)
    leaving.cancel()
    maker.may_go_on.set()
    assert await staying == b"00000001.0"


async def test_closing_ends_the_process_and_those_who_wait(stills: Stills, maker: Maker):
    tasks = await requested(stills, ONE, TWO)
    await stills.close()
    assert all(
        isinstance(each, asyncio.CancelledError) for each in await asyncio.gather(*tasks, return_exceptions=True)
    )


async def test_a_store_that_is_away_is_not_a_picture_that_cannot_be_decoded(stills: Stills, maker: Maker) -> None:
    maker.failing = ObjectStoreUnavailable(OSError("refused"))
    maker.may_go_on.set()
    with pytest.raises(ObjectStoreUnavailable):
        await stills.still("video", ONE)
    maker.failing = None
    assert await stills.still("video", ONE) == b"00000001.0"
