"""Buses on RabbitMQ for the tests of its parts."""

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
    """Opens a bus, as one process would have it; all of a test share one namespace. `port`: another than the server's.

    What they declare durably stays in the server until the session ends, under that namespace.
    """
    namespace = f"t{secrets.token_hex(4)}"
    opened: list[RabbitBus] = []

    async def open_one(port: int | None = None, publish_limit_s: float = 30.0) -> RabbitBus:
        url = f"amqp://guest:guest@{HOST}:{port or rabbit_server.port}/"
        bus = RabbitBus(url, SystemClock(), POLICY, namespace=namespace, publish_limit_s=publish_limit_s)
        opened.append(bus)
        return await bus.open()

    yield open_one
    for bus in opened:
        await bus.close()


@pytest_asyncio.fixture
async def proxy(rabbit_server: RabbitServer) -> AsyncIterator[TcpProxy]:
    """A way to the server that can be cut."""
    async with TcpProxy(rabbit_server.port) as way:
        yield way
