"""Exchanges and queues in RabbitMQ: names, types and arguments. Reasons: docs/decisions/0011-rabbitmq-topology.md.

Uses only what RabbitMQ 3.10 and 4.x both have, and no plug-in.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue, FieldValue, HeadersType
from aio_pika.exceptions import ChannelNotFoundEntity

from onwatch_contracts.messages import Message
from onwatch_runtime.bus.port import ALL_VIDEOS, PartitionsDiffer, PrivateQueue, SharedQueue

PARTITIONS = 8
"""Partitions of an ordered queue: at most so many processes share its work. Publishers depend on it: before a change,
the ordered queues must be drained (docs/deploy.md)."""

MOST_PARTITIONS = 64
"""Another number than ours is looked for up to this one."""

# Headers.
PARTITION = "partition"
REASON = "x-onwatch-reason"
FROM_QUEUE = "x-onwatch-queue"
ATTEMPTS = "x-onwatch-attempts"
DEAD_AT = "x-onwatch-dead-at"

DELIVERY_LIMIT = 50
"""Redeliveries after which the broker itself dead-letters a message: a consumer that a message kills cannot count its
attempts. High, because each restart of a consumer returns messages that it had prefetched but not handled."""

RANDOM_BYTES = 6
RANDOM = f"[0-9a-f]{{{2 * RANDOM_BYTES}}}"
"""The last word of the name of a private queue, as a regular expression."""

# With 1, a round trip for each frame took three times the CPU time. No more than 2 MB of frames of 70 kB, because the
# broker can drop only those that it has not delivered.
FRAMES_PREFETCH = 32

Arguments = dict[str, FieldValue]


def partition_of(video_id: str, partitions: int = PARTITIONS) -> str:
    """The same in every process and version."""
    return f"p{zlib.crc32(video_id.encode()) % partitions}"


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


class Declare(Protocol):
    async def __call__(self, channel: AbstractChannel, *, passive: bool) -> None: ...


async def _exists(connection: AbstractConnection, declare: Declare) -> bool:
    """Whether all that it declares is in the broker; on a channel of its own, which a missing one closes."""
    channel = await connection.channel(publisher_confirms=False)
    try:
        await declare(channel, passive=True)
    except ChannelNotFoundEntity:
        return False
    await channel.close()
    return True


@dataclass(frozen=True)
class Topology:
    """Names under one prefix. Topologies with different prefixes are independent of each other."""

    namespace: str = "onwatch"
    partitions: int = PARTITIONS

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
        return [f"{name}.p{number}" for number in range(self.partitions)] if queue.ordered else [name]

    def partitions_mark(self, partitions: int) -> str:
        """An exchange without messages, whose name records the number: a user without rights can ask for it."""
        return f"{self.namespace}.partitions.{partitions}"

    def members(self, queue: SharedQueue) -> str:
        """A queue without messages that every consumer of an ordered queue consumes, so that they can be counted.

        Of a queue with a single active consumer the broker counts only that one.
        """
        return f"{self.queue(queue.name)}.members"

    def exclusive_name(self, name: str) -> str:
        """A unique name for a queue of one connection: the broker may still have the one of a lost connection."""
        return f"{self.namespace}.{name}.{secrets.token_hex(RANDOM_BYTES)}"

    # --- declaring -------------------------------------------------------------------------------

    async def declare_common(self, connection: AbstractConnection) -> None:
        """The exchanges shared by all services, and the queue of dead letters.

        Only what is missing is declared: a user of the broker that may use them need not have the right to declare or
        delete them. `PartitionsDiffer` if another number of partitions is recorded.
        """
        # Declared last: where it is, the others have been declared and bound.
        is_new = not await _exists(connection, self._declare_events)
        if not is_new:
            await self._expect_partitions(connection)
        mark = partial(self._declare_partitions, self.partitions)
        for declare in (mark, self._declare_dead_letters, self._declare_frames_exchange, self._declare_events):
            if is_new or not await _exists(connection, declare):
                async with connection.channel(publisher_confirms=False) as channel:
                    await declare(channel, passive=False)

    async def _expect_partitions(self, connection: AbstractConnection) -> None:
        """Asks for other numbers only where ours is not recorded: each question that is denied costs a channel."""
        if await _exists(connection, partial(self._declare_partitions, self.partitions)):
            return
        for number in range(1, MOST_PARTITIONS + 1):
            if await _exists(connection, partial(self._declare_partitions, number)):
                if number == self.partitions:
                    return  # recorded since the question above: a broker imports its definitions one by one
                raise PartitionsDiffer(
                    f"the ordered queues of the broker have {number} partitions (exchange "
                    f"{self.partitions_mark(number)}), this service would use {self.partitions}: run one release of "
                    "all services, or change the number as docs/deploy.md says under Upgrades"
                )

    async def _declare_partitions(self, partitions: int, channel: AbstractChannel, *, passive: bool) -> None:
        name = self.partitions_mark(partitions)
        await channel.declare_exchange(name, ExchangeType.FANOUT, durable=True, passive=passive)

    async def _declare_events(self, channel: AbstractChannel, *, passive: bool) -> None:
        await channel.declare_exchange(self.events, ExchangeType.TOPIC, durable=True, passive=passive)

    async def _declare_frames_exchange(self, channel: AbstractChannel, *, passive: bool) -> None:
        await channel.declare_exchange(self.frames, ExchangeType.DIRECT, durable=False, passive=passive)

    async def _declare_dead_letters(self, channel: AbstractChannel, *, passive: bool) -> None:
        await channel.declare_exchange(self.dead_letters, ExchangeType.TOPIC, durable=True, passive=passive)
        arguments: Arguments = {"x-queue-type": "quorum"}
        dead = await channel.declare_queue(self.dead_letters, durable=True, arguments=arguments, passive=passive)
        if not passive:
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
        """Deleted with its connection. It is not bound to single videos yet."""
        declared = await channel.declare_queue(
            self.exclusive_name(queue.name), exclusive=True, arguments=private_arguments()
        )
        for message_class in queue.messages:
            if message_class not in queue.of_bound_videos:
                await declared.bind(self.events, kind_key(message_class))
        return declared

    async def declare_frames(self, channel: AbstractChannel, capacity: int) -> AbstractQueue:
        return await channel.declare_queue(
            self.exclusive_name("frames"), exclusive=True, auto_delete=True, arguments=frames_arguments(capacity)
        )


def dead_letter_headers(
    queue: str, reason: str, headers: HeadersType, *, at: datetime | None = None, attempts: int | None = None
) -> HeadersType:
    """The headers of the message, with the queue it came from, the reason, and when and after how many attempts."""
    known: HeadersType = {} if at is None else {DEAD_AT: at.isoformat()}
    counted: HeadersType = {} if attempts is None else {ATTEMPTS: attempts}
    return {**headers, REASON: reason, FROM_QUEUE: queue, **known, **counted}
