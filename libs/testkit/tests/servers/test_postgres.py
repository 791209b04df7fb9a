from __future__ import annotations

import time

import pytest

from onwatch_testkit.servers.ports import first_response
from onwatch_testkit.servers.postgres import PostgresServer
from onwatch_testkit.servers.programs import is_alive, process_tree

LIMIT_S = 60.0


@pytest.mark.connected
def test_postgresql_restarts_after_a_kill(postgres_server: PostgresServer):
    ssl_request = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
    assert first_response(postgres_server.port, ssl_request) == b"N"
    old = process_tree(postgres_server.pid)
    postgres_server.kill()
    deadline_s = time.monotonic() + LIMIT_S
    while any(map(is_alive, old)):
        assert time.monotonic() < deadline_s, "its backends end too"
        time.sleep(0.02)
    postgres_server.start()
    assert first_response(postgres_server.port, ssl_request) == b"N"
    assert postgres_server.url.endswith(f":{postgres_server.port}/postgres")
