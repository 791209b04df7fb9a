from __future__ import annotations

import asyncio
from datetime import timedelta

from onwatch_contracts.messages import DetectorSlotsV1
from onwatch_detector.publish.slots import SlotsAnnouncer
from onwatch_runtime.bus import PrivateQueue, Publisher
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_testkit.clock import FakeClock


async def test_slots_are_told_at_every_heartbeat_and_that_there_are_none_at_the_end(
    memory_bus: MemoryBus, clock: FakeClock
) -> None:
    heard: list[tuple[str, int, timedelta]] = []

    async def hear(message: DetectorSlotsV1) -> None:
        heard.append((message.video_id, message.slots, message.expires_at - message.occurred_at))

    consumer = await memory_bus.subscribe(PrivateQueue("test", (DetectorSlotsV1,)), hear)  # type: ignore[arg-type]  # the queue has no others
    announcer = SlotsAnnouncer(Publisher(memory_bus, clock, lambda: "m"), clock, "d", 3)
    loop = asyncio.create_task(announcer.run())
    await clock.advance(2)
    announcer.wake_up.close()
    await loop
    await memory_bus.settle()
    await consumer.close()
    assert heard == [("d", slots, timedelta(seconds=6)) for slots in (3, 3, 0)]
