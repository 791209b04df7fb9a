"""The designs that are compared: how batches reach the aggregators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractQueue

from onwatch_contracts.messages import MetricsBatchV1
from onwatch_runtime.backoff import Backoff
from onwatch_runtime.bus import RetryPolicy, SharedQueue
from onwatch_runtime.bus.rabbit import RabbitBus, consumer
from onwatch_runtime.bus.rabbit.topology import Topology, kind_key
from onwatch_runtime.clock import SystemClock


class HashTopology(Topology):
    """The plug-in `rabbitmq_consistent_hash_exchange` chooses the partition, by the routing key."""

    async def _bind_partitions(
        self, channel: AbstractChannel, queue: SharedQueue, parts: Sequence[AbstractQueue]
    ) -> None:
        exchange = await channel.declare_exchange(self.queue(queue.name), ExchangeType.X_CONSISTENT_HASH, durable=True)
        for part in parts:
            await part.bind(exchange, "1")  # its weight
        for message_class in queue.messages:
            await exchange.bind(self.events, kind_key(message_class))


@dataclass(frozen=True)
class Variant:
    """One design; its name is its namespace in the broker."""

    name: str
    title: str
    ordered: bool
    plugin: bool = False
    prefetch: int = consumer.UNORDERED_PREFETCH
    """Without order: messages that wait in one consumer."""

    @property
    def queue(self) -> SharedQueue:
        return SharedQueue("batches", (MetricsBatchV1,), ordered=self.ordered)

    def bus(self, url: str) -> RabbitBus:
        """A batch that arrives before its predecessor is retried after 20, 40, 80 ... at most 500 ms."""
        consumer.UNORDERED_PREFETCH = self.prefetch
        bus = RabbitBus(
            url, SystemClock(), RetryPolicy(backoff=Backoff(first_delay_s=0.02, max_delay_s=0.5)), namespace=self.name
        )
        if self.plugin:
            bus.topology = HashTopology(self.name)
        return bus


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("partitions", "8 partitions", ordered=True),
        Variant("plain", "one queue, prefetch 4", ordered=False),
        Variant("plain64", "one queue, prefetch 64", ordered=False, prefetch=64),
        Variant("hash", "8 partitions, consistent-hash exchange", ordered=True, plugin=True),
    )
}
