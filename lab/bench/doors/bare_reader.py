"""Reads frames from RabbitMQ without looking at them: `python -m bench.doors.bare_reader PORT VIDEO_ID`.

The upper limit of what a gateway can take. Each line on stdin is answered with what has arrived since the last one.
"""

from __future__ import annotations

import json
import select
import sys
import time

from pamqp import commands
from pamqp.common import FieldTable

from bench.doors.bare_amqp import CHANNEL, connected
from bench.doors.obeying import FRAME_BYTES

CAPACITY = 64  # as the gateway's queue


def main(port: str, video_id: str) -> None:
    connection, call = connected(int(port))
    arguments: FieldTable = {"x-max-length": CAPACITY, "x-overflow": "drop-head"}
    call(CHANNEL, commands.Queue.Declare(queue="bare", exclusive=True, arguments=arguments))
    call(CHANNEL, commands.Queue.Bind(queue="bare", exchange="onwatch.frames", routing_key=video_id))
    call(CHANNEL, commands.Basic.Consume(queue="bare", no_ack=True))
    print("ready", flush=True)
    buffer, received = bytearray(1 << 20), 0
    while True:
        readable = select.select([connection, sys.stdin], [], [])[0]
        if connection in readable:
            received += connection.recv_into(buffer)
        elif not sys.stdin.readline():
            return
        else:
            print(json.dumps({"frames": received // FRAME_BYTES, "cpu_s": time.process_time()}), flush=True)
            received = 0


if __name__ == "__main__":
    main(*sys.argv[1:])
