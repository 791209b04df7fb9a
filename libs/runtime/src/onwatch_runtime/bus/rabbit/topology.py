"""Exchanges and queues in RabbitMQ: names, types and arguments. Reasons: docs/decisions/0011-rabbitmq-topology.md.

Uses only what RabbitMQ 3.10 and 4.x both have, and no plug-in.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractQueue, FieldValue, HeadersType

from onwatch_contracts.messages import Message
from onwatch_runtime.bus.port import ALL_VIDEOS, PrivateQueue, SharedQueue

PARTITIONS = 8
"""Partitions of an ordered queue: at most so many processes share its work. Publishers depend on it: before a change,
the ordered queues must be drained."""

# Headers.
PARTITION = "partition"
REASON = "x-onwatch-reason"
FROM_QUEUE = "x-onwatch-queue"

DELIVERY_LIMIT = 50
"""Redeliveries after which the broker itself dead-letters a message: a consumer that a message kills cannot count its
attempts. High, because each restart of a consumer returns messages that it had prefetched but not handled."""

FRAMES_PREFETCH = 1  # the broker can drop only frames that it has not delivered

Arguments = dict[str, FieldValue]


def partition_of(video_id: str) -> str:
    """The same in every process and version."""
    return f"p{zlib.crc32(video_id.encode()) % PARTITIONS}"


def kind_key(message_class: type[Message], video_id: str = ALL_VIDEOS) -> str:
    return f"{message_class.name}.v{message_class.version}.{video_id}"


def shared_arguments(queue: SharedQueue, dead_exchange: str) -> Arguments:
    """Replicated if the broker is a cluster. Messages over the delivery limit go to the dead letters."""
    arguments: Arguments = {"x-queue-type": "quorum", "x-delivery-limit": DELIVERY_LIMIT}
    if queue.ordered:
        arguments["x-single-active-consumer"] = True
    if queue.ttl_s is not None:
        # Without dead letters: messages with a time to live are republished anyway.
        return arguments | {"x-message-ttl": round(queue.ttl_s * 1000)}
    return arguments | {
        "x-dead-letter-exchange": dead_exchange,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",  # required by at-least-once; no length is set
    }


def private_arguments() -> Arguments:
    """One channel at a time, so that order is kept while a paused consumer still finishes."""
    return {"x-single-active-consumer": True}


def frames_arguments(capacity: int) -> Arguments:
    return {"x-max-length": capacity, "x-overflow": "drop-head"}


@dataclass(frozen=True)
class Topology:
    """Names under one prefix. Topologies with different prefixes are independent of each other."""

    namespace: str = "onwatch"

    @property
    def events(self) -> str:
        return f"{self.namespace}.events"

    @property
    def frames(self) -> str:
        return f"{self.namespace}.frames"

    @property
    def dead_letters(self) -> str:
        """The name of both the exchange and the queue."""
        return f"{self.namespace}.dead"

    def queue(self, name: str) -> str:
        return f"{self.namespace}.{name}"

    def queue_names(self, queue: SharedQueue) -> Sequence[str]:
        """The queues in RabbitMQ behind a shared queue: its partitions if it is ordered, else one."""
        name = self.queue(queue.name)
        return [f"{name}.p{number}" for number in range(PARTITIONS)] if queue.ordered else [name]

    def members(self, queue: SharedQueue) -> str:
        """A queue without messages that every consumer of an ordered queue consumes, so that they can be counted.

        Of a queue with a single active consumer the broker counts only that one.
        """
        return f"{self.queue(queue.name)}.members"

    def exclusive_name(self, name: str) -> str:
        """A unique name for a queue of one connection: the broker may still have the one of a lost connection."""
        return f"{self.namespace}.{name}.{secrets.token_hex(6)}"

    # --- declaring -------------------------------------------------------------------------------

    async def declare_exchanges(self, channel: AbstractChannel) -> None:
        """The exchanges shared by all services, and the queue of dead letters."""
        await channel.declare_exchange(self.events, ExchangeType.TOPIC, durable=True)
        await channel.declare_exchange(self.frames, ExchangeType.DIRECT, durable=False)
        await channel.declare_exchange(self.dead_letters, ExchangeType.TOPIC, durable=True)
        dead = await channel.declare_queue(self.dead_letters, durable=True, arguments={"x-queue-type": "quorum"})
        await dead.bind(self.dead_letters, "#")

    # RabbitMQ 3.10 writes the name of a new quorum queue to disk half a second later. Killed before that, it comes back
    # with a queue that can be declared, also passively, but never answers consumers and publishers. A client cannot
    # tell it from a queue without a majority, and the only remedy, deleting it, would lose the messages of such a
    # queue. So it is left to the operator: after `rabbitmqctl delete_queue`, the queue is declared again.

    async def declare_shared(self, channel: AbstractChannel, queue: SharedQueue) -> None:
        arguments = shared_arguments(queue, self.dead_letters)
        names = self.queue_names(queue)
        declared = [await channel.declare_queue(name, durable=True, arguments=arguments) for name in names]
        if queue.ordered:
            await channel.declare_queue(self.members(queue), durable=True, arguments={"x-queue-type": "quorum"})
            await self._bind_partitions(channel, queue, declared)
        else:
            for message_class in queue.messages:
                await declared[0].bind(self.events, kind_key(message_class))

    async def _bind_partitions(
        self, channel: AbstractChannel, queue: SharedQueue, partitions: Sequence[AbstractQueue]
    ) -> None:
        """events (by kind) -> a headers exchange -> one partition; a message without the header goes to the first."""
        rest = await channel.declare_exchange(f"{self.queue(queue.name)}.rest", ExchangeType.FANOUT, durable=True)
        await partitions[0].bind(rest)
        exchange = await channel.declare_exchange(
            self.queue(queue.name),
            ExchangeType.HEADERS,
            durable=True,
            arguments={"alternate-exchange": rest.name},
        )
        for number, partition in enumerate(partitions):
            await partition.bind(exchange, arguments={"x-match": "all", PARTITION: f"p{number}"})
        for message_class in queue.messages:  # last, so that no message arrives before its partition is bound
            await exchange.bind(self.events, kind_key(message_class))

    async def declare_private(self, channel: AbstractChannel, queue: PrivateQueue) -> AbstractQueue:
        """Deleted with its connection. With `per_video` it is bound to nothing yet."""
        declared = await channel.declare_queue(
            self.exclusive_name(queue.name), exclusive=True, arguments=private_arguments()
        )
        if not queue.per_video:
            for message_class in queue.messages:
                await declared.bind(self.events, kind_key(message_class))
        return declared

    async def declare_frames(self, channel: AbstractChannel, capacity: int) -> AbstractQueue:
        return await channel.declare_queue(
            self.exclusive_name("frames"), exclusive=True, auto_delete=True, arguments=frames_arguments(capacity)
        )


def dead_letter_headers(queue: str, reason: str, headers: HeadersType) -> HeadersType:
    """The headers of the message, with the queue it came from and the reason."""
    return {**headers, REASON: reason, FROM_QUEUE: queue}
