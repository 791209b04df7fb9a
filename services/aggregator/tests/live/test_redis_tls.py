"""The client of a Redis that accepts TLS only, from clients with a certificate."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.live.redis_client import connect_redis
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.settings import AggregatorSettings, Lifetimes
from onwatch_runtime.tls import NEEDS_CERTIFICATE, OTHER_NAME, UNKNOWN_CA
from onwatch_testkit.servers import HOST, Authority, RedisServer, TlsRedisServer

pytestmark = pytest.mark.connected


async def check(url: str, **settings: Any) -> None:
    client = connect_redis(AggregatorSettings(redis_url=url, **settings))
    try:
        await RedisLiveStore(client, Lifetimes()).check()
    finally:
        await client.aclose()


async def test_the_server_is_reached_also_after_it_restarts(tls_redis_server: TlsRedisServer):
    client = connect_redis(AggregatorSettings(redis_url=tls_redis_server.url, **tls_redis_server.settings))
    live = RedisLiveStore(client, Lifetimes())
    await live.check()
    await asyncio.to_thread(tls_redis_server.restart)
    await live.check()
    await client.aclose()


async def test_a_server_of_an_unknown_authority_is_refused(tls_redis_server: TlsRedisServer, tmp_path: Path):
    with pytest.raises(StoreUnavailable, match=rf"localhost:{tls_redis_server.port}.*{UNKNOWN_CA}"):
        await check(tls_redis_server.url)
    with pytest.raises(StoreUnavailable, match=UNKNOWN_CA):
        await check(tls_redis_server.url, tls_ca_file=Authority(tmp_path).file)


async def test_a_server_with_another_name_is_refused(tls_redis_server: TlsRedisServer):
    with pytest.raises(StoreUnavailable, match=OTHER_NAME):
        await check(tls_redis_server.url_with(HOST), **tls_redis_server.settings)


async def test_a_client_without_a_certificate_is_told_that_it_needs_one(tls_redis_server: TlsRedisServer):
    """By TLS 1.3 the server's reason may be lost with the connection that it resets: the next attempt gets it."""
    told: list[str] = []
    while not told or "reset by peer" in told[-1]:
        with pytest.raises(StoreUnavailable) as refused:
            await check(tls_redis_server.url, tls_ca_file=tls_redis_server.authority.file)
        told.append(str(refused.value))
    assert NEEDS_CERTIFICATE in told[-1]


async def test_a_server_without_tls_is_recognised(redis_server: RedisServer, tls_redis_server: TlsRedisServer):
    """It waits for the rest of a command that it takes the handshake for."""
    url = redis_server.url.replace("redis://", "rediss://")
    with pytest.raises(StoreUnavailable, match="not speak TLS on this port"):
        await check(url, redis_timeout_s=0.5, **tls_redis_server.settings)
