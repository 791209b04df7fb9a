"""Goes through the messages of a queue and returns those that are not taken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, HeadersType
from aio_pika.exceptions import ChannelNotFoundEntity

from onwatch_runtime.bus.port import BusUnavailable
from onwatch_runtime.bus.rabbit.addresses import UnusableAddress
from onwatch_runtime.bus.rabbit.calls import bounded, close_quietly
from onwatch_runtime.observe import ExaminationFailed
from onwatch_runtime.tls import with_tls_failure

CALL_LIMIT_S = 30.0
RETURN_CHECK_S = 0.05
RETURN_CHECKS = 100  # then they are left to come back later
MAX_MESSAGES = 10_000  # the rest is only counted

T = TypeVar("T")
Visit = Callable[[AbstractChannel, AbstractIncomingMessage], Awaitable[bool]]


@dataclass(frozen=True)
class QueueBrowser:
    """Every method raises `ExaminationFailed` if the broker cannot be reached."""

    connection: AbstractConnection

    async def for_each(self, queue: str, visit: Visit) -> tuple[int, int]:
        """Visit the messages that are in the queue now; True takes one out. Returns how many were taken and left."""
        return await self.on_channel(partial(_for_each, queue, visit), f"browsing {queue}")

    async def on_channel(self, work: Callable[[AbstractChannel], Coroutine[Any, Any, T]], what: str) -> T:
        with reporting_unavailable():
            channel = await bounded(self._channel(), CALL_LIMIT_S, "opening a channel")
            try:
                return await bounded(work(channel), CALL_LIMIT_S, what)
            finally:
                await close_quietly(channel)

    async def _channel(self) -> AbstractChannel:
        return await self.connection.channel(publisher_confirms=True, on_return_raises=True)


async def _for_each(queue: str, visit: Visit, channel: AbstractChannel) -> tuple[int, int]:
    try:
        found = await channel.declare_queue(queue, passive=True)
    except ChannelNotFoundEntity:
        return 0, 0
    left: list[AbstractIncomingMessage] = []
    taken = 0
    for _ in range(min(found.declaration_result.message_count or 0, MAX_MESSAGES)):
        message = await found.get(no_ack=False, fail=False)
        if message is None:
            break
        if await visit(channel, message):
            await message.ack()
            taken += 1
        else:
            left.append(message)
    for message in left:
        await message.nack(requeue=True)  # not a reject, which would count as a failed delivery
    await _returned(queue, len(left), channel)
    return taken, len(left)


async def _returned(queue: str, count: int, channel: AbstractChannel) -> None:
    """Wait until the broker has put so many messages back: whoever browses next would not see them."""
    for _ in range(RETURN_CHECKS):
        found = await channel.declare_queue(queue, passive=True)
        if (found.declaration_result.message_count or 0) >= count:
            return
        await asyncio.sleep(RETURN_CHECK_S)


def copy_of(message: AbstractIncomingMessage, headers: HeadersType) -> aio_pika.Message:
    return aio_pika.Message(
        message.body,
        message_id=message.message_id,
        type=message.type,
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        headers=headers,
    )


@contextmanager
def reporting_unavailable() -> Iterator[None]:
    try:
        yield
    except BusUnavailable as error:
        raise ExaminationFailed("RabbitMQ", with_tls_failure(str(error), error)) from error
    except UnusableAddress as error:
        raise ExaminationFailed("RabbitMQ", str(error)) from error
