"""A TCP proxy with faults."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from onwatch_testkit.servers import HOST, free_port
from onwatch_testkit.tcp_proxy import TcpProxy


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        writer.write(data)
    writer.close()


@pytest_asyncio.fixture
async def proxy() -> AsyncIterator[TcpProxy]:
    server = await asyncio.start_server(echo, HOST, 0)
    async with server, TcpProxy(server.sockets[0].getsockname()[1]) as proxy:
        yield proxy


async def test_bytes_pass_in_both_directions(proxy: TcpProxy):
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"
    writer.close()


async def test_a_cut_ends_connections_and_refuses_new_ones_until_the_repair(proxy: TcpProxy):
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    writer.write(b"hello")
    await reader.readexactly(5)
    await proxy.cut()
    assert await reader.read() == b""
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(HOST, proxy.port)
    await proxy.repair()
    await test_bytes_pass_in_both_directions(proxy)


async def test_a_reset_ends_connections_and_accepts_new_ones(proxy: TcpProxy):
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    writer.write(b"hello")
    await reader.readexactly(5)
    proxy.reset()
    assert await reader.read() == b""
    writer.close()
    await test_bytes_pass_in_both_directions(proxy)
    assert proxy.connections_made == 2


async def test_blocked_bytes_are_lost_after_a_reset(proxy: TcpProxy):
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    proxy.to_client.block()
    writer.write(b"hello")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await reader.readexactly(5)
    proxy.reset()
    await proxy.repair()
    assert await reader.read() == b""
    writer.close()
    await test_bytes_pass_in_both_directions(proxy)


async def test_a_repair_releases_blocked_bytes(proxy: TcpProxy):
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    proxy.to_server.block()
    writer.write(b"hello")
    await proxy.repair()
    assert await reader.readexactly(5) == b"hello"
    writer.close()


async def test_delay_and_rate_can_be_limited(proxy: TcpProxy):
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    proxy.to_server.delay_s, proxy.to_client.bytes_per_s = 0.05, 100.0
    began_s = asyncio.get_running_loop().time()
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"
    assert asyncio.get_running_loop().time() - began_s >= 0.05 + 5 / 100
    writer.close()


async def test_an_unavailable_target_ends_the_connection():
    async with TcpProxy(free_port()) as proxy:
        reader, writer = await asyncio.open_connection(HOST, proxy.port)
        assert await reader.read() == b""
        writer.close()
