from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence

import pytest

from onwatch_catalog.network import CheckedBackend, Resolver, TargetRefused
from onwatch_catalog.webhook_targets import WebhookTargets


@pytest.fixture
async def listening() -> AsyncIterator[int]:
    """The port of a server at 127.0.0.1."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def backend(*found: str, allowed: Sequence[str] = ("127.0.0.0/8",)) -> CheckedBackend:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return found

    return CheckedBackend(WebhookTargets.of(allowed), resolve)


async def test_names_are_looked_up_in_threads() -> None:
    resolver = Resolver()
    assert "127.0.0.1" in await resolver.resolve("localhost", 80)
    with pytest.raises(socket.gaierror):
        await resolver.resolve("no-such-host.invalid", 80)
    resolver.close()


async def test_the_addresses_that_are_allowed_are_tried_in_turn(listening: int) -> None:
    """Nothing listens at 127.0.0.2; 10.0.0.1 is never asked."""
    connected = await backend("10.0.0.1", "127.0.0.2", "127.0.0.1").connect_tcp("a.example", listening)
    assert connected.get_extra_info("server_addr") == ("127.0.0.1", listening)
    await connected.aclose()


async def test_a_host_without_an_allowed_address_is_refused(listening: int) -> None:
    with pytest.raises(TargetRefused, match=r"a\.example: 10\.0\.0\.1, ::1 is not public"):
        await backend("10.0.0.1", "::1").connect_tcp("a.example", listening)
