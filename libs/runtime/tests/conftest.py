from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio

from onwatch_runtime.bus.rabbit.bus import RabbitBus
from onwatch_runtime.clock import SystemClock
from onwatch_testkit.bus_suite import POLICY
from onwatch_testkit.servers import HOST, RabbitServer
from onwatch_testkit.tcp_proxy import TcpProxy

OpenBus = Callable[..., Awaitable[RabbitBus]]


@pytest_asyncio.fixture
async def open_bus(rabbit_server: RabbitServer) -> AsyncIterator[OpenBus]:
    """Opens buses, one for each simulated process; all of one test share a namespace. `port` replaces the server's.

    Their durable queues stay in the server, under that namespace, until the session ends.
    """
    namespace = f"t{secrets.token_hex(4)}"
    opened: list[RabbitBus] = []

    async def open_one(port: int | None = None, publish_limit_s: float = 30.0, **options: int) -> RabbitBus:
        url = f"amqp://guest:guest@{HOST}:{port or rabbit_server.port}/"
        bus = RabbitBus(url, SystemClock(), POLICY, namespace=namespace, publish_limit_s=publish_limit_s, **options)
        opened.append(bus)
        return await bus.open()

    yield open_one
    for bus in opened:
        await bus.close()


@pytest_asyncio.fixture
async def proxy(rabbit_server: RabbitServer) -> AsyncIterator[TcpProxy]:
    """A proxy before the server, whose connections can be cut."""
    async with TcpProxy(rabbit_server.port) as proxy:
        yield proxy
