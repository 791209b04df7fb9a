from __future__ import annotations

import pytest

from onwatch_testkit.servers.ports import first_response
from onwatch_testkit.servers.redis import RedisServer


@pytest.mark.connected
def test_data_survives_a_restart(redis_server: RedisServer):
    first_response(redis_server.port, b"SET proof 42\r\n")
    before = redis_server.pid
    redis_server.restart()
    assert redis_server.pid != before
    assert first_response(redis_server.port, b"GET proof\r\n") == b"$2\r\n42\r\n"
