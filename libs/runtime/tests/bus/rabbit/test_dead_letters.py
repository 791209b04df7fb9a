"""Looking at a real broker, and repairing what is there."""

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
from onwatch_runtime.bus import SharedQueue
from onwatch_runtime.bus.rabbit.bus import RabbitBus
from onwatch_runtime.bus.rabbit.dead_letters import (
    QueueInfo,
    RabbitDoctor,
    expected_queues,
    grouped,
    rabbit_doctor,
    unknown_queues,
)
from onwatch_runtime.bus.rabbit.topology import REASON, Topology
from onwatch_runtime.bus.retry import Reject
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.observe.findings import ExaminationFailed, Finding
from onwatch_testkit.bus_suite import created
from onwatch_testkit.recorder import Recorder
from onwatch_testkit.servers.local import RabbitServer

LIMIT_S = 20.0
WORK = SharedQueue("doctor.work", (VideoDeletedV1,))
IN_ORDER = SharedQueue("doctor.ordered", (VideoDeletedV1,), ordered=True)


def deleted(video_id: str) -> Message:
    return VideoDeletedV1(**created(1, video_id).model_dump())


def test_dead_letters_are_put_together_by_queue_and_reason() -> None:
    groups = grouped(
        [("q", "no file", "a.v1"), ("q", "no file", "b.v1"), ("q", "no file", "b.v1"), ("p", "late", "a.v1")]
    )

    assert [(group.queue, group.reason, group.count, group.kinds) for group in groups] == [
        ("q", "no file", 3, (("b.v1", 2), ("a.v1", 1))),
        ("p", "late", 1, (("a.v1", 1),)),
    ]


def test_a_queue_is_unknown_if_it_is_ours_and_nobody_has_it() -> None:
    expected = expected_queues(Topology("ns"), [WORK, IN_ORDER])
    assert {"ns.dead", "ns.doctor.work", "ns.doctor.ordered.p7", "ns.doctor.ordered.members"} <= expected
    queues = [
        *(QueueInfo(name) for name in expected),
        QueueInfo("ns.doctor.old", messages=3),
        QueueInfo("ns.doctor.newer", consumers=1),
        QueueInfo("ns.gateway.news.0123456789ab", exclusive=True),
        QueueInfo("nsx.other"),
        QueueInfo("other.program"),
    ]

    assert [queue.name for queue in unknown_queues(queues, expected, "ns")] == ["ns.doctor.old"]


class Stage:
    """A bus with dead letters, its doctor, and a channel beside them."""

    def __init__(self, url: str, bus: RabbitBus, connection: AbstractConnection, channel: AbstractChannel) -> None:
        self.url, self.bus, self.connection, self.channel = url, bus, connection, channel
        self.listed: Sequence[QueueInfo] = ()

    @asynccontextmanager
    async def doctor(self, queues: Collection[SharedQueue] = (WORK,)) -> AsyncIterator[RabbitDoctor]:
        async def listed() -> Sequence[QueueInfo]:
            return self.listed

        async with rabbit_doctor(self.url, queues, listed, namespace=self.bus.topology.namespace) as doctor:
            yield doctor

    async def count(self, queue: str) -> int | None:
        """`ChannelNotFoundEntity` if there is no such queue; its channel is then closed."""
        probe = await self.connection.channel()
        found = await probe.declare_queue(queue, passive=True)
        return found.declaration_result.message_count

    async def until_count(self, queue: str, expected: int) -> None:
        """What was given back to a quorum queue is counted a moment later."""
        async with asyncio.timeout(LIMIT_S):
            while (await self.count(queue) or 0) < expected:
                pass

    async def bury(self, *video_ids: str) -> None:
        async def refuse(_: Message) -> None:
            raise Reject("no use")

        consumer = await self.bus.subscribe(WORK, refuse)
        for video_id in video_ids:
            await self.bus.publish(deleted(video_id))
        async with rabbit_doctor(self.url, (), namespace=self.bus.topology.namespace) as doctor:
            while len(await doctor.letters()) < len(video_ids):
                pass
        await consumer.close()
        await self.until_count(self.bus.topology.dead, len(video_ids))


@pytest_asyncio.fixture
async def stage(rabbit_server: RabbitServer) -> AsyncIterator[Stage]:
    bus = RabbitBus(rabbit_server.url, SystemClock(), namespace=f"d{secrets.token_hex(4)}")
    await bus.open()
    async with await aio_pika.connect(rabbit_server.url) as connection:
        channel = await connection.channel()
        yield Stage(rabbit_server.url, bus, connection, channel)
        await bus.close()
        for name in expected_queues(bus.topology, [WORK]):
            await channel.queue_delete(name)


@pytest.mark.connected
async def test_dead_letters_are_told_and_stay(stage: Stage) -> None:
    await stage.bury("a", "b")

    async with stage.doctor() as doctor:
        for _ in range(2):
            await stage.until_count(stage.bus.topology.dead, 2)
            assert [(finding.kind, finding.subject, finding.detail) for finding in await doctor.findings()] == [
                ("dead_letters", "doctor.work: no use", "2: 2 video.deleted.v1")
            ]
    await stage.until_count(stage.bus.topology.dead, 2)


@pytest.mark.connected
async def test_dead_letters_that_are_said_again_are_handled(stage: Stage) -> None:
    await stage.bury("a", "b")
    recorder = Recorder()
    await stage.bus.subscribe(WORK, recorder)

    async with stage.doctor() as doctor:
        assert await doctor.requeue() == (2, 0)
        await recorder.has_handled(2)

        assert {message.video_id for message in recorder.handled} == {"a", "b"}
        assert await doctor.findings() == []


@pytest.mark.connected
async def test_a_dead_letter_that_nobody_would_hear_stays(stage: Stage) -> None:
    await stage.bury("a")
    await stage.channel.queue_delete(stage.bus.topology.queue(WORK.name))

    async with stage.doctor() as doctor:
        assert await doctor.requeue() == (0, 1)
        assert len(await doctor.letters()) == 1
        assert await doctor.purge() == 1
        assert await doctor.findings() == []


@pytest.mark.connected
@pytest.mark.parametrize("kind", ["quorum", "classic"])
async def test_a_queue_of_nobody_is_removed_and_what_is_in_it_kept(stage: Stage, kind: str) -> None:
    name = stage.bus.topology.queue("doctor.old")
    arguments = {"x-queue-type": "quorum"} if kind == "quorum" else {}
    await stage.channel.declare_queue(name, durable=True, arguments=arguments)
    exchange = stage.channel.default_exchange
    await exchange.publish(aio_pika.Message(b"{}", headers={"partition": "p1"}), name)
    stage.listed = [QueueInfo(name, messages=1)]

    async with stage.doctor() as doctor:
        finding = await _only(doctor)
        assert (finding.kind, finding.subject) == ("unknown_queue", name)
        assert finding.repair is not None
        await finding.repair()
        await finding.repair()

    letter = await (await stage.channel.get_queue(stage.bus.topology.dead)).get(no_ack=True)
    assert (letter.body, letter.headers["partition"]) == (b"{}", "p1")
    assert REASON in letter.headers
    with pytest.raises(aio_pika.exceptions.ChannelNotFoundEntity):
        await stage.count(name)


async def _only(doctor: RabbitDoctor) -> Finding:
    (finding,) = await doctor.findings()
    return finding


@pytest.mark.connected
async def test_a_queue_that_has_found_a_listener_meanwhile_stays(stage: Stage) -> None:
    name = stage.bus.topology.queue("doctor.newer")
    queue = await stage.channel.declare_queue(name, durable=True)
    stage.listed = [QueueInfo(name)]

    async def listen(_: AbstractIncomingMessage) -> None: ...

    await queue.consume(listen)

    async with stage.doctor() as doctor:
        finding = await _only(doctor)
        assert finding.repair is not None
        await finding.repair()

    assert await stage.count(name) == 0
    await stage.channel.queue_delete(name)


async def test_a_broker_that_is_not_there_is_said_so() -> None:
    with pytest.raises(ExaminationFailed, match="RabbitMQ"):
        async with rabbit_doctor("amqp://guest:guest@127.0.0.1:1/", ()):
            pass
