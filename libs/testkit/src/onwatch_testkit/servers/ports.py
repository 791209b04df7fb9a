"""Ports for private servers, and what answers on them."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Mapping, Sequence

HOST = "127.0.0.1"
RESPONSE_LIMIT_S = 2.0

# Below the range from which Linux takes the local ports of outgoing connections: nothing borrows a server's port
# while it is down.
ALL_PORTS = range(20_000, 32_000)
_given_ports: set[int] = set()


def ports_of_worker(environ: Mapping[str, str]) -> Sequence[int]:
    """The ports that this process may give: xdist's workers share none, so none takes the port of a server that is
    down in another."""
    number = int(environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return ALL_PORTS[number :: int(environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]


def free_port() -> int:
    """A port without a listener, which this process has not given out before."""
    ports = ports_of_worker(os.environ)
    while True:
        port = random.choice(ports)  # noqa: S311 no secret
        if port in _given_ports:
            continue
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((HOST, port))
            except OSError:
                continue
        _given_ports.add(port)
        return port


def first_response(port: int, message: bytes) -> bytes:
    """The first response on a new connection; empty if nobody answers."""
    try:
        with socket.create_connection((HOST, port), timeout=RESPONSE_LIMIT_S) as connection:
            connection.sendall(message)
            return connection.recv(65536)
    except OSError:
        return b""
