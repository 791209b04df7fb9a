"""A release after this one, beside the services of today: on the same bus, and earlier at the same databases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from onwatch.server_accounts import SUBSCRIPTIONS
from onwatch_aggregator.results import DATABASE as AGGREGATOR
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.records import DATABASE as CATALOG
from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.messages import MESSAGES, Message
from onwatch_runtime.bus import PrivateQueue, SharedQueue, encode, kind_of
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.bus.rabbit import Topology
from onwatch_sql.contract import Contract
from onwatch_testkit.sql.newer_release import ADDS_A_COLUMN_AND_A_TABLE, newer_release

UNKNOWN_KIND = "vehicle.painted.v1"

Dead = tuple[str, str, bytes]
"""A dead letter: queue, kind, body."""


async def migrate_ahead(
    catalog: CatalogSettings, aggregator: AggregatorSettings, folder: Path, contract: Contract | None = None
) -> None:
    """Migrate both databases one revision further than the services of today."""
    for database, settings, table in ((CATALOG, catalog, "videos"), (AGGREGATOR, aggregator, "runs")):
        body = ADDS_A_COLUMN_AND_A_TABLE.format(table=table)
        await newer_release(database, folder / database.owner, body, contract).migrate(settings)


def successor_of(kind: str) -> str:
    """The kind of a version that no service of today knows."""
    return f"{kind.rpartition('.v')[0]}.v99"


def variants_of(kind: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    """The same message with a field more, in a version more, and as a message of a new name."""
    with_a_field = json.dumps({**json.loads(body), "of_a_newer_release": 1}).encode()
    for of_kind in (kind, successor_of(kind), UNKNOWN_KIND):
        yield of_kind, with_a_field


class Sent:
    """What the newer release has published: of each message of others its variants."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []

    def variants(self, kind: str, body: bytes) -> Sequence[tuple[str, bytes]]:
        found = [*variants_of(kind, body)]
        self.messages += found
        return found

    def expected_dead(self, queues: Mapping[str, frozenset[str]]) -> Counter[Dead]:
        """One of each in every queue, by the kinds of today that each gets."""
        return Counter(
            (queue, kind, body)
            for queue, kinds in queues.items()
            for kind, body in self.messages
            if kind in {*kinds, *map(successor_of, kinds), UNKNOWN_KIND}
        )


async def join_in_memory(bus: MemoryBus) -> Sent:
    """Join the bus of the services that are running; it ends with them."""
    sent = Sent()

    async def publish_variants(message: Message) -> None:
        kind = f"{message.name}.v{message.version}"
        for of_kind, body in sent.variants(kind, encode(message)):
            await bus.publish_raw(of_kind, message.video_id, body)

    for queue in bus._shared.values():  # as a newer consumer that declares the same queue does in a broker
        queue.kinds |= {*map(successor_of, queue.kinds), UNKNOWN_KIND}
    await bus.subscribe(PrivateQueue("newer-release", MESSAGES), publish_variants)
    return sent


def shared_queues() -> Iterator[SharedQueue]:
    """Of all services that run, but for those whose messages expire."""
    for subscriptions in SUBSCRIPTIONS.values():
        for queue, _ in subscriptions:
            if isinstance(queue, SharedQueue) and queue.ttl_s is None:
                yield queue


def kinds_by_queue() -> dict[str, frozenset[str]]:
    return {queue.name: frozenset(f"{m.name}.v{m.version}" for m in queue.messages) for queue in shared_queues()}


BATCHES = "aggregator.batches"


@asynccontextmanager
async def joined_at_broker(url: str) -> AsyncIterator[Sent]:
    """Join the services that are running, at the queue of batches; the bindings are removed at the end."""
    sent, topology, kinds = Sent(), Topology(), kinds_by_queue()[BATCHES]
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        events = await channel.get_exchange(topology.events, ensure=False)

        async def publish_variants(message: AbstractIncomingMessage) -> None:
            key = message.routing_key or ""
            if message.headers.get("newer-release"):
                return
            for of_kind, body in sent.variants(kind_of(key), message.body):
                headers = {**message.headers, "newer-release": 1}
                await events.publish(aio_pika.Message(body, headers=headers), f"{of_kind}.{key.rpartition('.')[2]}")

        seen = await channel.declare_queue(exclusive=True)
        for kind in kinds:
            await seen.bind(events, f"{kind}.*")
        tag = await seen.consume(publish_variants, no_ack=True)
        # As a newer consumer of the queue does; it is behind the exchange of its partitions.
        partitions = await channel.get_exchange(topology.queue(BATCHES), ensure=False)
        newer_keys = [f"{kind}.*" for kind in {*map(successor_of, kinds), UNKNOWN_KIND}]
        for key in newer_keys:
            await partitions.bind(topology.events, key)
        try:
            yield sent
        finally:
            await seen.cancel(tag)
            for key in newer_keys:
                await partitions.unbind(topology.events, key)
