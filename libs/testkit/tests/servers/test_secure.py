from __future__ import annotations

import pytest

from onwatch_testkit.servers.ports import first_response
from onwatch_testkit.servers.rabbit import AMQP_GREETING
from onwatch_testkit.servers.redis import RedisServer
from onwatch_testkit.servers.secure import TlsRedisServer
from onwatch_testkit.servers.server import require

pytestmark = pytest.mark.connected


def test_a_server_with_tls_answers_no_plain_connection():
    require(RedisServer)
    with TlsRedisServer.running() as server:
        assert first_response(server.port, b"PING\r\n") != b"+PONG\r\n"
        assert server._response(b"PING\r\n") == b"+PONG\r\n"
        assert server._response(AMQP_GREETING) != b"+PONG\r\n"
