"""What Onwatch has in RabbitMQ: names, kinds and arguments. Why: docs/decisions/0011-rabbitmq-topology.md.

Only what RabbitMQ 3.10 and 4.x both have, and no plug-in.
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
"""Parts of an ordered queue: as many processes can share its work. Publishers count on it: changing it means
to drain the ordered queues first."""

# Headers.
PARTITION = "partition"
REASON = "x-onwatch-reason"
FROM_QUEUE = "x-onwatch-queue"

DELIVERY_LIMIT = 50
"""Returns to its queue until the broker itself dead-letters a message: the net under one that kills its consumers,
who then cannot count. High, because each restart of a consumer returns what it had not yet looked at."""

FRAMES_PREFETCH = 1  # the broker can drop the oldest only of what it still has

Arguments = dict[str, FieldValue]


def partition_of(video_id: str) -> str:
    """The same in every process and version."""
    return f"p{zlib.crc32(video_id.encode()) % PARTITIONS}"


def kind_key(message_class: type[Message], video_id: str = ALL_VIDEOS) -> str:
    return f"{message_class.name}.v{message_class.version}.{video_id}"


def shared_arguments(queue: SharedQueue, dead_exchange: str) -> Arguments:
    """Replicated where the broker is a cluster; what the broker gives up goes to the dead letters."""
    arguments: Arguments = {"x-queue-type": "quorum", "x-delivery-limit": DELIVERY_LIMIT}
    if queue.ordered:
        arguments["x-single-active-consumer"] = True
    if queue.ttl_s is not None:
        # Without dead letters: a message with a time to live is one that is said again.
        return arguments | {"x-message-ttl": round(queue.ttl_s * 1000)}
    return arguments | {
        "x-dead-letter-exchange": dead_exchange,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",  # at-least-once asks for it; no length is set
    }


def private_arguments() -> Arguments:
    """One channel at a time, so that order holds while a paused consumer still finishes."""
    return {"x-single-active-consumer": True}


def frames_arguments(capacity: int) -> Arguments:
    return {"x-max-length": capacity, "x-overflow": "drop-head"}


@dataclass(frozen=True)
class Topology:
    """Names under one prefix; two with different prefixes do not see each other."""

    namespace: str = "onwatch"

    @property
    def events(self) -> str:
        return f"{self.namespace}.events"

    @property
    def frames(self) -> str:
        return f"{self.namespace}.frames"

    @property
    def dead(self) -> str:
        """The exchange and the queue of dead letters."""
        return f"{self.namespace}.dead"

    def queue(self, name: str) -> str:
        return f"{self.namespace}.{name}"

    def parts(self, queue: SharedQueue) -> Sequence[str]:
        """The queues in RabbitMQ behind a shared queue."""
        name = self.queue(queue.name)
        return [f"{name}.p{number}" for number in range(PARTITIONS)] if queue.ordered else [name]

    def members(self, queue: SharedQueue) -> str:
        """A queue without messages, whose consumers are those of an ordered queue: only so can they be counted.

        Of a queue with a single active consumer the broker counts only that one.
        """
        return f"{self.queue(queue.name)}.members"

    def one_connections(self, name: str) -> str:
        """A new name for a queue that ends with its connection: the broker may not have noticed that the old ended."""
        return f"{self.namespace}.{name}.{secrets.token_hex(6)}"

    # --- declaring -------------------------------------------------------------------------------

    async def declare_exchanges(self, channel: AbstractChannel) -> None:
        """Those that everybody uses, and the queue that keeps dead letters."""
        await channel.declare_exchange(self.events, ExchangeType.TOPIC, durable=True)
        await channel.declare_exchange(self.frames, ExchangeType.DIRECT, durable=False)
        await channel.declare_exchange(self.dead, ExchangeType.TOPIC, durable=True)
        dead = await channel.declare_queue(self.dead, durable=True, arguments={"x-queue-type": "quorum"})
        await dead.bind(self.dead, "#")

    # RabbitMQ 3.10 puts the name of a new quorum queue on disk half a second later. Killed before that, it comes
    # back with a queue that can be declared, also passively, and whose consumers and publishers get no answer. From
    # here that looks like a queue whose majority is away for a while, and the one cure, to delete it, would lose what
    # such a queue holds. So it is left to the operator: `rabbitmqctl delete_queue`, and it is declared anew.

    async def declare_shared(self, channel: AbstractChannel, queue: SharedQueue) -> None:
        arguments = shared_arguments(queue, self.dead)
        parts = [await channel.declare_queue(name, durable=True, arguments=arguments) for name in self.parts(queue)]
        if queue.ordered:
            await channel.declare_queue(self.members(queue), durable=True, arguments={"x-queue-type": "quorum"})
            await self._bind_partitions(channel, queue, parts)
        else:
            for message_class in queue.messages:
                await parts[0].bind(self.events, kind_key(message_class))

    async def _bind_partitions(
        self, channel: AbstractChannel, queue: SharedQueue, parts: Sequence[AbstractQueue]
    ) -> None:
        """events (by kind) -> a headers exchange -> one part; what has no partition goes to the first part."""
        rest = await channel.declare_exchange(f"{self.queue(queue.name)}.rest", ExchangeType.FANOUT, durable=True)
        await parts[0].bind(rest)
        exchange = await channel.declare_exchange(
            self.queue(queue.name),
            ExchangeType.HEADERS,
            durable=True,
            arguments={"alternate-exchange": rest.name},
        )
        for number, part in enumerate(parts):
            await part.bind(exchange, arguments={"x-match": "all", PARTITION: f"p{number}"})
        for message_class in queue.messages:  # last, so that nothing comes before there is a place for it
            await exchange.bind(self.events, kind_key(message_class))

    async def declare_private(self, channel: AbstractChannel, queue: PrivateQueue) -> AbstractQueue:
        """The queue ends with the connection; `per_video`: bound to nothing."""
        declared = await channel.declare_queue(
            self.one_connections(queue.name), exclusive=True, arguments=private_arguments()
        )
        if not queue.per_video:
            for message_class in queue.messages:
                await declared.bind(self.events, kind_key(message_class))
        return declared

    async def declare_frames(self, channel: AbstractChannel, capacity: int) -> AbstractQueue:
        return await channel.declare_queue(
            self.one_connections("frames"), exclusive=True, auto_delete=True, arguments=frames_arguments(capacity)
        )


def dead_headers(queue: str, reason: str, headers: HeadersType) -> HeadersType:
    """A dead letter's headers: its own, and why it is dead."""
    return {**headers, REASON: reason, FROM_QUEUE: queue}
