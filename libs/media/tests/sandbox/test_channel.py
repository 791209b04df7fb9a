"""Records over a socket, from an end that may say anything at any time."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Iterator

import pytest

from onwatch_media.sandbox.channel import Channel, ChannelClosed, Stalled


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_record_in_parts_is_put_together(ends: tuple[socket.socket, socket.socket]):
    ours, theirs = ends
    theirs.sendall(b"abc")
    late = threading.Timer(0.01, theirs.sendall, (b"defgh",))
    late.start()
    assert Channel(ours).receive(6, wait_s=60) == b"abcdef"
    late.join()
    assert Channel(ours).receive(2, wait_s=60) == b"gh"


def test_a_record_that_does_not_become_whole_is_a_stall(ends: tuple[socket.socket, socket.socket]):
    ours, theirs = ends
    theirs.sendall(b"a")
    with pytest.raises(Stalled, match=r"nothing for 0\.05 s"):
        Channel(ours).receive(2, wait_s=0.05)


def test_bytes_that_trickle_in_do_not_make_it_wait_longer(ends: tuple[socket.socket, socket.socket]):
    ours, theirs = ends
    is_over = threading.Event()

    def trickle() -> None:
        while not is_over.wait(0.01):
            theirs.sendall(b".")

    thread = threading.Thread(target=trickle)
    thread.start()
    with pytest.raises(Stalled):
        Channel(ours).receive(1 << 20, wait_s=0.3)
    is_over.set()
    thread.join()


def test_somebody_may_look_while_it_waits(ends: tuple[socket.socket, socket.socket]):
    def stop(waited_s: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        Channel(ends[0]).receive(1, wait_s=600, while_waiting=stop)


def test_an_end_that_is_gone_is_told(ends: tuple[socket.socket, socket.socket]):
    ours, theirs = ends
    theirs.close()
    with pytest.raises(ChannelClosed):
        Channel(ours).receive(1)
    with pytest.raises(ChannelClosed):
        Channel(ours).send(b"a")


def test_a_file_goes_with_a_record(ends: tuple[socket.socket, socket.socket]):
    ours, theirs = ends
    with tempfile.TemporaryFile() as file:
        Channel(ours).send(b"record", (file.fileno(),))
    record, handle = Channel(theirs).receive_with_handle(6)
    assert record == b"record"
    assert handle is not None
    with open(handle, "wb"):  # noqa: PTH123 of a file without a name
        pass
