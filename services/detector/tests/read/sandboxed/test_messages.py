"""What a decoder's process may say; it may be in the hands of whoever made the file."""

from __future__ import annotations

import math
import os
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_detector.read.decoder import Position
from onwatch_detector.read.sandboxed.messages import (
    NONE,
    REPLY_BYTES,
    REQUEST_BYTES,
    TEXT_BYTES,
    Ask,
    Nonsense,
    Reply,
    Request,
    Tell,
    numbers_of,
    plain,
    position_of,
)


def received(reply: Reply) -> Reply:
    record = reply.packed()
    assert len(record) == REPLY_BYTES
    return Reply.unpacked(record, reply.tell)


def test_a_request_arrives_as_it_was_sent():
    sent = Request(Ask.READER, (7, NONE, -3, 2), (12.5, 1.0))
    assert len(sent.packed()) == REQUEST_BYTES
    assert Request.unpacked(sent.packed()) == sent


@pytest.mark.parametrize("position", [Position(), Position(8, 0, 3600, 2), Position(1, -90_000, -90_000, 0)])
def test_a_position_arrives_as_it_was_sent(position: Position):
    assert position_of(Request.unpacked(Request(Ask.READER, numbers_of(position)).packed()).integers) == position
    assert received(Reply(Tell.FRAME, 0, numbers_of(position))).position_after(Position()) == position


def test_a_reply_arrives_as_it_was_sent():
    reply = received(Reply(Tell.FRAME, 1, (3, 0, 9, 0), (0.12, 0.16), 96, 54, "words"))
    assert (reply.seconds(), reply.optional_seconds(1), reply.size, reply.text) == (0.12, 0.16, (96, 54), "words")
    assert received(Reply(Tell.DURATION)).optional_seconds() is None


@given(st.binary(min_size=REPLY_BYTES, max_size=REPLY_BYTES))
def test_any_record_is_a_reply_or_nonsense(record: bytes):
    try:
        reply = Reply.unpacked(record, *Tell)
    except Nonsense:
        return
    assert reply.text.isprintable()
    assert len(reply.text) <= TEXT_BYTES


@pytest.mark.parametrize(
    ("reply", "use"),
    [
        (Reply(Tell.READER, width=0, height=5), lambda reply: reply.size),
        (Reply(Tell.READER, width=100_000, height=1), lambda reply: reply.size),
        (Reply(Tell.READER, width=60_000, height=60_000), lambda reply: reply.size),
        (Reply(Tell.FRAME, width=97, height=96), lambda reply: reply.grey_size),
        (Reply(Tell.FRAME, width=96, height=0), lambda reply: reply.grey_size),
        (Reply(Tell.FRAME, floats=(math.nan,)), Reply.seconds),
        (Reply(Tell.FRAME, floats=(math.inf,)), Reply.seconds),
        (Reply(Tell.FRAME, floats=(math.inf,)), Reply.optional_seconds),
        (Reply(Tell.FRAME, floats=(1.0,)), lambda reply: reply.seconds_after(1.5)),
        (Reply(Tell.STEP, floats=(math.nan,)), lambda reply: reply.reached_s),
        (Reply(Tell.FRAME, 0, (3, 0, 0, 0)), lambda reply: reply.position_after(Position(4, 0, 0, 0))),
        (Reply(Tell.FRAME, 0, (5, 0, 0, 0)), lambda reply: reply.position_after(Position(4, 0, 0, 1))),
    ],
)
def test_numbers_that_no_working_decoder_gives_are_nonsense(reply: Reply, use: Callable[[Reply], object]):
    with pytest.raises(Nonsense):
        use(received(reply))


def test_a_reply_to_another_question_is_nonsense():
    with pytest.raises(Nonsense, match="kind 5"):
        Reply.unpacked(Reply(Tell.DONE).packed(), Tell.FRAME)


def test_texts_are_short_and_plain():
    assert received(Reply(Tell.FAILED, text="x" * 1000)).text == "x" * TEXT_BYTES
    assert plain(b"two\nlines \x1b[31m\xff") == "two?lines ?[31m\N{REPLACEMENT CHARACTER}"
    assert plain(os.urandom(400)).isprintable()
