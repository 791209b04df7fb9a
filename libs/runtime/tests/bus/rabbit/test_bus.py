"""The bus suite on RabbitMQ, with a server of its own."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelNotFoundEntity, ChannelPreconditionFailed

from onwatch_runtime.bus import BusUnavailable, PartitionsDiffer, SharedQueue
from onwatch_runtime.bus.rabbit.bus import RabbitBus
from onwatch_runtime.bus.rabbit.connection import RabbitConnection
from onwatch_runtime.bus.rabbit.frame_consumer import RabbitFrameConsumer
from onwatch_runtime.bus.rabbit.topology import PARTITION, REASON, partition_of
from onwatch_runtime.clock import SystemClock
from onwatch_testkit.bus_suite import EVENTS, POLICY, WORK, BusHarness, BusSuite, Dead, created
from onwatch_testkit.recorder import FrameRecorder, Recorder
from onwatch_testkit.servers import RabbitServer
from onwatch_testkit.tcp_proxy import TcpProxy

pytestmark = pytest.mark.connected

OpenBus = Callable[..., Awaitable[RabbitBus]]

LIMIT_S = 120.0
POLL_S = 0.01


class RabbitHarness(BusHarness):
    """A bus with its own namespace, and a second connection to inspect it from outside."""

    def __init__(self, url: str) -> None:
        self.bus = self.rabbit_bus = RabbitBus(url, SystemClock(), POLICY, namespace=f"t{secrets.token_hex(4)}")
        self._url = url

    async def open(self) -> None:
        await self.rabbit_bus.open()
        self._outside = await aio_pika.connect(self._url)
        self.channel = await self._outside.channel()

    async def close(self) -> None:
        await self.rabbit_bus.close()
        topology = self.rabbit_bus.topology
        shared = [c.queue for c in self.rabbit_bus.consumers if isinstance(c.queue, SharedQueue)]
        for name in {topology.dead_letters, *(name for queue in shared for name in topology.queue_names(queue))}:
            await self.channel.queue_delete(name)
        await self._outside.close()

    async def inject(self, kind: str, video_id: str, body: bytes) -> None:
        events = await self.channel.get_exchange(self.rabbit_bus.topology.events, ensure=False)
        await events.publish(aio_pika.Message(body, headers={PARTITION: partition_of(video_id)}), f"{kind}.{video_id}")

    async def join(self, *, partitions: int) -> None:
        namespace = self.rabbit_bus.topology.namespace
        await (await RabbitBus(self._url, SystemClock(), namespace=namespace, partitions=partitions).open()).close()

    async def settled(self) -> None:
        await self.rabbit_bus.publisher.flush_frames()
        for frames in self.rabbit_bus.frame_consumers:
            await all_arrived(frames)
        async with asyncio.timeout(LIMIT_S):
            while not await self._is_settled():  # noqa: ASYNC110 a broker has no event for it
                await asyncio.sleep(POLL_S)

    async def _is_settled(self) -> bool:
        """No message is ready in a consumed queue, and none is delivered but not handled.

        Counted on the channel of the deliveries: those sent before the answer have arrived by then.
        """
        for consumer in self.rabbit_bus.consumers:
            for queue_consumer in consumer.queue_consumers:
                if not queue_consumer.takes_no_more and await queue_consumer.message_count():
                    return False
        return all(consumer.dispatcher.is_idle for consumer in self.rabbit_bus.consumers)

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0.0))

    def monotonic(self) -> float:
        return time.monotonic()

    async def dead_letters(self) -> Sequence[Dead]:
        queue = await self.channel.get_queue(self.rabbit_bus.topology.dead_letters)
        found = []
        while (message := await queue.get(fail=False, no_ack=True)) is not None:
            found.append(Dead(message.routing_key or "", message.body, str(message.headers.get(REASON))))
        return found


async def all_arrived(frames: RabbitFrameConsumer) -> None:
    """Until the queue has handled what was routed to it, and all that it sends has come."""
    assert frames._channel is not None
    assert frames._queue is not None
    async with asyncio.timeout(LIMIT_S):
        while await waiting(frames._rabbit, frames._channel, frames._queue.name):  # noqa: ASYNC110 as above
            await asyncio.sleep(POLL_S)


async def waiting(rabbit: RabbitConnection, consumer: AbstractChannel, queue: str) -> int:
    """How many messages wait in the queue for its consumer; those sent before the answer have arrived by then.

    RabbitMQ answers that before it handles the messages that are on their way into a queue, so it is first asked for
    something that waits for them. To take a message and put it back would let a later one overtake it.
    """
    other = await (await rabbit.established()).channel()
    with pytest.raises(ChannelPreconditionFailed, match="in use"):
        await other.queue_delete(queue, if_unused=True)
    return (await consumer.declare_queue(queue, passive=True)).declaration_result.message_count or 0


class TestRabbitBus(BusSuite):
    @pytest_asyncio.fixture
    async def harness(self, rabbit_server: RabbitServer) -> AsyncIterator[RabbitHarness]:
        harness = RabbitHarness(rabbit_server.url)
        await harness.open()
        yield harness
        await harness.close()


async def test_a_queue_declared_differently_by_another_process_is_refused(open_bus: OpenBus):
    await (await open_bus()).subscribe(WORK, Recorder())
    bus = await open_bus()
    with pytest.raises(ValueError, match=r"suite\.work"):
        await bus.subscribe(SharedQueue(WORK.name, WORK.messages, ttl_s=1.0), Recorder())
    await bus.subscribe(EVENTS, recorder := Recorder())
    await bus.publish(created(1))
    await recorder.has_handled(1)


async def test_services_with_another_number_of_partitions_declare_nothing(
    open_bus: OpenBus, rabbit_server: RabbitServer
):
    topology = (await open_bus()).topology
    with pytest.raises(PartitionsDiffer, match=r"exchange t\w+\.partitions\.8.*would use 16"):
        await open_bus(partitions=16)
    outside = await aio_pika.connect(rabbit_server.url)
    async with outside:
        with pytest.raises(ChannelNotFoundEntity):
            await (await outside.channel()).declare_exchange(topology.partitions_mark(16), passive=True)


async def test_a_check_needs_an_answer_of_the_broker(open_bus: OpenBus, rabbit_server: RabbitServer):
    bus = await open_bus()
    await bus.check()
    rabbit_server.pause()
    try:
        with pytest.raises(BusUnavailable, match="did not answer"):
            await bus.check()
    finally:
        rabbit_server.unpause()
    await bus.check()


async def test_a_check_fails_at_once_without_a_connection(open_bus: OpenBus, proxy: TcpProxy):
    bus = await open_bus(proxy.port)
    await proxy.cut()
    async with asyncio.timeout(LIMIT_S):
        while bus.connection.is_up:  # noqa: ASYNC110 the condition has no event
            await asyncio.sleep(POLL_S)
    with pytest.raises(BusUnavailable, match="not connected"):
        await bus.check()


async def test_closing_does_not_wait_for_a_frozen_broker(open_bus: OpenBus, rabbit_server: RabbitServer):
    bus = await open_bus()
    await bus.subscribe(WORK, Recorder())
    await bus.subscribe(SharedQueue("suite.ordered", WORK.messages, ordered=True), Recorder())
    await bus.subscribe(EVENTS, Recorder())
    await bus.subscribe_frames(FrameRecorder(), capacity=1)
    rabbit_server.pause()
    try:
        async with asyncio.timeout(LIMIT_S):
            await bus.close()
    finally:
        rabbit_server.unpause()
