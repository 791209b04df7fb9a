"""The frame queue is bound exactly to what somebody listens to."""

from __future__ import annotations

import asyncio

import pytest

from onwatch_gateway.bindings import RETRY_S, FrameBindings
from onwatch_gateway.demand import DemandBook
from onwatch_runtime.bus import BusUnavailable
from onwatch_testkit.clock import FakeClock, settle


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


class RunContext:
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
async def context(clock: FakeClock) -> RunContext:
    return RunContext(clock)


async def test_the_first_subscriber_binds_and_the_last_unbinds(context: RunContext) -> None:
    following = asyncio.create_task(context.bindings.follow(context.frames))
    context.subscribe("anna", "a")
    await settle()
    context.subscribe("ben", "a")
    await settle()
    context.leave("anna")
    await settle()
    assert context.frames.steps == ["bind a"]
    context.leave("ben")
    await settle()
    following.cancel()
    assert context.frames.steps == ["bind a", "unbind a"]


async def test_quick_switches_end_bound_to_what_is_listened_to(context: RunContext) -> None:
    following = asyncio.create_task(context.bindings.follow(context.frames))
    context.subscribe("anna", "a")
    await settle()
    context.frames.moving.clear()
    for number in range(201):
        context.subscribe("anna", "ba"[number % 2])
        await asyncio.sleep(0)
    context.frames.moving.set()
    await settle()
    following.cancel()
    assert context.frames.bound == {"b"}


async def test_a_bus_that_is_down_is_tried_again(context: RunContext, clock: FakeClock) -> None:
    following = asyncio.create_task(context.bindings.follow(context.frames))
    context.frames.is_down = True
    context.subscribe("anna", "a")
    await settle()
    context.frames.is_down = False
    await clock.advance(RETRY_S)
    following.cancel()
    assert context.frames.bound == {"a"}
