"""A queue is bound to exactly the keys that subscribers want."""

from __future__ import annotations

import asyncio

import pytest

from onwatch_gateway.bindings import RETRY_S, Bindings
from onwatch_gateway.frames import FrameLedger, Screen
from onwatch_runtime.bus import BusUnavailable
from onwatch_testkit.clock import FakeClock, settle


class FakeFrames:
    """A frame consumer that can be slow or unavailable."""

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

    async def _step(self, step: str) -> None:
        await self.moving.wait()
        if self.is_down:
            raise BusUnavailable("no broker")
        self.steps.append(step)


class Environment:
    """A ledger, its bindings, and the consumer that they bind."""

    def __init__(self, clock: FakeClock) -> None:
        self.ledger, self.frames = FrameLedger(), FakeFrames()
        self.bindings = Bindings(self.ledger.keys, clock)

    def subscribe(self, viewer: str, video_id: str, screen: Screen | None = None) -> None:
        for other in "ab":
            self.ledger.unsubscribe(viewer, other)
        self.ledger.show(viewer, video_id, screen or Screen())
        self.bindings.wake()

    def leave(self, viewer: str, video_id: str = "a") -> None:
        self.ledger.unsubscribe(viewer, video_id)
        self.bindings.wake()


@pytest.fixture
async def environment(clock: FakeClock) -> Environment:
    return Environment(clock)


async def test_the_first_subscriber_binds_and_the_last_unbinds(environment: Environment) -> None:
    following = asyncio.create_task(environment.bindings.follow(environment.frames))
    environment.subscribe("anna", "a")
    await settle()
    environment.subscribe("ben", "a")
    await settle()
    environment.leave("anna")
    await settle()
    assert environment.frames.steps == ["bind a"]
    environment.leave("ben")
    await settle()
    following.cancel()
    assert environment.frames.steps == ["bind a", "unbind a"]


async def test_a_size_that_a_viewer_wants_is_bound_beside_the_default(environment: Environment) -> None:
    following = asyncio.create_task(environment.bindings.follow(environment.frames))
    environment.subscribe("anna", "a", Screen(largest_side=640))
    await settle()
    assert environment.frames.bound == {"a", "a.jpeg.640"}
    environment.subscribe("anna", "a", Screen(largest_side=320))
    await settle()
    following.cancel()
    assert environment.frames.bound == {"a", "a.jpeg.320"}


async def test_quick_switches_end_bound_to_the_last_subscription(environment: Environment) -> None:
    following = asyncio.create_task(environment.bindings.follow(environment.frames))
    environment.subscribe("anna", "a")
    await settle()
    environment.frames.moving.clear()
    for number in range(201):
        environment.subscribe("anna", "ba"[number % 2])
        await asyncio.sleep(0)
    environment.frames.moving.set()
    await settle()
    following.cancel()
    assert environment.frames.bound == {"b"}


async def test_an_unavailable_bus_is_retried(environment: Environment, clock: FakeClock) -> None:
    following = asyncio.create_task(environment.bindings.follow(environment.frames))
    environment.frames.is_down = True
    environment.subscribe("anna", "a")
    await settle()
    environment.frames.is_down = False
    await clock.advance(RETRY_S)
    following.cancel()
    assert environment.frames.bound == {"a"}
