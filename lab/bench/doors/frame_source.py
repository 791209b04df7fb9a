"""Publishes frames to RabbitMQ as fast as it takes them: `python -m bench.doors.frame_source PORT VIDEO_ID`.

Writes encoded bytes to a socket of its own, so that the publisher takes little of the processors that are measured.
Publishes from one line on stdin until the next one, which it answers with the number of frames.
"""

from __future__ import annotations

import json
import select
import sys

import pamqp.frame
from pamqp import commands
from pamqp.body import ContentBody
from pamqp.header import ContentHeader

from bench.doors.bare_amqp import CHANNEL, connected
from bench.doors.obeying import FRAME_BYTES


def publication(exchange: str, video_id: str) -> bytes:
    """All that is written to publish a frame."""
    body = bytes(FRAME_BYTES)
    parts = (
        commands.Basic.Publish(exchange=exchange, routing_key=video_id),
        ContentHeader(body_size=len(body), properties=commands.Basic.Properties(delivery_mode=1)),
        ContentBody(body),
    )
    return b"".join(pamqp.frame.marshal(part, CHANNEL) for part in parts)


def main(port: str, video_id: str) -> None:
    connection, _ = connected(int(port))
    written = publication("onwatch.frames", video_id)
    print("ready", flush=True)
    while sys.stdin.readline():
        count = 0
        while not select.select([sys.stdin], [], [], 0)[0]:
            connection.sendall(written)
            count += 1
        sys.stdin.readline()
        print(json.dumps({"frames": count}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
