"""The protocol of `/ws`, as a viewer sees it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_contracts.channel import decode_frame
from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1, Message, RunPausedV1, VideoDeletedV1
from onwatch_gateway.channel import InvalidMessage, read_message
from onwatch_gateway.connection import CloseCode
from onwatch_testkit.clock import settle
from onwatch_testkit.websocket import Closed, Refused, Viewer

OpenGateway = Callable[..., Any]


def message_of(kind: str, video_id: str = "a") -> dict[str, str]:
    return {"type": kind, "video_id": video_id}


async def subscribed(viewer: Viewer, video_id: str = "a") -> None:
    await viewer.send(message_of("subscribe", video_id))
    await settle()
    assert {"type": "subscribed", "video_id": video_id} in viewer.received()


def kinds(messages: list[Message]) -> list[str]:
    return [f"{message.name} {message.video_id}" for message in messages]


# --- subscribing


async def test_a_subscription_to_a_video_never_started_is_confirmed_without_a_state(
    open_gateway: OpenGateway,
) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        await viewer.send(message_of("subscribe"))
        assert await viewer.receive() == message_of("subscribed")
        await settle()
        assert viewer.received() == []


@pytest.mark.parametrize("status", ["streaming", "paused", "finished", "failed"])
async def test_the_state_in_the_catalog_follows_the_confirmation(open_gateway: OpenGateway, status: str) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        gateway.catalog.add("a", status, status_reason="why", unknown_to_this_version=True)
        await viewer.send(message_of("subscribe"))
        assert await viewer.receive() == message_of("subscribed")
        assert await viewer.receive() == {**message_of("state"), "state": status, "reason": "why"}


async def test_a_recent_state_takes_precedence_over_the_catalog(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        gateway.catalog.add("a", "streaming")
        await gateway.publish(RunPausedV1, "a", run_id="run", epoch=1, position_s=2.0, reason="no_demand")
        await viewer.send(message_of("subscribe"))
        assert await viewer.receive() == message_of("subscribed")
        state = await viewer.receive()
        assert isinstance(state, dict)
        assert state["state"] == "paused"


async def test_subscribing_to_another_video_first_ends_the_old_subscription(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        await subscribed(viewer, "a")
        await viewer.send(message_of("start", "a"))
        await viewer.send(message_of("subscribe", "b"))
        assert await viewer.receive() == message_of("unsubscribed", "a")
        assert await viewer.receive() == message_of("subscribed", "b")
        await gateway.settle()
        await viewer.send(message_of("start", "a"))
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert (error["code"], error["video_id"]) == ("not_subscribed", "a")
        assert gateway.metric("videos_wanted") == 0


async def test_subscribing_again_to_the_same_video_keeps_the_demand(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        await subscribed(viewer)
        await viewer.send(message_of("start"))
        await subscribed(viewer)
        await gateway.settle()
        assert kinds(gateway.demand) == ["demand.wanted a"]


async def test_subscribing_to_an_unknown_video_is_an_error(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        await viewer.send(message_of("subscribe", "nowhere"))
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert (error["type"], error["code"], error["video_id"]) == ("error", "video_not_found", "nowhere")
        await subscribed(viewer, "a")


async def test_a_failure_of_the_catalog_is_an_error_and_the_connection_stays_open(open_gateway: OpenGateway) -> None:
    async def fail(video_id: str) -> None:
        raise RuntimeError("no database")

    async with open_gateway() as gateway, gateway.viewer() as viewer:
        gateway.catalog.hold = fail
        await viewer.send(message_of("subscribe"))
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert (error["code"], error["video_id"]) == ("unavailable", "a")
        gateway.catalog.hold = None
        await subscribed(viewer)


async def test_a_lookup_that_hangs_times_out(open_gateway: OpenGateway) -> None:
    async def hang(video_id: str) -> None:
        await asyncio.Event().wait()

    async with open_gateway(lookup_timeout_s=0.01) as gateway, gateway.viewer() as viewer:
        gateway.catalog.hold = hang
        await viewer.send(message_of("subscribe"))
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert error["code"] == "unavailable"


async def test_messages_are_handled_in_order_however_long_a_lookup_takes(open_gateway: OpenGateway) -> None:
    answered = asyncio.Event()

    async def wait_for_a(video_id: str) -> None:
        if video_id == "a":
            await answered.wait()

    async with open_gateway() as gateway, gateway.viewer() as viewer:
        gateway.catalog.hold = wait_for_a
        await viewer.send(message_of("subscribe", "a"))
        await viewer.send(message_of("start", "a"))
        await viewer.send(message_of("subscribe", "b"))
        await gateway.settle()
        assert viewer.received() == []
        answered.set()
        await gateway.settle()
        assert viewer.received() == [
            message_of("subscribed", "a"),
            message_of("unsubscribed", "a"),
            message_of("subscribed", "b"),
        ]
        assert gateway.metric("videos_wanted") == 0


async def test_the_old_subscription_ends_before_the_lookup_of_the_new_video(open_gateway: OpenGateway) -> None:
    has_asserted = asyncio.Event()

    async def hang(video_id: str) -> None:
        await has_asserted.wait()

    async with open_gateway(lookup_timeout_s=60) as gateway, gateway.viewer() as viewer:
        await subscribed(viewer, "a")
        await viewer.send(message_of("start", "a"))
        await gateway.settle()
        gateway.catalog.hold = hang
        await viewer.send(message_of("subscribe", "b"))
        await gateway.settle()
        assert kinds(gateway.demand) == ["demand.wanted a", "demand.released a"]
        await gateway.frame("a")
        assert viewer.received() == [message_of("unsubscribed", "a")]
        has_asserted.set()


async def test_a_video_deleted_during_the_lookup_is_not_found(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:

        async def delete_meanwhile(video_id: str) -> None:
            await gateway.publish(VideoDeletedV1, video_id)

        gateway.catalog.hold = delete_meanwhile
        await viewer.send(message_of("subscribe"))
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert error["code"] == "video_not_found"


async def test_unsubscribing_is_confirmed_and_ends_frames_and_demand(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        await subscribed(viewer)
        await viewer.send(message_of("start"))
        await viewer.send(message_of("unsubscribe"))
        assert await viewer.receive() == message_of("unsubscribed")
        await gateway.frame("a")
        await gateway.settle()
        assert viewer.received() == []
        assert gateway.bus.frames_carried == 0


@pytest.mark.parametrize("kind", ["unsubscribe", "start", "stop"])
async def test_requests_without_a_subscription_are_errors(open_gateway: OpenGateway, kind: str) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        await viewer.send(message_of(kind))
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert (error["type"], error["code"], error["video_id"]) == ("error", "not_subscribed", "a")


# --- demand


async def test_demand_is_announced_renewed_and_released(open_gateway: OpenGateway) -> None:
    async with open_gateway(heartbeat_s=2.0, demand_expiry_s=6.0) as gateway, gateway.viewer() as viewer:
        await subscribed(viewer)
        pressed_at = gateway.clock.now()
        await viewer.send(message_of("start"))
        await gateway.settle()
        (wanted,) = gateway.demand
        assert isinstance(wanted, DemandWantedV1)
        assert (wanted.kind, wanted.viewers, wanted.requested_at) == ("viewers", 1, pressed_at)
        assert (wanted.expires_at - pressed_at).total_seconds() == 6.0
        await gateway.clock.advance(4.0)
        await gateway.settle()
        assert kinds(gateway.demand) == ["demand.wanted a"] * 3
        assert {message.requested_at for message in gateway.demand} == {pressed_at}
        await viewer.send(message_of("stop"))
        await gateway.settle()
        released = gateway.demand[-1]
        assert isinstance(released, DemandReleasedV1)
        assert released.source_id == wanted.source_id
        await gateway.clock.advance(10.0)
        await gateway.settle()
        assert gateway.demand[-1] is released


async def test_demand_counts_viewers_over_connections(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as anna:
        async with gateway.viewer() as ben:
            for viewer in (anna, ben):
                await subscribed(viewer)
                await viewer.send(message_of("start"))
                await gateway.settle()
        await gateway.settle()
        assert [message.viewers for message in gateway.demand] == [1, 2, 1]
    await gateway.settle()
    assert isinstance(gateway.demand[-1], DemandReleasedV1)


async def test_a_lost_connection_releases_its_demand_at_once(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway:
        async with gateway.viewer() as viewer:
            await subscribed(viewer)
            await viewer.send(message_of("start"))
            await gateway.settle()
            await viewer.close(1001)
            await viewer.close(1001)
        await gateway.settle()
        assert kinds(gateway.demand) == ["demand.wanted a", "demand.released a"]
        assert gateway.metric("viewers") == 0


# --- invalid messages


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "malformed"),
        ("hello", "malformed"),
        ("[]", "malformed"),
        ("null", "malformed"),
        ('"subscribe"', "malformed"),
        ("{}", "malformed"),
        ('{"type": "subscribe"}', "malformed"),
        ('{"type": "subscribe", "video_id": 7}', "malformed"),
        ('{"type": "subscribe", "video_id": ""}', "malformed"),
        ('{"type": "subscribe", "video_id": "../a"}', "malformed"),
        ('{"type": "subscribe", "video_id": "a", "more": 1}', "malformed"),
        ('{"type": "subscribe", "video_id": "a"} {}', "malformed"),
        ('{"type": {"a": 1}, "video_id": "a"}', "unknown_type"),
        ('{"type": "dance", "video_id": "a"}', "unknown_type"),
        ('{"type": "%s"}' % ("x" * 3000), "unknown_type"),
        ("[" * 4000, "malformed"),
        ('{"type": "subscribe", "video_id": ' + '{"a": ' * 500 + "1" + "}" * 501, "malformed"),
        ('{"type": "subscribe", "video_id": "a", "\\ud800": 1}', "malformed"),
        ('{"type": "subscribe", "video_id": "a", "%s": 1}' % ("x" * 3000), "malformed"),
        ('{"type": "subscribe", "video_id": %s}' % ("9" * 4000), "malformed"),
        ('{"type": "subscribe", "video_id": 1e9999}', "malformed"),
        ('{"type": "subscribe", "video_id": NaN}', "malformed"),
        ('{"type": "subscribe", "video_id": "%s"}' % ("x" * 65), "malformed"),
        ('{"type": "subscribe", "video_id": "a\\u0000"}', "malformed"),
        ('{"type": "subscribe", "video_id": "a", "video_id": "\\u202e"}', "malformed"),
        ('{"type": "\\u202e\\u0000", "video_id": "a"}', "unknown_type"),
        ('{"type": "subscribe", "video_id": "\\ud800"}', "malformed"),
    ],
)
async def test_an_invalid_message_is_an_error_and_the_connection_stays_open(
    open_gateway: OpenGateway, text: str, code: str
) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        await viewer.send(text)
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert (error["type"], error["code"]) == ("error", code)
        assert "expected" in error["message"]
        assert len(error["message"]) < 600
        await subscribed(viewer)


async def test_a_binary_frame_from_a_viewer_is_an_error(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        await viewer.send(b"\x00\x01")
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert error["code"] == "malformed"
        await subscribed(viewer)


async def test_a_message_that_is_too_long_is_an_error(open_gateway: OpenGateway) -> None:
    async with open_gateway(max_message_chars=100) as gateway, gateway.viewer() as viewer:
        await viewer.send(json.dumps(message_of("subscribe")) + " " * 100)
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert error["code"] == "malformed"
        assert "at most 100" in error["message"]
        await subscribed(viewer)


def test_an_invalid_message_holds_the_error_to_reply() -> None:
    with pytest.raises(InvalidMessage, match="dance") as caught:
        read_message('{"type": "dance", "video_id": "a"}')
    assert caught.value.error.code == "unknown_type"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["type", "video_id"]) | st.text(), inner),
)


@given(st.text() | JSON.map(json.dumps))
def test_any_text_is_a_message_or_has_a_short_reply(text: str) -> None:
    reply = ""
    try:
        read_message(text)
    except InvalidMessage as invalid:
        reply = invalid.error.model_dump_json()
    assert len(reply.encode()) < 4096


# --- admission


async def test_a_page_of_another_site_is_refused_before_the_handshake(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway:
        with pytest.raises(Refused) as refused:
            async with gateway.viewer(origin="http://evil.example"):
                pass
        assert refused.value.status == 403
        assert json.loads(refused.value.body)["code"] == "origin_refused"
        assert gateway.metric("viewers") == 0


async def test_pages_of_this_site_and_of_listed_sites_are_accepted(open_gateway: OpenGateway) -> None:
    async with open_gateway(allowed_origins=("http://dev.example:5173",)) as gateway:
        for origin in ("http://onwatch", "http://dev.example:5173"):
            async with gateway.viewer(origin=origin) as viewer:
                await subscribed(viewer)


async def test_more_connections_than_allowed_are_refused(open_gateway: OpenGateway) -> None:
    async with open_gateway(max_connections=1) as gateway:
        async with gateway.viewer():
            with pytest.raises(Refused) as refused:
                async with gateway.viewer():
                    pass
            assert refused.value.status == 503
        async with gateway.viewer() as viewer:
            await subscribed(viewer)


# --- slow viewers


async def test_a_slow_viewer_gets_the_newest_frame_and_delays_nobody(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as slow, gateway.viewer() as fast:
        await subscribed(slow)
        await subscribed(fast)
        slow.stall()
        bodies = [await gateway.frame("a", number) for number in range(50)]
        assert fast.received() == bodies
        slow.flow()
        await settle()
        assert slow.received() == [bodies[0], bodies[-1]]  # the first was being sent when it stalled
        assert gateway.metric("frames_dropped_total") == 48


async def test_a_viewer_that_receives_nothing_for_too_long_is_dropped_with_its_demand(
    open_gateway: OpenGateway,
) -> None:
    async with open_gateway(send_timeout_s=0.5, close_timeout_s=0.02) as gateway, gateway.viewer() as viewer:
        await subscribed(viewer)
        await viewer.send(message_of("start"))
        await gateway.settle()
        viewer.stall()
        await gateway.frame("a")
        await viewer.over()
        await gateway.settle()
        assert kinds(gateway.demand) == ["demand.wanted a", "demand.released a"]


async def test_a_connection_whose_text_queue_is_full_is_closed(open_gateway: OpenGateway) -> None:
    async with open_gateway(text_queue_capacity=8) as gateway, gateway.viewer() as viewer:
        viewer.stall()
        for _ in range(20):
            await viewer.send("nonsense")
        await gateway.settle()
        assert gateway.metric("viewers") == 0
        viewer.flow()
        with pytest.raises(Closed) as closed:
            await _receive_until_closed(viewer)
        assert closed.value.code == CloseCode.TRY_AGAIN_LATER


async def _receive_until_closed(viewer: Viewer) -> None:
    while True:
        await viewer.receive()


# --- switching


async def test_two_hundred_quick_switches_never_send_a_frame_of_the_wrong_video(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        running = asyncio.create_task(_stream_forever(gateway, ["a", "b"]))
        for number in range(200):
            video_id = "ab"[number % 2]
            await viewer.send(message_of("subscribe", video_id))
            await viewer.send(message_of("start", video_id))
            for _ in range(number % 7):
                await asyncio.sleep(0)
        await gateway.settle()
        running.cancel()
        current: str | None = None
        frames = 0
        for frame in viewer.received():
            if isinstance(frame, bytes):
                frames += 1
                assert decode_frame(frame)[0].video_id == current
                continue
            if frame["type"] == "subscribed":
                assert current is None, "a second subscription"
                current = frame["video_id"]
            elif frame["type"] == "unsubscribed":
                assert frame["video_id"] == current
                current = None
        assert current == "b"
        assert frames > 0
        await viewer.send(message_of("unsubscribe", "b"))
        await gateway.settle()
        _check_demand_is_zero(gateway.demand)
        carried = gateway.bus.frames_carried
        await gateway.frame("a")
        await gateway.frame("b")
        assert gateway.bus.frames_carried == carried


async def _stream_forever(gateway: Any, videos: list[str]) -> None:
    while True:
        for video_id in videos:
            await gateway.frame(video_id)


def _check_demand_is_zero(messages: list[Message]) -> None:
    last = {message.video_id: message for message in messages}
    assert last
    assert all(isinstance(message, DemandReleasedV1) for message in last.values())
