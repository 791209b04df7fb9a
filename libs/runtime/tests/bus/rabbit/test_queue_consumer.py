import asyncio
from collections.abc import Awaitable, Callable

import pytest

from onwatch_runtime.bus.rabbit.bus import RabbitBus
from onwatch_runtime.bus.rabbit.queue_consumer import Delivery, QueueConsumer
from onwatch_testkit.bus_suite import ORDERED, WORK, created
from onwatch_testkit.recorder import Recorder
from onwatch_testkit.servers import RabbitServer

pytestmark = pytest.mark.connected

OpenBus = Callable[..., Awaitable[RabbitBus]]
LIMIT_S = 120.0


class Consumer:
    """A queue consumer that records its deliveries and failures."""

    def __init__(self, queue: str, *, ordered: bool, prefetch: int = 3) -> None:
        self.deliveries: asyncio.Queue[Delivery] = asyncio.Queue()
        self.failures: list[str] = []
        self.queue_consumer = QueueConsumer(
            queue,
            ordered=ordered,
            prefetch=prefetch,
            on_delivery=self.deliveries.put_nowait,
            on_failure=self.failures.append,
        )

    async def next(self) -> Delivery:
        async with asyncio.timeout(LIMIT_S):
            return await self.deliveries.get()


async def declared(bus: RabbitBus, *, ordered: bool) -> str:
    """The RabbitMQ queue with the messages of video `a`."""
    queue = ORDERED if ordered else WORK
    await (await bus.subscribe(queue, Recorder())).close()
    names = bus.topology.queue_names(queue)
    return names[3] if ordered else names[0]


async def test_no_more_than_the_prefetch_is_delivered_until_a_message_is_acknowledged(open_bus: OpenBus):
    bus = await open_bus()
    consumer = Consumer(await declared(bus, ordered=False), ordered=False, prefetch=2)
    await consumer.queue_consumer.open(await bus.connection.established())
    for number in range(3):
        await bus.publish(created(number))
    first, _ = await consumer.next(), await consumer.next()
    assert await consumer.queue_consumer.message_count() == 1
    await first.acknowledge()
    assert (await consumer.next()).message_id == "a-2"
    assert consumer.queue_consumer.is_active


async def test_without_order_a_released_consumer_leaves_the_queue_to_others_at_once(open_bus: OpenBus):
    bus = await open_bus()
    queue = await declared(bus, ordered=False)
    busy, free = (Consumer(queue, ordered=False) for _ in range(2))
    await busy.queue_consumer.open(await bus.connection.established())
    await bus.publish(created(1))
    in_flight = await busy.next()
    busy.queue_consumer.in_flight = 1
    await busy.queue_consumer.release()
    assert busy.queue_consumer.is_open
    await free.queue_consumer.open(await bus.connection.established())
    await bus.publish(created(2))
    assert (await free.next()).message_id == "a-2"
    await in_flight.acknowledge()
    busy.queue_consumer.in_flight = 0
    await busy.queue_consumer.close_if_idle()
    assert not busy.queue_consumer.is_open


async def test_with_order_the_next_consumer_starts_after_the_last_handler_of_a_released_one(open_bus: OpenBus):
    bus = await open_bus()
    queue = await declared(bus, ordered=True)
    first, second = (Consumer(queue, ordered=True) for _ in range(2))
    await first.queue_consumer.open(await bus.connection.established())
    await second.queue_consumer.open(await bus.connection.established())
    for number in range(5):
        await bus.publish(created(number))
    in_flight = await first.next()
    first.queue_consumer.in_flight = 1
    await first.queue_consumer.release()
    assert await second.queue_consumer.message_count() == 2  # three are prefetched by the first
    assert second.deliveries.empty()
    await in_flight.acknowledge()
    first.queue_consumer.in_flight = 0
    await first.queue_consumer.close_if_idle()
    assert [(await second.next()).message_id for _ in range(3)] == ["a-1", "a-2", "a-3"]
    assert first.failures == []


async def test_a_channel_closed_by_the_broker_is_reported(open_bus: OpenBus):
    bus = await open_bus()
    consumer = Consumer(await declared(bus, ordered=False), ordered=False)
    await consumer.queue_consumer.open(await bus.connection.established())
    await bus.publish(created(1))
    delivery = await consumer.next()
    await delivery.acknowledge()
    await delivery.consumer._channel.close()  # type: ignore[union-attr]  # as the broker would
    assert consumer.queue_consumer.ended.is_set()
    assert len(consumer.failures) == 1


@pytest.mark.parametrize("loss", [Exception(), asyncio.CancelledError(), RuntimeError("closed")], ids=repr)
async def test_an_acknowledgement_lost_with_the_connection_only_ends_the_consumer(
    open_bus: OpenBus, loss: BaseException, monkeypatch: pytest.MonkeyPatch
):
    """The dispatcher goes on with the video's next message, whichever error the library raises."""
    bus = await open_bus()
    consumer = Consumer(await declared(bus, ordered=False), ordered=False)
    await consumer.queue_consumer.open(await bus.connection.established())
    await bus.publish(created(1))
    delivery = await consumer.next()

    async def lost(*_: object, **__: object) -> None:
        raise loss

    channel = await delivery.consumer._channel.get_underlay_channel()  # type: ignore[union-attr]
    monkeypatch.setattr(channel, "basic_ack", lost)
    monkeypatch.setattr(channel, "basic_nack", lost)
    await delivery.acknowledge()
    await delivery.requeue()
    assert consumer.queue_consumer.ended.is_set()


async def test_a_deleted_queue_is_reported(open_bus: OpenBus, rabbit_server: RabbitServer):
    bus = await open_bus()
    queue = await declared(bus, ordered=False)
    consumer = Consumer(queue, ordered=False)
    connection = await bus.connection.established()
    await consumer.queue_consumer.open(connection)
    async with connection.channel() as channel:
        await channel.queue_delete(queue)
    async with asyncio.timeout(LIMIT_S):
        while not consumer.failures:  # noqa: ASYNC110 the condition has no event
            await asyncio.sleep(0.01)
    assert "cancelled the consumer" in consumer.failures[0]
