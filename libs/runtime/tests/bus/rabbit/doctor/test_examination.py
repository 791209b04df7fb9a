from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage

from onwatch_contracts.messages import Message, VideoDeletedV1
from onwatch_runtime.bus import Reject, SharedQueue
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_runtime.bus.rabbit.doctor import QueueInfo, RabbitDoctor, rabbit_doctor
from onwatch_runtime.bus.rabbit.topology import REASON
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.observe import ExaminationFailed, Finding
from onwatch_testkit.bus_suite import created
from onwatch_testkit.recorder import Recorder
from onwatch_testkit.servers import RabbitServer

LIMIT_S = 120.0
WORK = SharedQueue("doctor.work", (VideoDeletedV1,))


def deleted(video_id: str) -> Message:
    return VideoDeletedV1(**created(1, video_id).model_dump())


class Broker:
    """A bus that dead-letters messages, its doctor, and a channel to inspect the broker."""

    def __init__(self, url: str, bus: RabbitBus, connection: AbstractConnection, channel: AbstractChannel) -> None:
        self.url, self.bus, self.connection, self.channel = url, bus, connection, channel
        self.existing_queues: Sequence[QueueInfo] = ()

    @asynccontextmanager
    async def doctor(self, queues: Collection[SharedQueue] = (WORK,)) -> AsyncIterator[RabbitDoctor]:
        async def list_queues() -> Sequence[QueueInfo]:
            return self.existing_queues

        async with rabbit_doctor(self.url, queues, list_queues, namespace=self.bus.topology.namespace) as doctor:
            yield doctor

    async def count(self, queue: str) -> int | None:
        """`ChannelNotFoundEntity` if there is no such queue; its channel is then closed."""
        probe = await self.connection.channel()
        found = await probe.declare_queue(queue, passive=True)
        return found.declaration_result.message_count

    async def until_count(self, queue: str, expected: int) -> None:
        """A quorum queue counts a requeued message a moment later."""
        async with asyncio.timeout(LIMIT_S):
            while (await self.count(queue) or 0) < expected:
                pass

    async def dead_letter(self, *video_ids: str) -> None:
        async def refuse(_: Message) -> None:
            raise Reject("no such video")

        consumer = await self.bus.subscribe(WORK, refuse)
        for video_id in video_ids:
            await self.bus.publish(deleted(video_id))
        async with rabbit_doctor(self.url, (), namespace=self.bus.topology.namespace) as doctor:
            while len(await doctor.dead_letters.list()) < len(video_ids):
                pass
        await consumer.close()
        await self.until_count(self.bus.topology.dead_letters, len(video_ids))


@pytest_asyncio.fixture
async def broker(rabbit_server: RabbitServer) -> AsyncIterator[Broker]:
    bus = RabbitBus(rabbit_server.url, SystemClock(), namespace=f"d{secrets.token_hex(4)}")
    await bus.open()
    async with await aio_pika.connect(rabbit_server.url) as connection:
        channel = await connection.channel()
        yield Broker(rabbit_server.url, bus, connection, channel)
        await bus.close()
        for name in (bus.topology.dead_letters, bus.topology.queue("doctor.work")):
            await channel.queue_delete(name)


@pytest.mark.connected
async def test_the_findings_are_dead_letters_and_unknown_queues(broker: Broker) -> None:
    await broker.dead_letter("a")
    broker.existing_queues = [QueueInfo(broker.bus.topology.queue("doctor.old"))]

    async with broker.doctor() as doctor:
        assert [finding.kind for finding in await doctor.findings()] == ["dead_letters", "unknown_queue"]


async def test_an_unavailable_broker_fails_the_examination() -> None:
    with pytest.raises(ExaminationFailed, match="RabbitMQ"):
        async with rabbit_doctor("amqp://guest:guest@127.0.0.1:1/", ()):
            pass


@pytest.mark.connected
async def test_dead_letters_are_listed_and_stay(broker: Broker) -> None:
    await broker.dead_letter("a", "b")

    async with broker.doctor() as doctor:
        for _ in range(2):
            await broker.until_count(broker.bus.topology.dead_letters, 2)
            assert [
                (finding.kind, finding.subject, finding.detail) for finding in await doctor.dead_letters.findings()
            ] == [("dead_letters", "doctor.work: no such video", "2: 2 video.deleted.v1")]
    await broker.until_count(broker.bus.topology.dead_letters, 2)


@pytest.mark.connected
async def test_requeued_dead_letters_are_handled(broker: Broker) -> None:
    await broker.dead_letter("a", "b")
    recorder = Recorder()
    await broker.bus.subscribe(WORK, recorder)

    async with broker.doctor() as doctor:
        assert await doctor.dead_letters.requeue() == (2, 0)
        await recorder.has_handled(2)

        assert {message.video_id for message in recorder.handled} == {"a", "b"}
        assert await doctor.dead_letters.findings() == []


@pytest.mark.connected
async def test_a_dead_letter_of_a_kind_without_a_queue_stays(broker: Broker) -> None:
    await broker.dead_letter("a")
    await broker.channel.queue_delete(broker.bus.topology.queue(WORK.name))

    async with broker.doctor() as doctor:
        assert await doctor.dead_letters.requeue() == (0, 1)
        await broker.until_count(broker.bus.topology.dead_letters, 1)
        assert len(await doctor.dead_letters.list()) == 1
        await broker.until_count(broker.bus.topology.dead_letters, 1)
        assert await doctor.dead_letters.purge() == 1
        assert await doctor.dead_letters.findings() == []


@pytest.mark.connected
@pytest.mark.parametrize("kind", ["quorum", "classic"])
async def test_an_unknown_queue_is_removed_and_its_messages_are_dead_lettered(broker: Broker, kind: str) -> None:
    name = broker.bus.topology.queue("doctor.old")
    arguments = {"x-queue-type": "quorum"} if kind == "quorum" else {}
    await broker.channel.declare_queue(name, durable=True, arguments=arguments)
    exchange = broker.channel.default_exchange
    await exchange.publish(aio_pika.Message(b"{}", headers={"partition": "p1"}), name)
    broker.existing_queues = [QueueInfo(name, messages=1)]

    async with broker.doctor() as doctor:
        finding = await _only(doctor)
        assert (finding.kind, finding.subject) == ("unknown_queue", name)
        assert finding.repair is not None
        await finding.repair()
        await finding.repair()

    letter = await (await broker.channel.get_queue(broker.bus.topology.dead_letters)).get(no_ack=True)
    assert (letter.body, letter.headers["partition"]) == (b"{}", "p1")
    assert REASON in letter.headers
    with pytest.raises(aio_pika.exceptions.ChannelNotFoundEntity):
        await broker.count(name)


async def _only(doctor: RabbitDoctor) -> Finding:
    (finding,) = await doctor.findings()
    return finding


@pytest.mark.connected
async def test_an_unknown_queue_that_got_a_consumer_meanwhile_stays(broker: Broker) -> None:
    name = broker.bus.topology.queue("doctor.newer")
    queue = await broker.channel.declare_queue(name, durable=True)
    broker.existing_queues = [QueueInfo(name)]

    async def consume(_: AbstractIncomingMessage) -> None: ...

    await queue.consume(consume)

    async with broker.doctor() as doctor:
        finding = await _only(doctor)
        assert finding.repair is not None
        await finding.repair()

    assert await broker.count(name) == 0
    await broker.channel.queue_delete(name)


async def test_an_unusable_list_of_addresses_is_reported():
    with pytest.raises(ExaminationFailed, match=r"address 1 of 1 names several hosts"):
        async with rabbit_doctor("amqp://guest:guest@a:5672,b:5672/", ()):
            pass
