"""What a connection sends, and what it drops."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from onwatch_contracts.channel import Counts, Metrics, State, Subscribed, decode_video_frame
from onwatch_gateway.connection import CloseCode, Connection
from onwatch_gateway.frames import PictureGroup
from onwatch_gateway.frames.picture_group import continued
from onwatch_gateway.instruments import Instruments
from onwatch_testkit.clock import settle
from onwatch_testkit.video_frames import video_frame


class FakeSocket:
    """Records what was sent; blocks while `open` is not set."""

    def __init__(self) -> None:
        self.sent: list[str | bytes] = []
        self.open = asyncio.Event()
        self.open.set()

    async def send_text(self, data: str) -> None:
        await self.open.wait()
        self.sent.append(data)

    async def send_bytes(self, data: bytes) -> None:
        await self.open.wait()
        self.sent.append(data)


def connection_of(instruments: Instruments, text_capacity: int = 8) -> Connection:
    return Connection("anna", text_capacity=text_capacity, instruments=instruments)


async def sent_by(connection: Connection) -> list[str | bytes]:
    socket = FakeSocket()
    sending = asyncio.create_task(connection.send_to(socket, timeout_s=5))
    await settle()
    sending.cancel()
    return socket.sent


async def test_texts_keep_their_order_and_go_before_the_frame(instruments: Instruments) -> None:
    connection = connection_of(instruments)
    connection.queue_frame(b"frame")
    connection.queue_text("one")
    connection.queue_text("two")
    assert await sent_by(connection) == ["one", "two", b"frame"]


async def test_messages_are_sent_as_json(instruments: Instruments) -> None:
    connection = connection_of(instruments)
    connection.queue(Subscribed(video_id="a"))
    connection.queue(State(video_id="a", state="streaming"))
    assert await sent_by(connection) == [
        '{"type":"subscribed","video_id":"a"}',
        '{"type":"state","video_id":"a","state":"streaming","reason":null}',
    ]


class DirectSocket:
    """Sends at once while it is open."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.is_open = True

    def send_now(self, data: bytes) -> bool:
        if self.is_open:
            self.sent.append(data)
        return self.is_open


async def test_a_frame_is_sent_at_once_unless_something_has_to_wait(instruments: Instruments) -> None:
    direct = DirectSocket()
    connection = Connection("anna", text_capacity=8, instruments=instruments, send_now=direct.send_now)
    connection.queue_frame(b"frame 1")
    direct.is_open = False
    connection.queue_frame(b"frame 2")
    direct.is_open = True
    connection.queue_frame(b"frame 3")  # not before an older frame that is queued
    assert direct.sent == [b"frame 1"]
    assert await sent_by(connection) == [b"frame 3"]
    connection.queue_text("text")
    connection.queue_frame(b"frame 4")
    assert direct.sent == [b"frame 1"]
    assert await sent_by(connection) == ["text", b"frame 4"]
    connection.queue_frame(b"frame 5")
    assert direct.sent == [b"frame 1", b"frame 5"]
    assert instruments.frames_sent._value.get() == 4
    assert instruments.frames_dropped._value.get() == 1


async def test_nothing_is_sent_at_once_by_a_connection_that_ends(instruments: Instruments) -> None:
    direct = DirectSocket()
    connection = Connection("anna", text_capacity=8, instruments=instruments, send_now=direct.send_now)
    connection.end(CloseCode.POLICY_VIOLATION)
    connection.queue_frame(b"frame")
    assert direct.sent == []


async def test_only_the_newest_frame_is_kept(instruments: Instruments) -> None:
    connection = connection_of(instruments)
    for number in range(5):
        connection.queue_frame(b"frame %d" % number)
    assert await sent_by(connection) == [b"frame 4"]
    assert instruments.frames_dropped._value.get() == 4
    assert instruments.frames_sent._value.get() == 1


async def test_only_the_newest_metrics_are_kept_and_stay_in_order_with_the_rest(instruments: Instruments) -> None:
    connection = connection_of(instruments)
    connection.queue_newest(Metrics, "metrics 1")
    connection.queue_text("paused")
    connection.queue_newest(Metrics, "metrics 2")
    connection.queue_text("finished")
    assert await sent_by(connection) == ["paused", "metrics 2", "finished"]
    connection.queue_newest(Metrics, "metrics 3")
    assert await sent_by(connection) == ["metrics 3"]


async def test_metrics_and_counts_do_not_replace_each_other(instruments: Instruments) -> None:
    connection = connection_of(instruments)
    connection.queue_newest(Metrics, "metrics 1")
    connection.queue_newest(Counts, "counts 1")
    connection.queue_newest(Metrics, "metrics 2")
    assert await sent_by(connection) == ["counts 1", "metrics 2"]


async def test_metrics_and_frames_never_fill_the_queue(instruments: Instruments) -> None:
    connection = connection_of(instruments, text_capacity=2)
    for _ in range(100):
        connection.queue_newest(Metrics, "metrics")
        connection.queue_frame(b"frame")
    assert not connection.ended.done()


async def test_a_connection_whose_queue_is_full_is_ended(instruments: Instruments) -> None:
    connection = connection_of(instruments, text_capacity=2)
    connection.queue_text("one")
    connection.queue_text("two")
    assert not connection.ended.done()
    connection.queue_text("three")
    assert connection.ended.result() == CloseCode.TRY_AGAIN_LATER


async def test_unsent_metrics_and_frames_are_discarded_with_the_subscription(instruments: Instruments) -> None:
    connection = connection_of(instruments)
    connection.queue_newest(Metrics, "metrics")
    connection.queue_frame(b"frame")
    connection.discard_unsent()
    connection.discard_unsent()
    connection.queue_text("unsubscribed")
    assert await sent_by(connection) == ["unsubscribed"]


async def test_a_send_that_takes_too_long_ends_the_connection(instruments: Instruments) -> None:
    connection, socket = connection_of(instruments), FakeSocket()
    socket.open.clear()
    connection.queue_frame(b"frame")
    await connection.send_to(socket, timeout_s=0.01)
    assert connection.ended.result() == CloseCode.TRY_AGAIN_LATER


async def test_a_slow_viewer_continues_with_the_newest_frame(instruments: Instruments) -> None:
    connection, socket = connection_of(instruments), FakeSocket()
    socket.open.clear()
    sending = asyncio.create_task(connection.send_to(socket, timeout_s=5))
    for number in range(10):
        connection.queue_frame(b"frame %d" % number)
        await settle()
    socket.open.set()
    await settle()
    sending.cancel()
    assert socket.sent == [b"frame 0", b"frame 9"]  # 0 was being sent


# --- video ---------------------------------------------------------------------------------------


class VideoStream:
    """The frames of a video codec as the gateway receives them, with a key frame every `key_every`."""

    def __init__(self, connection: Connection, key_every: int = 10) -> None:
        self._connection = connection
        self._key_every = key_every
        self._group: PictureGroup | None = None
        self._sequence = 0

    def receive(self, count: int, *, lost: bool = False) -> None:
        for _ in range(count):
            body = video_frame(self._sequence, is_key=self._sequence % self._key_every == 0)
            self._sequence += 1
            if lost:
                continue
            self._group = continued(self._group, decode_video_frame(body)[0], body)
            if self._group is not None:
                self._connection.queue_group(self._group)


def sequences(sent: list[str | bytes]) -> list[int]:
    return [decode_video_frame(body)[0].sequence for body in sent if isinstance(body, bytes)]


async def test_a_viewer_that_keeps_up_gets_every_frame_of_a_video_codec(instruments: Instruments) -> None:
    connection, socket = connection_of(instruments), FakeSocket()
    sending = asyncio.create_task(connection.send_to(socket, timeout_s=5))
    stream = VideoStream(connection)
    for _ in range(25):
        stream.receive(1)
        await settle()
    sending.cancel()
    assert sequences(socket.sent) == list(range(25))
    assert instruments.frames_dropped._value.get() == 0


async def test_a_new_viewer_gets_the_newest_key_frame_at_once(instruments: Instruments) -> None:
    first, second = connection_of(instruments), connection_of(instruments)
    stream = VideoStream(first)
    stream.receive(14)
    stream._connection = second
    stream.receive(1)
    assert sequences(await sent_by(second)) == [10, 11, 12, 13, 14]


async def test_a_slow_viewer_continues_with_the_newest_key_frame(instruments: Instruments) -> None:
    connection, socket = connection_of(instruments), FakeSocket()
    socket.open.clear()
    sending = asyncio.create_task(connection.send_to(socket, timeout_s=5))
    stream = VideoStream(connection)
    for _ in range(37):
        stream.receive(1)
        await settle()
    socket.open.set()
    await settle()
    sending.cancel()
    assert sequences(socket.sent) == [0, *range(30, 37)]  # 0 was being sent
    assert instruments.frames_dropped._value.get() == 29


async def test_after_a_loss_nothing_is_sent_until_the_next_key_frame(instruments: Instruments) -> None:
    connection = connection_of(instruments)
    stream = VideoStream(connection)
    stream.receive(3)
    assert sequences(await sent_by(connection)) == [0, 1, 2]
    stream.receive(1, lost=True)
    stream.receive(6)
    assert await sent_by(connection) == []
    stream.receive(2)
    assert sequences(await sent_by(connection)) == [10, 11]


async def test_a_jpeg_replaces_video_and_video_then_begins_with_a_key_frame(instruments: Instruments) -> None:
    connection = connection_of(instruments)
    stream = VideoStream(connection)
    stream.receive(3)
    connection.queue_frame(b"jpeg")
    assert await sent_by(connection) == [b"jpeg"]
    stream.receive(1)
    assert sequences(await sent_by(connection)) == [0, 1, 2, 3]


async def test_video_of_an_ended_subscription_is_discarded(instruments: Instruments) -> None:
    connection = connection_of(instruments)
    stream = VideoStream(connection)
    stream.receive(3)
    connection.discard_unsent()
    assert await sent_by(connection) == []
    stream.receive(1)
    assert sequences(await sent_by(connection)) == [0, 1, 2, 3]


@given(st.lists(st.sampled_from(["receive", "lose", "send", "jpeg"]), max_size=80))
async def test_a_viewer_never_gets_a_frame_without_the_one_before_it(steps: list[str]) -> None:
    connection = connection_of(Instruments(CollectorRegistry()))
    stream = VideoStream(connection)
    sent: list[bytes] = []
    for step in steps:
        match step:
            case "receive":
                stream.receive(1)
            case "lose":
                stream.receive(1, lost=True)
            case "send" if connection._frames:
                sent.append(connection._frames.popleft())
            case "jpeg":
                connection.queue_frame(b"jpeg")
    headers = [None if body == b"jpeg" else decode_video_frame(body)[0] for body in sent]
    for earlier, header in zip([None, *headers], headers, strict=False):
        if header is not None and not header.is_key:
            assert earlier is not None
            assert header.sequence == earlier.sequence + 1


async def test_a_viewer_slower_than_the_numbers_still_gets_frames(instruments: Instruments) -> None:
    connection = connection_of(instruments)

    class SlowSocket(FakeSocket):
        async def send_text(self, data: str) -> None:
            await super().send_text(data)
            connection.queue_newest(Metrics, "newer metrics")  # came while this text was sent
            await asyncio.sleep(0)

    socket = SlowSocket()
    connection.queue_newest(Metrics, "metrics")
    connection.queue_frame(b"frame")
    sending = asyncio.create_task(connection.send_to(socket, timeout_s=5))
    await settle()
    sending.cancel()
    assert socket.sent[:3] == ["metrics", b"frame", "newer metrics"]


async def test_the_first_close_code_stands(instruments: Instruments) -> None:
    connection = connection_of(instruments)
    connection.end(CloseCode.SERVICE_RESTART)
    connection.end(CloseCode.TRY_AGAIN_LATER)
    assert connection.ended.result() == CloseCode.SERVICE_RESTART


async def test_an_error_of_the_socket_is_raised(instruments: Instruments) -> None:
    class BrokenSocket(FakeSocket):
        async def send_text(self, data: str) -> None:
            raise RuntimeError("closed")

    connection = connection_of(instruments)
    connection.queue_text("one")
    with pytest.raises(RuntimeError, match="closed"):
        await connection.send_to(BrokenSocket(), timeout_s=5)
