from __future__ import annotations

import pytest

from onwatch_testkit.servers.mosquitto import CONNECT, MosquittoServer
from onwatch_testkit.servers.ports import first_response

ACCEPTED = b"\x20\x02\x00\x00"


@pytest.mark.connected
def test_it_answers_after_a_restart(mosquitto_server: MosquittoServer):
    before = mosquitto_server.pid
    mosquitto_server.restart()
    assert mosquitto_server.pid != before
    assert first_response(mosquitto_server.port, CONNECT) == ACCEPTED
