"""One channel takes, and gives back what it did not finish."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from onwatch_runtime.bus.rabbit.bus import RabbitBus
from onwatch_runtime.bus.rabbit.queue_consumer import Delivery, Source
from onwatch_testkit.bus_suite import ORDERED, WORK, created
from onwatch_testkit.recorder import Recorder
from onwatch_testkit.servers.local import RabbitServer

pytestmark = pytest.mark.connected

OpenBus = Callable[..., Awaitable[RabbitBus]]
LIMIT_S = 20.0


class Taker:
    """A source and what it took."""

    def __init__(self, queue: str, *, keeps_order: bool, prefetch: int = 3) -> None:
        self.taken: asyncio.Queue[Delivery] = asyncio.Queue()
        self.failures: list[str] = []
        self.source = Source(
            queue,
            keeps_order=keeps_order,
            prefetch=prefetch,
            take=self.taken.put_nowait,
            fail=self.failures.append,
        )

    async def next(self) -> Delivery:
        async with asyncio.timeout(LIMIT_S):
            return await self.taken.get()


async def declared(bus: RabbitBus, *, ordered: bool) -> str:
    """The RabbitMQ queue that the messages of video `a` come through."""
    queue = ORDERED if ordered else WORK
    await (await bus.subscribe(queue, Recorder())).close()
    parts = bus.topology.parts(queue)
    return parts[3] if ordered else parts[0]


async def test_it_takes_no_more_than_its_prefetch_until_something_is_acknowledged(open_bus: OpenBus):
    bus = await open_bus()
    taker = Taker(await declared(bus, ordered=False), keeps_order=False, prefetch=2)
    await taker.source.open(await bus.link.connection())
    for number in range(3):
        await bus.publish(created(number))
    first, _ = await taker.next(), await taker.next()
    assert await taker.source.waiting() == 1
    await first.acknowledge()
    assert (await taker.next()).message_id == "a-2"
    assert taker.source.is_active


async def test_released_without_order_it_leaves_the_queue_to_others_at_once(open_bus: OpenBus):
    bus = await open_bus()
    queue = await declared(bus, ordered=False)
    busy, free = (Taker(queue, keeps_order=False) for _ in range(2))
    await busy.source.open(await bus.link.connection())
    await bus.publish(created(1))
    under_way = await busy.next()
    busy.source.in_flight = 1
    await busy.source.release()
    assert busy.source.is_open
    await free.source.open(await bus.link.connection())
    await bus.publish(created(2))
    assert (await free.next()).message_id == "a-2"
    await under_way.acknowledge()
    busy.source.in_flight = 0
    await busy.source.close_if_done()
    assert not busy.source.is_open


async def test_released_with_order_it_lets_the_next_begin_only_when_it_is_through(open_bus: OpenBus):
    bus = await open_bus()
    queue = await declared(bus, ordered=True)
    first, second = (Taker(queue, keeps_order=True) for _ in range(2))
    await first.source.open(await bus.link.connection())
    await second.source.open(await bus.link.connection())
    for number in range(5):
        await bus.publish(created(number))
    under_way = await first.next()
    first.source.in_flight = 1
    await first.source.release()
    assert await second.source.waiting() == 2  # three are with the first
    assert second.taken.empty()
    await under_way.acknowledge()
    first.source.in_flight = 0
    await first.source.close_if_done()
    assert [(await second.next()).message_id for _ in range(3)] == ["a-1", "a-2", "a-3"]
    assert first.failures == []


async def test_a_channel_that_the_broker_closes_is_reported(open_bus: OpenBus):
    bus = await open_bus()
    taker = Taker(await declared(bus, ordered=False), keeps_order=False)
    await taker.source.open(await bus.link.connection())
    await bus.publish(created(1))
    delivery = await taker.next()
    await delivery.acknowledge()
    await delivery.source._channel.close()  # type: ignore[union-attr]  # as the broker would
    assert taker.source.over.is_set()
    assert len(taker.failures) == 1


@pytest.mark.parametrize("loss", [Exception(), asyncio.CancelledError(), RuntimeError("closed")], ids=repr)
async def test_an_answer_that_the_end_of_the_connection_cuts_off_ends_the_source_and_nothing_else(
    open_bus: OpenBus, loss: BaseException, monkeypatch: pytest.MonkeyPatch
):
    """Whoever handles goes on with the next message of its lane: the library's ways to say it are many."""
    bus = await open_bus()
    taker = Taker(await declared(bus, ordered=False), keeps_order=False)
    await taker.source.open(await bus.link.connection())
    await bus.publish(created(1))
    delivery = await taker.next()

    async def lost(*_: object, **__: object) -> None:
        raise loss

    channel = await delivery.source._channel.get_underlay_channel()  # type: ignore[union-attr]
    monkeypatch.setattr(channel, "basic_ack", lost)
    monkeypatch.setattr(channel, "basic_nack", lost)
    await delivery.acknowledge()
    await delivery.give_back()
    assert taker.source.over.is_set()


async def test_a_queue_that_is_deleted_is_reported(open_bus: OpenBus, rabbit_server: RabbitServer):
    bus = await open_bus()
    queue = await declared(bus, ordered=False)
    taker = Taker(queue, keeps_order=False)
    connection = await bus.link.connection()
    await taker.source.open(connection)
    async with connection.channel() as channel:
        await channel.queue_delete(queue)
    async with asyncio.timeout(LIMIT_S):
        while not taker.failures:  # noqa: ASYNC110 what it waits for has no event
            await asyncio.sleep(0.01)
    assert "cancelled the consumer" in taker.failures[0]
