"""The bus on a RabbitMQ that accepts TLS only, from clients with a certificate."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from onwatch_runtime.bus import BusUnavailable, connect_bus
from onwatch_runtime.bus.rabbit.connection import RabbitConnection, connected
from onwatch_runtime.bus.rabbit.doctor import rabbit_doctor
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.observe import ExaminationFailed
from onwatch_runtime.tls import NEEDS_CERTIFICATE, NO_TLS, OTHER_NAME, UNKNOWN_CA, TlsFiles, tls_failure
from onwatch_testkit.bus_suite import WORK, created
from onwatch_testkit.recorder import Recorder
from onwatch_testkit.servers import HOST, Authority, RabbitServer, TlsRabbitServer

pytestmark = pytest.mark.connected

LIMIT_S = 120.0


@pytest.fixture
def files(tls_rabbit_server: TlsRabbitServer) -> TlsFiles:
    client = tls_rabbit_server.of_client
    return TlsFiles(tls_rabbit_server.authority.file, client.chain, client.key)


async def failure(url: str, files: TlsFiles) -> str | None:
    with pytest.raises(BusUnavailable) as refused:
        await connected(url, files, LIMIT_S)
    return tls_failure(refused.value)


async def test_messages_pass_also_after_the_server_restarts(tls_rabbit_server: TlsRabbitServer, files: TlsFiles):
    recorder = Recorder()
    async with asyncio.timeout(LIMIT_S):
        bus = await connect_bus(tls_rabbit_server.url, SystemClock(), files)
        await bus.subscribe(WORK, recorder)
        await bus.publish(created(1))
        await recorder.has_handled(1)
        await asyncio.to_thread(tls_rabbit_server.restart)
        await bus.publish(created(2))
        await recorder.has_handled(2)
        await bus.close()


async def test_a_server_of_an_unknown_authority_is_refused(tls_rabbit_server: TlsRabbitServer, tmp_path: Path):
    assert await failure(tls_rabbit_server.url, TlsFiles()) == UNKNOWN_CA
    assert await failure(tls_rabbit_server.url, TlsFiles(ca=Authority(tmp_path).file)) == UNKNOWN_CA


async def test_a_server_with_another_name_is_refused(tls_rabbit_server: TlsRabbitServer, files: TlsFiles):
    assert await failure(tls_rabbit_server.url_with(HOST), files) == OTHER_NAME


async def test_a_client_without_a_certificate_is_refused(tls_rabbit_server: TlsRabbitServer):
    """By an alert, or by a lost connection: TLS 1.3 refuses it when the client already writes."""
    failed = await failure(tls_rabbit_server.url, TlsFiles(ca=tls_rabbit_server.authority.file))
    assert failed in (NEEDS_CERTIFICATE, None)


async def test_a_server_without_tls_is_recognised(rabbit_server: RabbitServer, files: TlsFiles):
    assert await failure(rabbit_server.url.replace("amqp://", "amqps://"), files) == NO_TLS


async def test_a_service_that_waits_for_the_server_logs_the_reason_without_the_password(
    tls_rabbit_server: TlsRabbitServer, caplog: pytest.LogCaptureFixture
):
    connection = RabbitConnection(tls_rabbit_server.url, SystemClock())
    with caplog.at_level(logging.WARNING, "onwatch_runtime.bus.rabbit.connection"):
        opening = asyncio.create_task(connection.open())
        async with asyncio.timeout(LIMIT_S):
            while UNKNOWN_CA not in caplog.text:  # noqa: ASYNC110 no event
                await asyncio.sleep(0.01)
    opening.cancel()
    await connection.close()
    assert f"RabbitMQ at localhost:{tls_rabbit_server.port}" in caplog.text
    assert "guest:guest" not in caplog.text


async def test_the_doctor_uses_the_same_files(tls_rabbit_server: TlsRabbitServer, files: TlsFiles):
    async with rabbit_doctor(tls_rabbit_server.url, (), namespace="none", tls=files) as doctor:
        assert await doctor.findings() == []
    with pytest.raises(ExaminationFailed, match=UNKNOWN_CA):
        async with rabbit_doctor(tls_rabbit_server.url, ()):
            pass
