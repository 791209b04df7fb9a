"""The protocol of `/ws`, from a viewer's side."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from onwatch_contracts.channel import decode_frame
from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1, Message, RunPausedV1, VideoDeletedV1
from onwatch_gateway.channel import NoMessage, read_message
from onwatch_gateway.connection import CloseCode
from onwatch_testkit.clock import settle
from onwatch_testkit.websocket import Closed, Refused, Viewer

OpenStage = Callable[..., Any]


def ask(kind: str, video_id: str = "a") -> dict[str, str]:
    return {"type": kind, "video_id": video_id}


async def subscribed(viewer: Viewer, video_id: str = "a") -> None:
    await viewer.send(ask("subscribe", video_id))
    await settle()
    assert {"type": "subscribed", "video_id": video_id} in viewer.received()


def kinds(messages: list[Message]) -> list[str]:
    return [f"{message.name} {message.video_id}" for message in messages]


# --- subscribing


async def test_a_subscription_is_confirmed_and_nothing_is_said_of_a_video_never_started(open_stage: OpenStage) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:
        await viewer.send(ask("subscribe"))
        assert await viewer.receive() == ask("subscribed")
        await settle()
        assert viewer.received() == []


@pytest.mark.parametrize("status", ["streaming", "paused", "finished", "failed"])
async def test_the_state_in_the_catalog_follows_the_confirmation(open_stage: OpenStage, status: str) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:
        stage.catalog.add("a", status, status_reason="why", unknown_to_this_version=True)
        await viewer.send(ask("subscribe"))
        assert await viewer.receive() == ask("subscribed")
        assert await viewer.receive() == {**ask("state"), "state": status, "reason": "why"}


async def test_news_of_the_last_seconds_count_more_than_the_catalog(open_stage: OpenStage) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:
        stage.catalog.add("a", "streaming")
        await stage.publish(RunPausedV1, "a", run_id="run", epoch=1, position_s=2.0, reason="no_demand")
        await viewer.send(ask("subscribe"))
        assert await viewer.receive() == ask("subscribed")
        state = await viewer.receive()
        assert isinstance(state, dict)
        assert state["state"] == "paused"


async def test_subscribing_to_another_video_ends_the_first_before_the_second_begins(open_stage: OpenStage) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:
        await subscribed(viewer, "a")
        await viewer.send(ask("start", "a"))
        await viewer.send(ask("subscribe", "b"))
        assert await viewer.receive() == ask("unsubscribed", "a")
        assert await viewer.receive() == ask("subscribed", "b")
        await stage.settle()
        await viewer.send(ask("start", "a"))
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert (error["code"], error["video_id"]) == ("not_subscribed", "a")
        assert stage.count("videos_wanted") == 0


async def test_subscribing_again_to_the_same_video_keeps_the_demand(open_stage: OpenStage) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:
        await subscribed(viewer)
        await viewer.send(ask("start"))
        await subscribed(viewer)
        await stage.settle()
        assert kinds(stage.demand) == ["demand.wanted a"]


async def test_a_video_that_does_not_exist_is_an_error_and_no_subscription(open_stage: OpenStage) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:
        await viewer.send(ask("subscribe", "nowhere"))
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert (error["type"], error["code"], error["video_id"]) == ("error", "video_not_found", "nowhere")
        await subscribed(viewer, "a")


async def test_a_catalog_that_fails_is_an_error_and_the_connection_goes_on(open_stage: OpenStage) -> None:
    async def fail(video_id: str) -> None:
        raise RuntimeError("no database")

    async with open_stage() as stage, stage.viewer() as viewer:
        stage.catalog.hold = fail
        await viewer.send(ask("subscribe"))
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert (error["code"], error["video_id"]) == ("unavailable", "a")
        stage.catalog.hold = None
        await subscribed(viewer)


async def test_a_catalog_that_hangs_is_not_waited_for_long(open_stage: OpenStage) -> None:
    async def hang(video_id: str) -> None:
        await asyncio.Event().wait()

    async with open_stage(lookup_timeout_s=0.01) as stage, stage.viewer() as viewer:
        stage.catalog.hold = hang
        await viewer.send(ask("subscribe"))
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert error["code"] == "unavailable"


async def test_messages_are_followed_one_after_the_other_however_long_a_lookup_takes(open_stage: OpenStage) -> None:
    answered = asyncio.Event()

    async def wait_for_a(video_id: str) -> None:
        if video_id == "a":
            await answered.wait()

    async with open_stage() as stage, stage.viewer() as viewer:
        stage.catalog.hold = wait_for_a
        await viewer.send(ask("subscribe", "a"))
        await viewer.send(ask("start", "a"))
        await viewer.send(ask("subscribe", "b"))
        await stage.settle()
        assert viewer.received() == []
        answered.set()
        await stage.settle()
        assert viewer.received() == [ask("subscribed", "a"), ask("unsubscribed", "a"), ask("subscribed", "b")]
        assert stage.count("videos_wanted") == 0


async def test_the_old_subscription_ends_even_while_the_new_video_is_looked_up(open_stage: OpenStage) -> None:
    async def hang(video_id: str) -> None:
        await asyncio.Event().wait()

    async with open_stage(lookup_timeout_s=0.05) as stage, stage.viewer() as viewer:
        await subscribed(viewer, "a")
        await viewer.send(ask("start", "a"))
        await stage.settle()
        stage.catalog.hold = hang
        await viewer.send(ask("subscribe", "b"))
        await stage.settle()
        assert kinds(stage.demand) == ["demand.wanted a", "demand.released a"]
        await stage.frame("a")
        assert viewer.received() == [ask("unsubscribed", "a")]


async def test_a_video_deleted_during_the_lookup_is_not_subscribed_to(open_stage: OpenStage) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:

        async def delete_meanwhile(video_id: str) -> None:
            await stage.publish(VideoDeletedV1, video_id)

        stage.catalog.hold = delete_meanwhile
        await viewer.send(ask("subscribe"))
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert error["code"] == "video_not_found"


async def test_unsubscribing_is_confirmed_and_ends_frames_and_demand(open_stage: OpenStage) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:
        await subscribed(viewer)
        await viewer.send(ask("start"))
        await viewer.send(ask("unsubscribe"))
        assert await viewer.receive() == ask("unsubscribed")
        await stage.frame("a")
        await stage.settle()
        assert viewer.received() == []
        assert stage.bus.frames_carried == 0


@pytest.mark.parametrize("kind", ["unsubscribe", "start", "stop"])
async def test_what_needs_a_subscription_says_so(open_stage: OpenStage, kind: str) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:
        await viewer.send(ask(kind))
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert (error["type"], error["code"], error["video_id"]) == ("error", "not_subscribed", "a")


# --- demand


async def test_demand_is_announced_renewed_and_released(open_stage: OpenStage) -> None:
    async with open_stage(heartbeat_s=2.0, demand_expiry_s=6.0) as stage, stage.viewer() as viewer:
        await subscribed(viewer)
        pressed_at = stage.clock.now()
        await viewer.send(ask("start"))
        await stage.settle()
        (wanted,) = stage.demand
        assert isinstance(wanted, DemandWantedV1)
        assert (wanted.kind, wanted.viewers, wanted.requested_at) == ("viewers", 1, pressed_at)
        assert (wanted.expires_at - pressed_at).total_seconds() == 6.0
        await stage.clock.advance(4.0)
        await stage.settle()
        assert kinds(stage.demand) == ["demand.wanted a"] * 3
        assert {message.requested_at for message in stage.demand} == {pressed_at}
        await viewer.send(ask("stop"))
        await stage.settle()
        released = stage.demand[-1]
        assert isinstance(released, DemandReleasedV1)
        assert released.source_id == wanted.source_id
        await stage.clock.advance(10.0)
        await stage.settle()
        assert stage.demand[-1] is released


async def test_demand_counts_viewers_over_connections(open_stage: OpenStage) -> None:
    async with open_stage() as stage, stage.viewer() as anna:
        async with stage.viewer() as ben:
            for viewer in (anna, ben):
                await subscribed(viewer)
                await viewer.send(ask("start"))
                await stage.settle()
        await stage.settle()
        assert [message.viewers for message in stage.demand] == [1, 2, 1]
    await stage.settle()
    assert isinstance(stage.demand[-1], DemandReleasedV1)


async def test_a_connection_that_vanishes_releases_its_demand_at_once(open_stage: OpenStage) -> None:
    async with open_stage() as stage:
        async with stage.viewer() as viewer:
            await subscribed(viewer)
            await viewer.send(ask("start"))
            await stage.settle()
            await viewer.close(1001)
            await viewer.close(1001)
        await stage.settle()
        assert kinds(stage.demand) == ["demand.wanted a", "demand.released a"]
        assert stage.count("viewers") == 0


# --- what is no message


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
        ('{"type": "subscribe", "video_id": "\\ud800"}', "malformed"),
    ],
)
async def test_what_is_no_message_is_an_error_and_the_connection_goes_on(
    open_stage: OpenStage, text: str, code: str
) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:
        await viewer.send(text)
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert (error["type"], error["code"]) == ("error", code)
        assert "expected" in error["message"]
        assert len(error["message"]) < 600
        await subscribed(viewer)


async def test_a_binary_frame_from_a_viewer_is_an_error(open_stage: OpenStage) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:
        await viewer.send(b"\x00\x01")
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert error["code"] == "malformed"
        await subscribed(viewer)


async def test_a_message_that_is_too_long_is_an_error(open_stage: OpenStage) -> None:
    async with open_stage(max_message_chars=100) as stage, stage.viewer() as viewer:
        await viewer.send(json.dumps(ask("subscribe")) + " " * 100)
        error = await viewer.receive()
        assert isinstance(error, dict)
        assert error["code"] == "malformed"
        assert "at most 100" in error["message"]
        await subscribed(viewer)


def test_no_message_keeps_the_error_to_answer_with() -> None:
    with pytest.raises(NoMessage, match="dance") as caught:
        read_message('{"type": "dance", "video_id": "a"}')
    assert caught.value.error.code == "unknown_type"


# --- who is let in


async def test_a_page_of_another_site_is_refused_before_the_handshake(open_stage: OpenStage) -> None:
    async with open_stage() as stage:
        with pytest.raises(Refused) as refused:
            async with stage.viewer(origin="http://evil.example"):
                pass
        assert refused.value.status == 403
        assert json.loads(refused.value.body)["code"] == "origin_refused"
        assert stage.count("viewers") == 0


async def test_a_page_of_this_site_or_of_a_listed_one_is_let_in(open_stage: OpenStage) -> None:
    async with open_stage(allowed_origins=("http://dev.example:5173",)) as stage:
        for origin in ("http://onwatch.test", "http://dev.example:5173"):
            async with stage.viewer(origin=origin) as viewer:
                await subscribed(viewer)


async def test_more_connections_than_allowed_are_refused(open_stage: OpenStage) -> None:
    async with open_stage(max_connections=1) as stage:
        async with stage.viewer():
            with pytest.raises(Refused) as refused:
                async with stage.viewer():
                    pass
            assert refused.value.status == 503
        async with stage.viewer() as viewer:
            await subscribed(viewer)


# --- slow viewers


async def test_a_slow_viewer_gets_the_newest_frame_and_slows_nobody(open_stage: OpenStage) -> None:
    async with open_stage() as stage, stage.viewer() as slow, stage.viewer() as fast:
        await subscribed(slow)
        await subscribed(fast)
        slow.stall()
        bodies = [await stage.frame("a", number) for number in range(50)]
        assert fast.received() == bodies
        slow.flow()
        await settle()
        assert slow.received() == [bodies[0], bodies[-1]]  # the first was under way when it stalled
        assert stage.count("frames_dropped_total") == 48


async def test_a_viewer_that_takes_nothing_for_long_is_dropped_and_its_demand_with_it(open_stage: OpenStage) -> None:
    async with open_stage(send_timeout_s=0.02, close_timeout_s=0.02) as stage, stage.viewer() as viewer:
        await subscribed(viewer)
        await viewer.send(ask("start"))
        await stage.settle()
        viewer.stall()
        await stage.frame("a")
        await viewer.over()
        await stage.settle()
        assert kinds(stage.demand) == ["demand.wanted a", "demand.released a"]


async def test_a_viewer_that_never_reads_its_errors_is_closed(open_stage: OpenStage) -> None:
    async with open_stage(text_queue_capacity=8) as stage, stage.viewer() as viewer:
        viewer.stall()
        for _ in range(20):
            await viewer.send("nonsense")
        await stage.settle()
        assert stage.count("viewers") == 0
        viewer.flow()
        with pytest.raises(Closed) as closed:
            await _receive_until_closed(viewer)
        assert closed.value.code == CloseCode.TRY_AGAIN_LATER


async def _receive_until_closed(viewer: Viewer) -> None:
    while True:
        await viewer.receive()


# --- switching


async def test_two_hundred_quick_switches_never_show_a_frame_of_the_wrong_video(open_stage: OpenStage) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:
        running = asyncio.create_task(_stream_forever(stage, ["a", "b"]))
        for number in range(200):
            video_id = "ab"[number % 2]
            await viewer.send(ask("subscribe", video_id))
            await viewer.send(ask("start", video_id))
            for _ in range(number % 7):
                await asyncio.sleep(0)
        await stage.settle()
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
        await viewer.send(ask("unsubscribe", "b"))
        await stage.settle()
        _check_demand_is_zero(stage.demand)
        carried = stage.bus.frames_carried
        await stage.frame("a")
        await stage.frame("b")
        assert stage.bus.frames_carried == carried


async def _stream_forever(stage: Any, videos: list[str]) -> None:
    while True:
        for video_id in videos:
            await stage.frame(video_id)


def _check_demand_is_zero(messages: list[Message]) -> None:
    last = {message.video_id: message for message in messages}
    assert last
    assert all(isinstance(message, DemandReleasedV1) for message in last.values())
