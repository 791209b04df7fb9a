import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Iterator

import pytest

from onwatch_contracts.messages import VideoCreatedV1
from onwatch_runtime.bus import BusUnavailable
from onwatch_runtime.bus.rabbit.bus import RabbitBus
from onwatch_testkit.bus_suite import EVENTS, WORK, created, ids_of
from onwatch_testkit.recorder import FrameRecorder, Recorder
from onwatch_testkit.servers import RabbitServer
from onwatch_testkit.tcp_proxy import TcpProxy

pytestmark = pytest.mark.connected

OpenBus = Callable[..., Awaitable[RabbitBus]]
LIMIT_S = 120.0
MESSAGES = 500
CONCURRENT_PUBLISHERS = 20


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 the condition has no event
            await asyncio.sleep(0.01)


async def publish_until(over: asyncio.Event, bus: RabbitBus, numbers: Iterator[int], confirmed: set[int]) -> None:
    while not over.is_set():
        number = next(numbers)
        await bus.publish(created(number))
        confirmed.add(number)


@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_no_confirmed_message_is_lost_when_the_broker_goes_down_while_publishing(
    open_bus: OpenBus, rabbit_server: RabbitServer, how: str
):
    bus = await open_bus(publish_limit_s=LIMIT_S)
    await (await bus.subscribe(WORK, Recorder())).close()  # declares the queue
    if how == "kill":
        # RabbitMQ 3.10 writes down the name of a new quorum queue only when it is idle or stops. Killed before, it
        # never serves the queue again.
        await asyncio.to_thread(rabbit_server.restart)
    numbers, confirmed, over = itertools.count(), set[int](), asyncio.Event()
    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as publishers:
        for _ in range(CONCURRENT_PUBLISHERS):
            publishers.create_task(publish_until(over, bus, numbers, confirmed))
        await until(lambda: len(confirmed) >= MESSAGES)
        await asyncio.to_thread(getattr(rabbit_server, how))
        await asyncio.to_thread(rabbit_server.start)
        over.set()
    assert bus.publisher.messages_republished > 0
    recorder = Recorder()
    await bus.subscribe(WORK, recorder)
    await recorder.has_handled(len(confirmed))
    # Some may have been delivered twice, with the same id.
    async with asyncio.timeout(LIMIT_S):
        while len(set(ids_of(recorder.handled))) < len(confirmed):
            await recorder.has_handled(len(recorder.handled) + 1)
    assert set(ids_of(recorder.handled)) == {f"a-{number}" for number in confirmed}
    assert len(recorder.handled) <= len(confirmed) + CONCURRENT_PUBLISHERS


async def test_a_message_not_confirmed_in_time_is_reported_to_the_caller(open_bus: OpenBus, proxy: TcpProxy):
    bus = await open_bus(proxy.port, publish_limit_s=0.3)
    await proxy.cut()
    with pytest.raises(BusUnavailable, match=r"video\.created\.v1\.a \(a-1\)"):
        await bus.publish(created(1))


async def publish_at_last(bus: RabbitBus, message: VideoCreatedV1) -> None:
    """Publish with a limit that a busy machine may exceed."""
    while True:
        try:
            return await bus.publish(message)
        except BusUnavailable:
            continue


async def test_a_frozen_broker_does_not_block_a_publisher_and_continues_when_it_is_unfrozen(
    open_bus: OpenBus, rabbit_server: RabbitServer
):
    bus = await open_bus(publish_limit_s=0.5)
    recorder = Recorder()
    await bus.subscribe(WORK, recorder)
    rabbit_server.pause()
    try:
        with pytest.raises(BusUnavailable):  # while it is frozen
            await bus.publish(created(1))
    finally:
        rabbit_server.unpause()
    async with asyncio.timeout(LIMIT_S):
        await publish_at_last(bus, created(2))
        while set(ids_of(recorder.handled)) != {"a-1", "a-2"}:  # the broker had received the first one too
            await recorder.has_handled(len(recorder.handled) + 1)


async def test_a_cancelled_publish_does_not_affect_others(open_bus: OpenBus):
    bus = await open_bus()
    recorder = Recorder()
    await bus.subscribe(WORK, recorder)
    cancelled = [asyncio.create_task(bus.publish(created(number))) for number in range(20)]
    await asyncio.sleep(0)
    for task in cancelled:
        task.cancel()
    await asyncio.gather(*cancelled, return_exceptions=True)
    await bus.publish(created(99))
    async with asyncio.timeout(LIMIT_S):
        while "a-99" not in {message.message_id for message in recorder.handled}:
            await recorder.has_handled(len(recorder.handled) + 1)
    assert bus.publisher.messages_republished == 0


async def test_an_unroutable_kind_of_message_is_logged_once(open_bus: OpenBus, caplog: pytest.LogCaptureFixture):
    bus = await open_bus()
    with caplog.at_level(logging.INFO, "onwatch_runtime.bus.rabbit.publisher"):
        await bus.publish(created(1))
        await bus.publish(created(2))
    assert bus.publisher.messages_unroutable == 2
    assert caplog.messages == ["no queue is bound to video.created.v1 yet"]


async def test_many_messages_are_published_concurrently(open_bus: OpenBus):
    bus = await open_bus()
    recorder = Recorder()
    await bus.subscribe(EVENTS, recorder)
    await asyncio.gather(*(bus.publish(created(number)) for number in range(500)))
    await recorder.has_handled(500)


async def test_a_frame_without_a_connection_is_dropped_at_once(open_bus: OpenBus, proxy: TcpProxy):
    bus = await open_bus(proxy.port)
    recorder = FrameRecorder()
    await (await bus.subscribe_frames(recorder, capacity=2)).bind("a")
    await proxy.cut()
    await until(lambda: not bus.connection.is_up)
    await bus.publish_frame("a", b"lost")
    assert bus.publisher.frames_dropped == 1
    await proxy.repair()
    async with asyncio.timeout(LIMIT_S):
        await bus.connection.established()
    await bus.publish_frame("a", b"seen")
    await recorder.gets(b"seen")
    assert recorder.frames == [("a", b"seen")]
