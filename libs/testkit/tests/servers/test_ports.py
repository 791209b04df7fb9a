from __future__ import annotations

import socket

from onwatch_testkit.servers.ports import HOST, first_response, free_port, ports_of_worker


def test_a_free_port_can_be_bound():
    with socket.socket() as listener:
        listener.bind((HOST, free_port()))


def test_two_workers_of_a_test_session_have_no_port_in_common():
    one, other = (
        ports_of_worker({"PYTEST_XDIST_WORKER": f"gw{number}", "PYTEST_XDIST_WORKER_COUNT": "2"}) for number in (0, 1)
    )
    assert not set(one) & set(other)
    assert sorted([*one, *other]) == [*ports_of_worker({})]


def test_a_port_without_a_listener_has_no_response():
    assert first_response(free_port(), b"INFO server\r\n") == b""
