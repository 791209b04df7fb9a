"""The bus on RabbitMQ. Design and reasons: docs/decisions/0011-rabbitmq-topology.md."""

from __future__ import annotations

import asyncio
from typing import Self

from aio_pika.abc import AbstractConnection

from onwatch_contracts.messages import Message
from onwatch_runtime.bus.codec import encode
from onwatch_runtime.bus.port import (
    BusCounts,
    BusUnavailable,
    Consumer,
    FrameConsumer,
    FrameHandler,
    Handler,
    PrivateQueue,
    SharedQueue,
    WaitingDeadLetters,
)
from onwatch_runtime.bus.rabbit.calls import bounded
from onwatch_runtime.bus.rabbit.connection import RabbitConnection
from onwatch_runtime.bus.rabbit.consumer import RabbitConsumer
from onwatch_runtime.bus.rabbit.dead_letter_watch import DeadLetterWatch
from onwatch_runtime.bus.rabbit.frame_consumer import RabbitFrameConsumer
from onwatch_runtime.bus.rabbit.publisher import PUBLISH_LIMIT_S, RabbitPublisher
from onwatch_runtime.bus.rabbit.topology import PARTITIONS, Topology
from onwatch_runtime.bus.retry import DEFAULT_POLICY, RetryPolicy
from onwatch_runtime.clock import Clock
from onwatch_runtime.tls import NO_TLS_FILES, TlsFiles

CHECK_LIMIT_S = 3.0


class RabbitBus:
    """Call `open` first: it waits until the broker is connected."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        policy: RetryPolicy = DEFAULT_POLICY,
        *,
        namespace: str = "onwatch",
        partitions: int = PARTITIONS,
        publish_limit_s: float = PUBLISH_LIMIT_S,
        tls: TlsFiles = NO_TLS_FILES,
    ) -> None:
        self.topology = Topology(namespace, partitions)
        self.connection = RabbitConnection(url, clock, tls)
        self.publisher = RabbitPublisher(self.connection, clock, self.topology, publish_limit_s)
        self._clock = clock
        self._policy = policy
        self.counts = BusCounts()
        self._dead_letters = DeadLetterWatch(self.topology, clock)
        self._declared: dict[str, SharedQueue] = {}
        self.consumers: list[RabbitConsumer] = []
        self.frame_consumers: list[RabbitFrameConsumer] = []

    async def open(self) -> Self:
        """`PartitionsDiffer` if services with another number of partitions have used the broker."""
        self.connection.add_first(self._dead_letters)
        self.connection.add_first(self.publisher)
        await self.connection.open()
        return self

    async def publish(self, message: Message) -> None:
        await self.publisher.send_event(message.routing_key, message.video_id, message.message_id, encode(message))

    async def subscribe(self, queue: SharedQueue | PrivateQueue, handler: Handler) -> Consumer:
        """`ValueError` if a queue of this name exists with other messages, order or time to live."""
        if isinstance(queue, SharedQueue) and self._declared.setdefault(queue.name, queue) != queue:
            raise ValueError(f"queue {queue.name!r} was declared before, with other messages, order or time to live")
        consumer = RabbitConsumer(
            queue,
            handler,
            connection=self.connection,
            publisher=self.publisher,
            topology=self.topology,
            clock=self._clock,
            policy=self._policy,
            counts=self.counts,
        )
        await self.connection.add(consumer)
        self.consumers.append(consumer)
        return consumer

    async def publish_frame(self, video_id: str, body: bytes) -> None:
        await self.publisher.send_frame(video_id, body)

    async def subscribe_frames(self, handler: FrameHandler, *, capacity: int) -> FrameConsumer:
        consumer = RabbitFrameConsumer(handler, capacity, connection=self.connection, topology=self.topology)
        await self.connection.add(consumer)
        self.frame_consumers.append(consumer)
        return consumer

    @property
    def dead_letters_waiting(self) -> WaitingDeadLetters | None:
        return self._dead_letters.waiting

    @property
    def is_connected(self) -> bool:
        return self.connection.is_up

    async def check(self) -> None:
        """Make one call that the broker must answer."""
        if not self.connection.is_up:
            raise BusUnavailable(f"not connected to RabbitMQ at {self.connection.address}")
        await bounded(self._ping(await self.connection.established()), CHECK_LIMIT_S, "checking")

    async def _ping(self, connection: AbstractConnection) -> None:
        async with connection.channel(publisher_confirms=False) as channel:
            await channel.declare_exchange(self.topology.events, passive=True)

    async def close(self) -> None:
        await asyncio.gather(*(consumer.close() for consumer in self.consumers))
        await asyncio.gather(*(consumer.close() for consumer in self.frame_consumers))
        await self.connection.close()
