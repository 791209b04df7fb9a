"""AMQP with hardly more than sockets: what remains is the broker's own speed."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pamqp.frame
from pamqp import commands
from pamqp.base import Frame
from pamqp.header import ProtocolHeader

CHANNEL = 1
Call = Callable[[int, Frame], None]
"""Sends a method on a channel and waits for the answer."""


def connected(port: int) -> tuple[socket.socket, Call]:
    """A connection as guest, with one open channel."""
    connection = socket.create_connection(("127.0.0.1", port))
    stream = connection.makefile("rb", buffering=0)

    def read_exactly(size: int) -> bytes:
        read = b""
        while len(read) < size:
            read += stream.read(size - len(read))
        return read

    def call(channel: int, method: Frame) -> None:
        connection.sendall(pamqp.frame.marshal(method, channel))
        answered()

    def answered() -> None:
        read_exactly(int.from_bytes(read_exactly(7)[3:7], "big") + 1)

    connection.sendall(ProtocolHeader().marshal())
    answered()
    call(0, commands.Connection.StartOk(mechanism="PLAIN", response="\0guest\0guest"))
    tuned = commands.Connection.TuneOk(channel_max=2, frame_max=131072, heartbeat=0)
    connection.sendall(pamqp.frame.marshal(tuned, 0))
    call(0, commands.Connection.Open(virtual_host="/"))
    call(CHANNEL, commands.Channel.Open())
    return connection, call
