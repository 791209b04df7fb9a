"""What a gateway publishes of its viewers, and what they get for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from onwatch_contracts.channel import FrameHeader, encode_frame
from onwatch_contracts.frame_formats import FrameFormat, WantedFrames, frames_key
from onwatch_contracts.messages import FramesWantedV1, Message, RunStartingV1
from onwatch_gateway.frames import FrameLedger, FramesPublisher, Screen
from onwatch_runtime.bus import BusUnavailable, PrivateQueue, Publisher
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.ids import NewId
from onwatch_testkit.clock import FakeClock, settle
from onwatch_testkit.video_frames import video_frame

OpenGateway = Callable[..., Any]


class RecordingBus(MemoryBus):
    """Records what is published; refuses it while it is down."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.published: list[Message] = []
        self.is_down = False

    async def publish(self, message: Message) -> None:
        if self.is_down:
            raise BusUnavailable("no broker")
        self.published.append(message)


class Environment:
    def __init__(self, clock: FakeClock, ids: NewId) -> None:
        self.ledger, self.bus = FrameLedger(), RecordingBus(clock)
        publisher = Publisher(self.bus, clock, ids)
        self.frames = FramesPublisher(
            self.ledger, publisher, clock, gateway_id="gateway-1", heartbeat_s=2.0, expiry_s=6.0
        )

    def show(self, screen: Screen) -> None:
        self.ledger.show("anna", "a", screen)
        self.frames.wake()

    @property
    def formats(self) -> list[tuple[WantedFrames, ...]]:
        return [message.formats for message in self.bus.published if isinstance(message, FramesWantedV1)]


@pytest.fixture
async def environment(clock: FakeClock, ids: NewId) -> Environment:
    return Environment(clock, ids)


SMALL = WantedFrames(largest_side=320)


async def test_a_change_is_published_at_once_and_repeated_with_each_heartbeat(
    environment: Environment, clock: FakeClock
) -> None:
    jobs = asyncio.gather(environment.frames.publish_changes(), environment.frames.send_heartbeats())
    environment.show(Screen(320))
    await settle()
    assert environment.formats == [(SMALL,)]
    (message,) = environment.bus.published
    assert isinstance(message, FramesWantedV1)
    assert (message.source_id, message.expires_at - message.occurred_at) == ("gateway-1", timedelta(seconds=6))
    await clock.advance(4)
    assert environment.formats == [(SMALL,)] * 3
    jobs.cancel()


async def test_what_the_bus_did_not_take_is_repaired_by_the_heartbeat(
    environment: Environment, clock: FakeClock
) -> None:
    jobs = asyncio.gather(environment.frames.publish_changes(), environment.frames.send_heartbeats())
    environment.bus.is_down = True
    environment.show(Screen(320))
    await settle()
    environment.bus.is_down = False
    await clock.advance(2)
    assert environment.formats == [(SMALL,)]
    jobs.cancel()


# --- in a gateway --------------------------------------------------------------------------------


async def watched(gateway: Any) -> list[FramesWantedV1]:
    """What is published from now on."""
    received: list[FramesWantedV1] = []

    async def record(message: Message) -> None:
        assert isinstance(message, FramesWantedV1)
        received.append(message)

    await gateway.bus.subscribe(PrivateQueue("test-frames", (FramesWantedV1,)), record)
    return received


async def send_frame(gateway: Any, largest_side: int | None) -> bytes:
    body = encode_frame(FrameHeader(video_id="a", run_id="run", frame_number=1, timestamp_s=0.0), b"jpeg")
    body += str(largest_side).encode()
    await gateway.bus.publish_frame(frames_key("a", FrameFormat(largest_side=largest_side)), body)
    await gateway.settle()
    return body


async def test_a_viewer_gets_the_size_it_asked_for(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as anna, gateway.viewer() as ben:
        published = await watched(gateway)
        for viewer in (anna, ben):
            await viewer.send({"type": "subscribe", "video_id": "a"})
        await anna.send({"type": "frames", "video_id": "a", "largest_side": 300, "max_fps": 12})
        await gateway.settle()
        assert published[-1].formats == (WantedFrames(), WantedFrames(largest_side=320, max_fps=12))
        anna.received(), ben.received()
        small, whole = await send_frame(gateway, 320), await send_frame(gateway, None)
        assert anna.received() == [small]
        assert ben.received() == [small, whole]  # nothing better had come before
        whole = await send_frame(gateway, None)
        assert (anna.received(), ben.received()) == ([], [whole])


async def test_a_viewer_gets_what_a_detector_of_an_earlier_release_sends(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as anna:
        await anna.send({"type": "subscribe", "video_id": "a"})
        await anna.send({"type": "frames", "video_id": "a", "largest_side": 300})
        await gateway.settle()
        anna.received()
        body = await gateway.frame("a", 1)
        assert anna.received() == [body]


async def test_a_size_without_a_subscription_changes_nothing(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as anna:
        published = await watched(gateway)
        await anna.send({"type": "frames", "video_id": "a", "largest_side": 300})
        await gateway.settle()
        assert anna.received() == []
        assert published == []


async def test_a_new_subscription_begins_with_all_frames(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as anna:
        published = await watched(gateway)
        await anna.send({"type": "subscribe", "video_id": "a"})
        await anna.send({"type": "frames", "video_id": "a", "largest_side": 300})
        await gateway.settle()
        await anna.send({"type": "subscribe", "video_id": "b"})
        await gateway.settle()
        newest = {message.video_id: message.formats for message in published}
        assert newest == {"a": (), "b": (WantedFrames(),)}


async def test_a_second_subscription_to_the_same_video_keeps_the_size(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as anna:
        published = await watched(gateway)
        await anna.send({"type": "subscribe", "video_id": "a"})
        await anna.send({"type": "frames", "video_id": "a", "largest_side": 300})
        await anna.send({"type": "subscribe", "video_id": "a"})
        await gateway.settle()
        assert published[-1].formats == (SMALL,)


async def test_a_detector_that_takes_the_video_is_told_at_once(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as anna:
        await anna.send({"type": "subscribe", "video_id": "a"})
        await gateway.settle()
        published = await watched(gateway)
        await gateway.publish(RunStartingV1, "a", worker_id="worker", phase="loading")
        await gateway.publish(RunStartingV1, "b", worker_id="worker", phase="loading")
        assert [message.video_id for message in published] == ["a"]


async def test_a_closed_connection_ends_what_it_wanted(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway:
        published = await watched(gateway)
        async with gateway.viewer() as anna:
            await anna.send({"type": "subscribe", "video_id": "a"})
            await gateway.settle()
        await gateway.settle()
        assert [message.formats for message in published] == [(WantedFrames(),), ()]


async def test_a_viewer_that_decodes_video_gets_it_from_the_newest_key_frame_on(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as anna, gateway.viewer() as ben:
        published = await watched(gateway)
        wanted = {"type": "frames", "video_id": "a", "largest_side": 300, "codecs": ["of-tomorrow", "vp8"]}
        bodies = [video_frame(number, is_key=number in (0, 3)) for number in range(6)]
        await anna.send({"type": "subscribe", "video_id": "a"})
        await anna.send(wanted)
        await gateway.settle()
        assert published[-1].formats == (WantedFrames(codec="vp8", largest_side=320),)
        anna.received()
        for body in bodies[:5]:
            await gateway.bus.publish_frame("a.vp8.320", body)
            await gateway.settle()
        assert anna.received() == bodies[:5]
        await ben.send({"type": "subscribe", "video_id": "a"})
        await ben.send(wanted)
        await gateway.settle()
        ben.received()
        await gateway.bus.publish_frame("a.vp8.320", bodies[5])
        await gateway.settle()
        assert anna.received() == bodies[5:]
        assert ben.received() == bodies[3:]


async def test_a_frame_that_is_malformed_is_dropped(
    open_gateway: OpenGateway, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_gateway() as gateway, gateway.viewer() as anna:
        await anna.send({"type": "subscribe", "video_id": "a"})
        await anna.send({"type": "frames", "video_id": "a", "codecs": ["vp8"]})
        await gateway.settle()
        anna.received()
        await gateway.bus.publish_frame("a.vp8.0", b"nothing")
        await gateway.settle()
        assert anna.received() == []
        assert "a frame of video a was dropped" in caplog.text
