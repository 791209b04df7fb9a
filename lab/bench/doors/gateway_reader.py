"""Takes frames from RabbitMQ as a gateway does: `python -m bench.doors.gateway_reader URL VIDEO_ID`.

Each line on stdin is answered with what has arrived since the last one.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_runtime.clock import SystemClock


async def main(url: str, video_id: str) -> None:
    received = 0

    async def count(_: str, __: bytes) -> None:
        nonlocal received
        received += 1

    bus = await RabbitBus(url, SystemClock()).open()
    consumer = await bus.subscribe_frames(count, capacity=GatewaySettings().frame_queue_capacity)
    await consumer.bind(video_id)
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps({"frames": received, "cpu_s": time.process_time()}), flush=True)
        received = 0


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
