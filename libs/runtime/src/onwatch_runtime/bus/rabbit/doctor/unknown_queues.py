"""Finds queues that no service of this version uses, and removes them without losing their messages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import ChannelNotFoundEntity

from onwatch_runtime.bus.port import SharedQueue
from onwatch_runtime.bus.rabbit.doctor.browser import QueueBrowser, copy_of
from onwatch_runtime.bus.rabbit.topology import Topology, dead_letter_headers
from onwatch_runtime.observe import Finding

EMPTY_CHECK_S = 0.1
EMPTY_CHECKS = 200  # then it has got new messages or a consumer, and stays for the next repair
DEAD_LETTER_REASON = "no service of this version consumes its queue"


@dataclass(frozen=True)
class QueueInfo:
    """A queue in RabbitMQ."""

    name: str
    messages: int = 0
    consumers: int = 0
    exclusive: bool = False


ListQueues = Callable[[], Awaitable[Sequence[QueueInfo]]]


def unknown_queues(found: Collection[QueueInfo], expected: Collection[str], namespace: str) -> Iterator[QueueInfo]:
    """Queues of the namespace that no service of this version declares and nobody consumes.

    One with a consumer belongs to another version that is running. An exclusive one is deleted with its connection.
    """
    for queue in found:
        is_ours = queue.name.startswith(f"{namespace}.")
        if is_ours and queue.name not in expected and not queue.consumers and not queue.exclusive:
            yield queue


def expected_queues(topology: Topology, queues: Collection[SharedQueue]) -> frozenset[str]:
    """The queues in RabbitMQ behind these, and that of the dead letters."""
    names = {topology.dead_letters}
    for queue in queues:
        names.update(topology.queue_names(queue))
        if queue.ordered:
            names.add(topology.members(queue))
    return frozenset(names)


@dataclass(frozen=True)
class UnknownQueues:
    """AMQP cannot list queues: without `list_queues` none is found."""

    browser: QueueBrowser
    topology: Topology
    queues: Collection[SharedQueue]
    list_queues: ListQueues | None

    async def findings(self) -> Sequence[Finding]:
        if self.list_queues is None:
            return []
        expected = expected_queues(self.topology, self.queues)
        return [
            Finding(
                "bus",
                "unknown_queue",
                queue.name,
                f"no service of this version uses it and it has no consumer; it holds {queue.messages} messages",
                "move its messages to the dead letters and remove it",
                partial(self._remove, queue.name),
            )
            for queue in unknown_queues(await self.list_queues(), expected, self.topology.namespace)
        ]

    async def _remove(self, queue: str) -> None:
        """Its messages are dead-lettered first. It stays if it has got a consumer meanwhile."""
        if await self.browser.on_channel(partial(_is_consumed, queue), f"examining {queue}"):
            return
        await self.browser.for_each(queue, partial(self._dead_letter, queue))
        await self.browser.on_channel(partial(_delete_if_unused, queue), f"removing {queue}")

    async def _dead_letter(self, queue: str, channel: AbstractChannel, message: AbstractIncomingMessage) -> bool:
        exchange = await channel.get_exchange(self.topology.dead_letters, ensure=False)
        headers = dead_letter_headers(queue, DEAD_LETTER_REASON, message.headers)
        await exchange.publish(copy_of(message, headers), message.routing_key or "", mandatory=True)
        return True


async def _is_consumed(queue: str, channel: AbstractChannel) -> bool:
    try:
        return bool((await channel.declare_queue(queue, passive=True)).declaration_result.consumer_count)
    except ChannelNotFoundEntity:
        return False


async def _delete_if_unused(queue: str, channel: AbstractChannel) -> None:
    """Checked here: quorum queues do not support `if_unused`.

    A quorum queue counts a message that was taken, and who took it as a consumer, until its log is written.
    """
    for _ in range(EMPTY_CHECKS):
        try:
            found = (await channel.declare_queue(queue, passive=True)).declaration_result
        except ChannelNotFoundEntity:
            return
        if not found.message_count and not found.consumer_count:
            await channel.queue_delete(queue)
            return
        await asyncio.sleep(EMPTY_CHECK_S)
