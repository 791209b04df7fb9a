"""The broker and Redis of a system that is restored."""

from __future__ import annotations

import asyncio
from contextlib import closing

import pytest
from pydantic import SecretStr
from redis import Redis

from onwatch.backup import servers
from onwatch.backup.errors import BackupFailed
from onwatch.doctor import Stores
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.messages import Message, VideoDeletedV1
from onwatch_runtime.bus import SharedQueue, connect_bus
from onwatch_runtime.clock import SystemClock
from onwatch_testkit.api_client import until
from onwatch_testkit.servers import RabbitServer, RedisServer

pytestmark = pytest.mark.connected

DELETED = SharedQueue("aggregator.deleted", (VideoDeletedV1,))
REDIS_DATABASE = 6


def stores_on(rabbit: str, redis: str) -> Stores:
    catalog = CatalogSettings(bus_url=SecretStr(rabbit))
    return Stores(catalog, AggregatorSettings(redis_url=SecretStr(redis)), has_servers=True)


async def test_services_that_consume_are_seen_and_what_they_left_is_dropped(
    rabbit_server: RabbitServer, redis_server: RedisServer
) -> None:
    address = f"{redis_server.url.removesuffix('/0')}/{REDIS_DATABASE}"
    stores = stores_on(rabbit_server.url, address)
    handled: list[Message] = []

    async def handle(message: Message) -> None:
        handled.append(message)

    with closing(Redis.from_url(address)) as redis:
        redis.set("onwatch:{v}:run", "x")
        redis.set("of another program", "x")
        bus = await connect_bus(rabbit_server.url, SystemClock())
        consumer = await bus.subscribe(DELETED, handle)
        try:
            assert await asyncio.to_thread(servers.consumers_of, stores) == [
                "services consume the queues onwatch.aggregator.deleted"
            ]
            await consumer.close()
            await bus.publish(VideoDeletedV1(message_id="m", occurred_at=SystemClock().now(), video_id="v"))

            await asyncio.to_thread(servers.clear, stores)

            assert [key.decode() for key in redis.scan_iter()] == ["of another program"]
            assert await asyncio.to_thread(servers.consumers_of, stores) == []
            again = await bus.subscribe(DELETED, handle)  # what is published now arrives, and nothing from before
            await bus.publish(VideoDeletedV1(message_id="n", occurred_at=SystemClock().now(), video_id="v"))
            await until(lambda: _is_true(bool(handled)), "the second message")
            await again.close()
            assert [message.message_id for message in handled] == ["n"]
        finally:
            await bus.close()
            redis.flushdb()


async def _is_true(condition: bool) -> bool:
    return condition


def test_an_unreachable_server_is_named() -> None:
    with pytest.raises(BackupFailed, match="RabbitMQ"):
        servers.consumers_of(stores_on("amqp://guest:guest@127.0.0.1:1/", "redis://127.0.0.1:1/0"))


def test_in_one_process_there_are_no_servers() -> None:
    stores = Stores(CatalogSettings(), AggregatorSettings(), has_servers=False)
    assert servers.consumers_of(stores) == []
    servers.clear(stores)
