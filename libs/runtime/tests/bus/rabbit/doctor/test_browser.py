from __future__ import annotations

from collections.abc import AsyncIterator

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage

from onwatch_runtime.bus.rabbit.doctor.browser import QueueBrowser
from onwatch_testkit.servers import RabbitServer

pytestmark = pytest.mark.connected


@pytest_asyncio.fixture
async def connection(rabbit_server: RabbitServer) -> AsyncIterator[AbstractConnection]:
    async with await aio_pika.connect(rabbit_server.url) as connection:
        yield connection


async def takes_one(_: AbstractChannel, message: AbstractIncomingMessage) -> bool:
    return message.body == b"1"


async def test_messages_that_are_not_taken_return_to_their_queue(connection: AbstractConnection):
    channel = await connection.channel()
    queue = await channel.declare_queue(exclusive=True)
    for number in range(3):
        await channel.default_exchange.publish(aio_pika.Message(b"%d" % number), queue.name)
    browser = QueueBrowser(connection)
    assert await browser.for_each(queue.name, takes_one) == (1, 2)
    assert await browser.for_each(queue.name, takes_one) == (0, 2)


async def test_a_missing_queue_counts_as_empty(connection: AbstractConnection):
    assert await QueueBrowser(connection).for_each("onwatch.missing", takes_one) == (0, 0)
