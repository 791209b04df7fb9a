"""A look at RabbitMQ: dead letters, and queues that nobody of this version has."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, HeadersType
from aio_pika.exceptions import ChannelNotFoundEntity, DeliveryError

from onwatch_runtime.bus.codec import kind_of
from onwatch_runtime.bus.port import BusUnavailable, SharedQueue
from onwatch_runtime.bus.rabbit.connection import bounded, close_quietly
from onwatch_runtime.bus.rabbit.topology import FROM_QUEUE, PARTITION, REASON, Topology, dead_headers, partition_of
from onwatch_runtime.observe import ExaminationFailed, Finding

LIMIT_S = 30.0
LOOKED_AT_MOST = 10_000  # dead letters; more are counted only
REASON_CHARS = 160
UNUSED = "nobody took it from a queue that no service of this version has"


T = TypeVar("T")
Handle = Callable[[AbstractChannel, AbstractIncomingMessage], Awaitable[bool]]


@dataclass(frozen=True)
class QueueInfo:
    """A queue in RabbitMQ."""

    name: str
    messages: int = 0
    consumers: int = 0
    exclusive: bool = False


ListQueues = Callable[[], Awaitable[Sequence[QueueInfo]]]


@dataclass(frozen=True)
class DeadLetters:
    """Dead letters of one queue, for one reason."""

    queue: str
    reason: str
    kinds: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        return sum(count for _, count in self.kinds)


def grouped(letters: Collection[tuple[str, str, str]]) -> Sequence[DeadLetters]:
    """(queue, reason, kind) of each letter, put together: the most frequent first."""
    kinds: dict[tuple[str, str], Counter[str]] = {}
    for queue, reason, kind in letters:
        kinds.setdefault((queue, reason), Counter())[kind] += 1
    groups = [DeadLetters(queue, reason, tuple(found.most_common())) for (queue, reason), found in kinds.items()]
    return sorted(groups, key=lambda group: (-group.count, group.queue, group.reason))


def unknown_queues(found: Collection[QueueInfo], expected: Collection[str], namespace: str) -> Iterator[QueueInfo]:
    """Our queues that no service of this version has and nobody listens to.

    With a consumer it is another version's, at work. An exclusive one goes with its connection.
    """
    for queue in found:
        ours = queue.name.startswith(f"{namespace}.")
        if ours and queue.name not in expected and not queue.consumers and not queue.exclusive:
            yield queue


def expected_queues(topology: Topology, queues: Collection[SharedQueue]) -> frozenset[str]:
    """The queues in RabbitMQ behind these, and that of the dead letters."""
    names = {topology.dead}
    for queue in queues:
        names.update(topology.parts(queue))
        if queue.ordered:
            names.add(topology.members(queue))
    return frozenset(names)


@dataclass(frozen=True)
class RabbitDoctor:
    """Looks beside running services. AMQP does not tell what queues there are: without `list_queues` none is seen."""

    connection: AbstractConnection
    queues: Collection[SharedQueue]
    list_queues: ListQueues | None
    topology: Topology

    async def findings(self) -> Sequence[Finding]:
        """`ExaminationFailed` when the broker or its plug-in does not answer."""
        return [*await self._dead_letters(), *await self._unknown_queues()]

    # --- dead letters ----------------------------------------------------------------------------

    async def _dead_letters(self) -> Sequence[Finding]:
        groups = grouped(await self.letters())
        return [
            Finding(
                "bus",
                "dead_letters",
                f"{group.queue}: {group.reason}"[:REASON_CHARS],
                f"{group.count}: " + ", ".join(f"{count} {kind}" for kind, count in group.kinds),
            )
            for group in groups
        ]

    async def letters(self) -> Sequence[tuple[str, str, str]]:
        """(queue, reason, kind) of each dead letter; they stay where they are."""
        found: list[tuple[str, str, str]] = []

        async def look(_: AbstractChannel, letter: AbstractIncomingMessage) -> bool:
            found.append(_said(letter))
            return False

        await self._each_of(self.topology.dead, look)
        return found

    async def requeue(self) -> tuple[int, int]:
        """Say every dead letter again, to all who listen to its kind: those that had it know a repeat.

        How many were, and how many could not because nobody listens: these stay.
        """
        return await self._each_of(self.topology.dead, self._say_again)

    async def purge(self) -> int:
        """Drop the dead letters there are now; how many."""
        return (await self._each_of(self.topology.dead, _drop))[0]

    async def _say_again(self, channel: AbstractChannel, letter: AbstractIncomingMessage) -> bool:
        key = letter.routing_key or ""
        headers: HeadersType = {PARTITION: partition_of(key.rpartition(".")[2])}
        events = await channel.get_exchange(self.topology.events, ensure=False)
        try:
            await events.publish(_copy(letter, headers), key, mandatory=True)
        except DeliveryError:
            return False
        return True

    async def _each_of(self, queue: str, handle: Handle) -> tuple[int, int]:
        """What is in a queue now, one by one; True takes it out. Those left go back to where they were."""
        return await self._with_channel(partial(self._go_through, queue, handle), f"looking into {queue}")

    async def _with_channel(self, work: Callable[[AbstractChannel], Coroutine[Any, Any, T]], what: str) -> T:
        with _reached():
            channel = await bounded(self._channel(), LIMIT_S, "opening a channel")
            try:
                return await bounded(work(channel), LIMIT_S, what)
            finally:
                await close_quietly(channel)

    async def _channel(self) -> AbstractChannel:
        return await self.connection.channel(publisher_confirms=True, on_return_raises=True)

    async def _go_through(self, queue: str, handle: Handle, channel: AbstractChannel) -> tuple[int, int]:
        try:
            found = await channel.declare_queue(queue, passive=True)
        except ChannelNotFoundEntity:
            return 0, 0
        left: list[AbstractIncomingMessage] = []
        taken = 0
        for _ in range(min(found.declaration_result.message_count or 0, LOOKED_AT_MOST)):
            message = await found.get(no_ack=False, fail=False)
            if message is None:
                break
            if await handle(channel, message):
                await message.ack()
                taken += 1
            else:
                left.append(message)
        for message in left:
            await message.nack(requeue=True)  # not a reject, which would count as a failed delivery
        return taken, len(left)

    # --- queues ----------------------------------------------------------------------------------

    async def _unknown_queues(self) -> Sequence[Finding]:
        if self.list_queues is None:
            return []
        expected = expected_queues(self.topology, self.queues)
        return [
            Finding(
                "bus",
                "unknown_queue",
                queue.name,
                f"no service of this version has it and nobody listens; {queue.messages} messages in it",
                "move its messages to the dead letters and remove it",
                partial(self._dissolve, queue.name),
            )
            for queue in unknown_queues(await self.list_queues(), expected, self.topology.namespace)
        ]

    async def _dissolve(self, queue: str) -> None:
        """Nothing that is in it is lost, and it goes only if nobody has come to listen."""
        await self._each_of(queue, partial(self._bury, queue))
        await self._with_channel(partial(self._remove, queue), f"removing {queue}")

    async def _remove(self, queue: str, channel: AbstractChannel) -> None:
        """Looked at first: quorum queues know no `if_unused`."""
        try:
            found = (await channel.declare_queue(queue, passive=True)).declaration_result
        except ChannelNotFoundEntity:
            return
        if not found.message_count and not found.consumer_count:
            await channel.queue_delete(queue)

    async def _bury(self, queue: str, channel: AbstractChannel, message: AbstractIncomingMessage) -> bool:
        dead = await channel.get_exchange(self.topology.dead, ensure=False)
        headers = dead_headers(queue, UNUSED, message.headers)
        await dead.publish(_copy(message, headers), message.routing_key or "", mandatory=True)
        return True


@asynccontextmanager
async def rabbit_doctor(
    url: str, queues: Collection[SharedQueue], list_queues: ListQueues | None = None, *, namespace: str = "onwatch"
) -> AsyncIterator[RabbitDoctor]:
    """For the broker at `url`; `ExaminationFailed` when it is not reached at once."""
    with _reached():
        connection = await bounded(aio_pika.connect(url), LIMIT_S, "connecting")
    try:
        yield RabbitDoctor(connection, queues, list_queues, Topology(namespace))
    finally:
        await close_quietly(connection)


def _said(letter: AbstractIncomingMessage) -> tuple[str, str, str]:
    """(queue, reason, kind). What the broker itself gave up has its own headers."""
    headers = letter.headers
    queue = headers.get(FROM_QUEUE) or headers.get("x-first-death-queue") or "?"
    reason = headers.get(REASON) or headers.get("x-first-death-reason") or "no reason given"
    return str(queue), str(reason), kind_of(letter.routing_key or "")


def _copy(message: AbstractIncomingMessage, headers: HeadersType) -> aio_pika.Message:
    return aio_pika.Message(
        message.body,
        message_id=message.message_id,
        type=message.type,
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        headers=headers,
    )


async def _drop(_channel: AbstractChannel, _letter: AbstractIncomingMessage) -> bool:
    return True


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except BusUnavailable as error:
        raise ExaminationFailed("RabbitMQ", error) from error
