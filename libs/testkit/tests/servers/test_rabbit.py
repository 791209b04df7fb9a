from __future__ import annotations

import pytest

from onwatch_testkit.servers.ports import first_response
from onwatch_testkit.servers.rabbit import AMQP_GREETING, RabbitServer


@pytest.mark.connected
def test_rabbitmq_restarts_after_a_kill(rabbit_server: RabbitServer):
    rabbit_server.kill()
    assert first_response(rabbit_server.port, AMQP_GREETING) == b""
    rabbit_server.start()
    assert b"RabbitMQ" in first_response(rabbit_server.port, AMQP_GREETING)
