"""RabbitMQ's management plug-in, on a private server that has it."""

from __future__ import annotations

from collections.abc import Iterator

import aio_pika
import pytest

from onwatch.doctor.management import queue_lister
from onwatch_runtime.observe import ExaminationFailed
from onwatch_testkit.servers import HOST, RabbitServer, free_port, require


class ManagedRabbit(RabbitServer):
    """A broker with the plug-in."""

    def _prepare(self) -> None:
        super()._prepare()
        self.management_port = free_port()
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        with (self.folder / "rabbitmq.conf").open("a") as configuration:
            configuration.write(f"management.tcp.ip = {HOST}\nmanagement.tcp.port = {self.management_port}\n")

    @property
    def management_url(self) -> str:
        return f"http://guest:guest@{HOST}:{self.management_port}"


@pytest.fixture(scope="module")
def managed() -> Iterator[ManagedRabbit]:
    require(ManagedRabbit)
    with ManagedRabbit.running() as server:
        yield server


@pytest.mark.connected
async def test_the_queues_of_a_virtual_host_are_listed(managed: ManagedRabbit) -> None:
    list_queues = queue_lister(managed.management_url + "/", managed.url)
    async with await aio_pika.connect(managed.url) as connection:
        channel = await connection.channel()
        await channel.declare_queue("onwatch.old", durable=True, arguments={"x-queue-type": "quorum"})
        await channel.declare_queue("onwatch.private", exclusive=True)
        found = {queue.name: queue for queue in await list_queues()}
        assert set(found) == {"onwatch.old", "onwatch.private"}
        assert (found["onwatch.old"].exclusive, found["onwatch.private"].exclusive) == (False, True)
        assert found["onwatch.old"].consumers == 0


@pytest.mark.connected
async def test_a_wrong_password_is_reported_without_showing_it(managed: ManagedRabbit) -> None:
    url = managed.management_url.replace("guest:guest", "guest:secret")
    with pytest.raises(ExaminationFailed, match="management plug-in: it answered 401") as refused:
        await queue_lister(url, managed.url)()
    assert "secret" not in str(refused.value)


async def test_an_unavailable_plug_in_is_reported() -> None:
    with pytest.raises(ExaminationFailed, match="management plug-in: ConnectError"):
        await queue_lister("http://guest:secret@127.0.0.1:1", "amqp://127.0.0.1/onwatch")()
