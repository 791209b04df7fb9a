"""The queues of the services as a whole: whether somebody consumes them, and emptying them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial

from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelNotFoundEntity

from onwatch_runtime.bus.port import SharedQueue
from onwatch_runtime.bus.rabbit.doctor.browser import QueueBrowser
from onwatch_runtime.bus.rabbit.topology import Topology


@dataclass(frozen=True)
class SharedQueues:
    """Every method raises `ExaminationFailed` if the broker cannot be reached."""

    browser: QueueBrowser
    topology: Topology
    queues: Collection[SharedQueue]

    async def consumed(self) -> list[str]:
        """The queues that a service consumes now, by the names in RabbitMQ."""
        names = [name for name in self._names() if await self.browser.on_channel(partial(_consumers, name), name)]
        return sorted(names)

    async def purge(self) -> int:
        """Drop every message of these queues, and the dead letters. Returns how many."""
        names = [*self._names(), self.topology.dead_letters]
        return sum([await self.browser.on_channel(partial(_purge, name), f"emptying {name}") for name in names])

    def _names(self) -> Iterator[str]:
        for queue in self.queues:
            yield from self.topology.queue_names(queue)
            if queue.ordered:
                yield self.topology.members(queue)


async def _consumers(name: str, channel: AbstractChannel) -> int:
    try:
        return (await channel.declare_queue(name, passive=True)).declaration_result.consumer_count or 0
    except ChannelNotFoundEntity:
        return 0


async def _purge(name: str, channel: AbstractChannel) -> int:
    try:
        queue = await channel.declare_queue(name, passive=True)
    except ChannelNotFoundEntity:
        return 0
    return (await queue.purge()).message_count or 0
