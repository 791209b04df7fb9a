"""Publishes frames to RabbitMQ as fast as it takes them: `python -m bench.doors.frame_source PORT BYTES VIDEOS`.

Writes encoded bytes to a socket of its own, so that the publisher takes little of the processors that are measured.
Publishes from the first line on stdin until the next one, which it answers with the number of frames.
"""

from __future__ import annotations

import select
import socket
import sys
from collections.abc import Sequence

import pamqp.frame
from pamqp import commands
from pamqp.base import Frame
from pamqp.body import ContentBody
from pamqp.header import ContentHeader, ProtocolHeader

CHANNEL = 1


def video_ids(count: int) -> Sequence[str]:
    return [f"video-{number}" for number in range(count)]


def connected(port: int) -> socket.socket:
    """A connection with one open channel."""
    connection = socket.create_connection(("127.0.0.1", port))
    stream = connection.makefile("rb")

    def call(*requests: tuple[int, Frame]) -> None:
        connection.sendall(b"".join(pamqp.frame.marshal(request, channel) for channel, request in requests))
        size = int.from_bytes(stream.read(7)[3:7], "big")
        stream.read(size + 1)

    connection.sendall(ProtocolHeader().marshal())
    size = int.from_bytes(stream.read(7)[3:7], "big")
    stream.read(size + 1)
    call((0, commands.Connection.StartOk(mechanism="PLAIN", response="\0guest\0guest")))
    call(
        (0, commands.Connection.TuneOk(channel_max=2, frame_max=131072, heartbeat=0)),
        (0, commands.Connection.Open(virtual_host="/")),
    )
    call((CHANNEL, commands.Channel.Open()))
    return connection


def publication(exchange: str, video_id: str, body: bytes) -> bytes:
    """All that is written to publish a frame."""
    return b"".join(
        pamqp.frame.marshal(part, CHANNEL)
        for part in (
            commands.Basic.Publish(exchange=exchange, routing_key=video_id),
            ContentHeader(body_size=len(body), properties=commands.Basic.Properties(delivery_mode=1)),
            ContentBody(body),
        )
    )


def main(port: str, size_bytes: str, videos: str) -> None:
    connection = connected(int(port))
    body = bytes(int(size_bytes))
    written = [publication("onwatch.frames", video_id, body) for video_id in video_ids(int(videos))]
    print("ready", flush=True)
    while sys.stdin.readline():
        count = 0
        while not select.select([sys.stdin], [], [], 0)[0]:
            connection.sendall(written[count % len(written)])
            count += 1
        sys.stdin.readline()
        print(count, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
