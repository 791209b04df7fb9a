"""A run that talks with a decoder's process in the hands of somebody else."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from onwatch_detector.errors import VideoUnreadable
from onwatch_detector.read.decoder import Position
from onwatch_detector.read.sandboxed.decoder import SandboxedReader, SandboxedSamples
from onwatch_detector.read.sandboxed.messages import REPLY_BYTES, Reply, Tell
from onwatch_detector.read.sandboxed.talk import DecoderLimits, Talk
from onwatch_media.sandbox import Channel, StartedProcess

OPENED = Reply(Tell.READER, floats=(25.0,), width=16, height=9)
SAMPLED = Reply(Tell.SAMPLES, 1, width=16, height=9)
DONE = Reply(Tell.DONE)


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    found = [*socket.socketpair(), *socket.socketpair()]
    yield found
    for each in found:
        each.close()


@pytest.fixture
def talk(sockets: list[socket.socket]) -> Iterator[Talk]:
    life, server, ours, _ = sockets
    server.sendall((-9).to_bytes(4, "little", signed=True))
    talk = Talk("a.mp4", StartedProcess(1, [ours], life), Channel(ours), DecoderLimits(stall_s=60), lambda: False)
    yield talk
    talk.close()


def answer(sockets: list[socket.socket], *replies: Reply | bytes) -> None:
    """Beforehand: nothing of an answer depends on the question."""
    for each in replies:
        sockets[3].sendall(each if isinstance(each, bytes) else each.packed())


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\xff" * REPLY_BYTES,
        Reply(Tell.FRAME, 0, (-1, 0, 0, 0), (0.0, 0.0)),
        Reply(Tell.FRAME, 0, (1, 0, 0, 0), (float("nan"), 0.0)),
        Reply(Tell.STEP, 1, (0, 0, 0, 0), (0.0,)),
    ],
)
def test_nonsense_in_place_of_a_frame_ends_the_decoder(
    talk: Talk, sockets: list[socket.socket], nonsense: Reply | bytes
) -> None:
    answer(sockets, OPENED, DONE, nonsense)
    reader = SandboxedReader(talk, Position(), 0.0, on_demand=False)
    with pytest.raises(VideoUnreadable, match=r"a\.mp4 cannot be read: its decoder answered with nonsense"):
        reader.read()
    assert sockets[1].recv(1) == b"", "it is killed"


def test_a_picture_that_is_too_large_is_nonsense(talk: Talk, sockets: list[socket.socket]) -> None:
    answer(sockets, Reply(Tell.READER, floats=(25.0,), width=1 << 31, height=1 << 31))
    with pytest.raises(VideoUnreadable, match="nonsense"):
        SandboxedReader(talk, Position(), 0.0, on_demand=False)


def test_samples_out_of_order_are_nonsense(talk: Talk, sockets: list[socket.socket]) -> None:
    answer(sockets, SAMPLED, DONE, Reply(Tell.STEP, 1, (5, 0, 0, 0), (0.0,)))
    samples = SandboxedSamples(talk, 1.0, 4)
    with pytest.raises(VideoUnreadable, match="sample 5 in place of 4"):
        samples.step()


def test_time_does_not_go_back(talk: Talk, sockets: list[socket.socket]) -> None:
    frames = [Reply(Tell.FRAME, 0, (number, 0, number, 0), (time_s, 0.0)) for number, time_s in ((1, 3.0), (2, 1.0))]
    answer(sockets, OPENED, DONE, *frames)
    reader = SandboxedReader(talk, Position(), 0.0, on_demand=False)
    assert reader.read() is not None
    with pytest.raises(VideoUnreadable, match="nonsense"):
        reader.read()


def test_half_an_answer_is_none(talk: Talk, sockets: list[socket.socket]) -> None:
    answer(sockets, b"\x02" * 10)
    sockets[3].close()
    with pytest.raises(VideoUnreadable, match="SIGKILL"):
        SandboxedReader(talk, Position(), 0.0, on_demand=False)
