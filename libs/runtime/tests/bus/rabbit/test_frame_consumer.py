import asyncio
from collections.abc import Awaitable, Callable

import pytest

from onwatch_runtime.bus.rabbit.bus import RabbitBus
from onwatch_runtime.bus.rabbit.frame_consumer import RabbitFrameConsumer
from onwatch_runtime.bus.rabbit.topology import FRAMES_PREFETCH
from onwatch_testkit.recorder import FrameRecorder
from onwatch_testkit.tcp_proxy import TcpProxy

pytestmark = pytest.mark.connected

OpenBus = Callable[..., Awaitable[RabbitBus]]
LIMIT_S = 120.0


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 the condition has no event
            await asyncio.sleep(0.01)


async def test_only_the_newest_frames_wait_for_a_slow_handler(open_bus: OpenBus):
    recorder = FrameRecorder(held=True)
    bus = await open_bus()
    consumer = await bus.subscribe_frames(recorder, capacity=3)
    assert isinstance(consumer, RabbitFrameConsumer)
    await consumer.bind("a")
    await bus.publish_frame("a", b"00")
    await recorder.has(1)
    published = [b"%02d" % number for number in range(1, 3 * FRAMES_PREFETCH + 1)]
    for body in published:
        await bus.publish_frame("a", body)
    await until(lambda: ("a", published[-1]) in consumer._frames)
    recorder.release()
    await recorder.gets(published[-1])
    assert [body for _, body in recorder.frames] == [b"00", *published[-3:]]


async def test_a_frame_reaches_several_processes(open_bus: OpenBus):
    recorders = FrameRecorder(), FrameRecorder()
    for recorder in recorders:
        await (await (await open_bus()).subscribe_frames(recorder, capacity=2)).bind("a")
    await (await open_bus()).publish_frame("a", b"picture")
    for recorder in recorders:
        await recorder.gets(b"picture")


async def test_a_frame_handled_across_a_reconnect_is_finished_before_the_next(open_bus: OpenBus, proxy: TcpProxy):
    recorder = FrameRecorder(held=True)
    bus = await open_bus(proxy.port)
    await (await bus.subscribe_frames(recorder, capacity=2)).bind("a")
    await bus.publish_frame("a", b"old")
    await recorder.has(1)
    proxy.reset()
    await until(lambda: proxy.connections_made > 1 and bus.connection.is_up)
    await bus.publish_frame("a", b"new")
    await bus.publisher.flush_frames()
    assert len(recorder.frames) == 1
    recorder.release()
    await recorder.gets(b"new")


async def test_closing_cancels_the_running_handler(open_bus: OpenBus):
    recorder = FrameRecorder(held=True)
    bus = await open_bus()
    consumer = await bus.subscribe_frames(recorder, capacity=2)
    await consumer.bind("a")
    await bus.publish_frame("a", b"picture")
    await recorder.has(1)
    async with asyncio.timeout(LIMIT_S):
        await consumer.close()
        await consumer.close()
