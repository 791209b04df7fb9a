"""The frame queue is bound exactly to what somebody listens to."""

from __future__ import annotations

import asyncio

import pytest

from onwatch_gateway.bindings import RETRY_S, FrameBindings
from onwatch_gateway.demand import DemandBook
from onwatch_runtime.bus import BusUnavailable
from onwatch_runtime.testing.clock import FakeClock, settle


class FakeFrames:
    """A frame consumer that takes its time and may be unavailable."""

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.steps: list[str] = []
        self.is_down = False
        self.moving = asyncio.Event()
        self.moving.set()

    async def bind(self, video_id: str) -> None:
        await self._step(f"bind {video_id}")
        self.bound.add(video_id)

    async def unbind(self, video_id: str) -> None:
        await self._step(f"unbind {video_id}")
        self.bound.discard(video_id)

    async def close(self) -> None: ...

    async def _step(self, what: str) -> None:
        await self.moving.wait()
        if self.is_down:
            raise BusUnavailable("no broker")
        self.steps.append(what)


class Desk:
    """A book, its bindings, and the consumer they follow with."""

    def __init__(self, clock: FakeClock) -> None:
        self.book, self.frames = DemandBook(), FakeFrames()
        self.bindings = FrameBindings(self.book, clock)

    def subscribe(self, viewer: str, video_id: str) -> None:
        self.book.subscribe(viewer, video_id)
        self.bindings.wake()

    def leave(self, viewer: str) -> None:
        self.book.unsubscribe(viewer)
        self.bindings.wake()


@pytest.fixture
async def desk(clock: FakeClock) -> Desk:
    return Desk(clock)


async def test_the_first_subscriber_binds_and_the_last_unbinds(desk: Desk) -> None:
    following = asyncio.create_task(desk.bindings.follow(desk.frames))
    desk.subscribe("anna", "a")
    await settle()
    desk.subscribe("ben", "a")
    await settle()
    desk.leave("anna")
    await settle()
    assert desk.frames.steps == ["bind a"]
    desk.leave("ben")
    await settle()
    following.cancel()
    assert desk.frames.steps == ["bind a", "unbind a"]


async def test_quick_switches_end_bound_to_what_is_listened_to(desk: Desk) -> None:
    following = asyncio.create_task(desk.bindings.follow(desk.frames))
    desk.subscribe("anna", "a")
    await settle()
    desk.frames.moving.clear()
    for number in range(201):
        desk.subscribe("anna", "ba"[number % 2])
        await asyncio.sleep(0)
    desk.frames.moving.set()
    await settle()
    following.cancel()
    assert desk.frames.bound == {"b"}


async def test_a_bus_that_is_down_is_tried_again(desk: Desk, clock: FakeClock) -> None:
    following = asyncio.create_task(desk.bindings.follow(desk.frames))
    desk.frames.is_down = True
    desk.subscribe("anna", "a")
    await settle()
    desk.frames.is_down = False
    await clock.advance(RETRY_S)
    following.cancel()
    assert desk.frames.bound == {"a"}
