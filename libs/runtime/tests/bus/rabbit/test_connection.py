import asyncio
import logging

import pytest
from aio_pika.abc import AbstractConnection

from onwatch_runtime.bus.port import BusUnavailable
from onwatch_runtime.bus.rabbit.connection import CONNECT_LIMIT_S, RabbitConnection, connected_to_any
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.errors import StartRefused
from onwatch_runtime.tls import NO_TLS_FILES
from onwatch_testkit.servers import HOST, RabbitServer, free_port
from onwatch_testkit.tcp_proxy import TcpProxy

LIMIT_S = 120.0


def connection_through(proxy: TcpProxy) -> RabbitConnection:
    return RabbitConnection(f"amqp://guest:guest@{HOST}:{proxy.port}/", SystemClock())


class FakeAttachment:
    """Records when it is attached and detached."""

    def __init__(self) -> None:
        self.times_attached = 0
        self.is_attached = asyncio.Event()
        self.is_detached = asyncio.Event()

    async def attach(self, connection: AbstractConnection) -> None:
        self.times_attached += 1
        self.is_detached.clear()
        self.is_attached.set()

    def detach(self) -> None:
        self.is_attached.clear()
        self.is_detached.set()


class RefusedAttachment(FakeAttachment):
    """Refuses the broker for the first few times."""

    def __init__(self, times_refused: int) -> None:
        super().__init__()
        self._times_left = times_refused

    async def attach(self, connection: AbstractConnection) -> None:
        if self._times_left:
            self._times_left -= 1
            raise StartRefused("this broker is of another kind")
        await super().attach(connection)


@pytest.mark.connected
class TestConnected:
    async def test_opening_waits_for_an_unavailable_broker(
        self, rabbit_server: RabbitServer, caplog: pytest.LogCaptureFixture
    ):
        proxy = TcpProxy(rabbit_server.port)
        connection, attachment = (
            connection_through(proxy),
            FakeAttachment(),
        )
        connection.add_first(attachment)
        with caplog.at_level(logging.WARNING, "onwatch_runtime.bus.rabbit.connection"):
            opening = asyncio.create_task(connection.open())
            async with asyncio.timeout(LIMIT_S):
                while not any("next try in 0.4 s" in message for message in caplog.messages):  # noqa: ASYNC110 no event
                    await asyncio.sleep(0.01)
        assert not opening.done()
        assert f"{HOST}:{proxy.port}" in caplog.text
        assert "guest:guest" not in caplog.text
        async with proxy, asyncio.timeout(LIMIT_S):
            await opening
            assert attachment.is_attached.is_set()
            await connection.close()
        assert attachment.is_detached.is_set()

    async def test_a_lost_connection_is_restored_with_all_its_attachments(self, rabbit_server: RabbitServer):
        async with TcpProxy(rabbit_server.port) as proxy, asyncio.timeout(LIMIT_S):
            connection, attachments = (
                connection_through(proxy),
                (FakeAttachment(), FakeAttachment()),
            )
            connection.add_first(attachments[0])
            await connection.open()
            await connection.add(attachments[1])
            await proxy.cut()
            for attachment in attachments:
                await attachment.is_detached.wait()
            assert not connection.is_up
            await proxy.repair()
            for attachment in attachments:
                await attachment.is_attached.wait()
            assert [attachment.times_attached for attachment in attachments] == [2, 2]
            await connection.close()

    async def test_a_refusal_after_the_first_connection_is_logged_until_it_is_gone(
        self, rabbit_server: RabbitServer, caplog: pytest.LogCaptureFixture
    ):
        async with TcpProxy(rabbit_server.port) as proxy, asyncio.timeout(LIMIT_S):
            connection, attachment = connection_through(proxy), RefusedAttachment(times_refused=2)
            await connection.open()
            connection.add_first(attachment)
            proxy.reset()
            await attachment.is_attached.wait()
            await connection.established()
            await connection.close()
        assert caplog.text.count("this broker is of another kind") == 2

    async def test_a_refusal_of_the_first_connection_is_raised(self, rabbit_server: RabbitServer):
        connection = RabbitConnection(rabbit_server.url, SystemClock())
        connection.add_first(RefusedAttachment(times_refused=1))
        async with asyncio.timeout(LIMIT_S):
            with pytest.raises(StartRefused, match="of another kind"):
                await connection.open()
            await connection.close()

    async def test_a_removed_attachment_is_not_attached_again(self, rabbit_server: RabbitServer):
        async with TcpProxy(rabbit_server.port) as proxy, asyncio.timeout(LIMIT_S):
            connection, kept, removed = (
                connection_through(proxy),
                FakeAttachment(),
                FakeAttachment(),
            )
            await connection.open()
            await connection.add(kept)
            await connection.add(removed)
            connection.remove(removed)
            proxy.reset()
            await kept.is_detached.wait()
            await kept.is_attached.wait()
            assert removed.times_attached == 1
            await connection.close()

    async def test_the_next_node_is_connected_when_one_is_lost(
        self, rabbit_server: RabbitServer, caplog: pytest.LogCaptureFixture
    ):
        nodes = TcpProxy(rabbit_server.port), TcpProxy(rabbit_server.port)
        async with nodes[0], nodes[1], asyncio.timeout(LIMIT_S):
            urls = ",".join(f"amqp://guest:guest@{HOST}:{node.port}/" for node in nodes)
            connection, attachment = RabbitConnection(urls, SystemClock()), FakeAttachment()
            connection.add_first(attachment)
            await connection.open()
            for lost, next_one in (nodes, reversed(nodes)):
                assert connection.address == f"{HOST}:{lost.port}"
                await lost.cut()
                await attachment.is_detached.wait()
                await attachment.is_attached.wait()
                await connection.established()
                assert connection.address == f"{HOST}:{next_one.port}"
                await lost.repair()
            await connection.close()
        assert f"the connection to RabbitMQ at {HOST}:{nodes[0].port} is lost" in caplog.text

    async def test_of_a_cluster_a_node_that_answers_is_found(self, rabbit_server: RabbitServer):
        absent = free_port()
        urls = f"amqp://guest:guest@{HOST}:{absent}/,{rabbit_server.url}"
        async with asyncio.timeout(LIMIT_S):
            connection = await connected_to_any(urls, NO_TLS_FILES, CONNECT_LIMIT_S)
            await connection.close()
            with pytest.raises(BusUnavailable):
                await connected_to_any(f"amqp://guest:guest@{HOST}:{absent}/", NO_TLS_FILES, CONNECT_LIMIT_S)

    async def test_closing_does_not_wait_for_a_frozen_broker(self, rabbit_server: RabbitServer):
        connection = RabbitConnection(rabbit_server.url, SystemClock())
        await connection.open()
        rabbit_server.pause()
        try:
            async with asyncio.timeout(LIMIT_S):
                await connection.close()
        finally:
            rabbit_server.unpause()
