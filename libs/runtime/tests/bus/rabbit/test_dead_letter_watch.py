from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractConnection

from onwatch_runtime.bus import WaitingDeadLetters
from onwatch_runtime.bus.rabbit.dead_letter_watch import COUNT_INTERVAL_S, DeadLetterWatch
from onwatch_runtime.bus.rabbit.topology import Topology
from onwatch_testkit.api_client import until
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.servers import RabbitServer

pytestmark = pytest.mark.connected


@pytest_asyncio.fixture
async def connection(rabbit_server: RabbitServer) -> AsyncIterator[AbstractConnection]:
    async with await aio_pika.connect(rabbit_server.url) as connection:
        yield connection


async def test_those_of_all_processes_are_counted_with_the_time_since_the_first(connection: AbstractConnection):
    topology, clock = Topology(f"t{secrets.token_hex(4)}"), FakeClock()
    await topology.declare_common(connection)
    watch = DeadLetterWatch(topology, clock)
    assert watch.waiting is None, "nothing is known before the first answer"

    async def until_counted(count: int) -> WaitingDeadLetters:
        async def is_counted() -> bool:
            await clock.advance(COUNT_INTERVAL_S)
            return watch.waiting is not None and watch.waiting.count == count

        await until(is_counted, f"{count} dead letters")
        assert watch.waiting is not None
        return watch.waiting

    await watch.attach(connection)
    try:
        assert (await until_counted(0)).waiting_s == 0
        async with connection.channel() as channel:
            dead = await channel.get_exchange(topology.dead_letters, ensure=False)
            for _ in range(2):
                await dead.publish(aio_pika.Message(b"{}"), "video.deleted.v1.a")
            first = await until_counted(2)
            await clock.advance(60)
            assert watch.waiting is not None
            assert watch.waiting.waiting_s >= first.waiting_s + 60
            await (await channel.get_queue(topology.dead_letters, ensure=False)).purge()
            assert (await until_counted(0)).waiting_s == 0
    finally:
        watch.detach()
    assert watch.waiting is None, "the broker may have others by the next connection"


async def test_a_broker_without_the_queue_leaves_the_number_unknown(connection: AbstractConnection):
    clock, topology = FakeClock(), Topology(f"t{secrets.token_hex(4)}")
    watch = DeadLetterWatch(topology, clock)
    await watch.attach(connection)
    try:
        await clock.advance(COUNT_INTERVAL_S)
        assert watch.waiting is None
        await topology.declare_common(connection)

        async def is_known() -> bool:
            await clock.advance(COUNT_INTERVAL_S)
            return watch.waiting is not None

        await until(is_known, "a count, once there is a queue")
    finally:
        watch.detach()
