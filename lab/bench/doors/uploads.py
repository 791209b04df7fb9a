"""What an upload costs gateway and catalog, beside nginx that stores the same bytes."""

from __future__ import annotations

import socket
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPResponse
from statistics import median

from bench.doors.nginx import Nginx
from bench.doors.programs import Program, cpu_s
from bench.doors.report import table

GIB = 1 << 30
SIZE, QUICK_SIZE = GIB, GIB >> 3
PART = bytes(1 << 20)
HOST = "127.0.0.1"
OURS, PAIR, ALONE = "gateway and catalog", "nginx before nginx", "nginx alone"
TUS = {"Tus-Resumable": "1.0.0"}


def measured(*, quick: bool) -> str:
    rounds, size = (1, QUICK_SIZE) if quick else (3, SIZE)
    costs: dict[str, list[float]] = defaultdict(list)
    with (
        tempfile.TemporaryDirectory(prefix="onwatch-bench-") as folder,
        Nginx.running() as nginx,
        Program.module("bench.doors.upload_services", "catalog", folder) as catalog,
    ):
        catalog_url = f"http://{HOST}:{int(catalog.line())}"
        with Program.module("bench.doors.upload_services", "gateway", catalog_url) as gateway:
            port = int(gateway.line())
            ways: Mapping[str, tuple[Callable[[], None], list[int]]] = {
                OURS: (lambda: _by_tus(port, size), [gateway.pid, catalog.pid]),
                PAIR: (lambda: _put(nginx.passing_port, size), [nginx.pid]),
                ALONE: (lambda: _put(nginx.port, size), [nginx.pid]),
            }
            for _ in range(rounds):
                for name, (upload, pids) in ways.items():
                    before = [cpu_s(pid) for pid in pids]
                    upload()
                    spent = [cpu_s(pid) - early for pid, early in zip(pids, before, strict=True)]
                    costs[name].append(sum(spent) * GIB / size)
                    if name == OURS:
                        for part, seconds in zip(("gateway", "catalog"), spent, strict=True):
                            costs[part].append(seconds * GIB / size)
    return _report(costs, rounds, size)


def _by_tus(port: int, size: int) -> None:
    """All but the last byte, so that no time is taken by the inspection of the file."""
    created = _answered(port, "POST", "/api/uploads", {**TUS, "Upload-Length": str(size + 1)})
    path = str(created.getheader("location"))
    part = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    _send(port, "PATCH", path, part, size)
    _answered(port, "DELETE", path, TUS)


def _answered(port: int, method: str, path: str, headers: Mapping[str, str]) -> HTTPResponse:
    connection = HTTPConnection(HOST, port)
    connection.request(method, path, headers=dict(headers))
    response = connection.getresponse()
    response.read()
    connection.close()
    if response.status not in (201, 204):
        raise SystemExit(f"{method} {path} was answered with {response.status}")
    return response


def _put(port: int, size: int) -> None:
    _send(port, "PUT", "/upload", {}, size)


def _send(port: int, method: str, path: str, headers: Mapping[str, str], size: int) -> None:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{port}", f"Content-Length: {size}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection((HOST, port)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        for _ in range(size // len(PART)):
            connection.sendall(PART)
        status = connection.makefile("rb").readline()
    if status.split()[1] not in (b"201", b"204"):
        raise SystemExit(f"{method} {path} was answered with {status!r}")


def _report(costs: Mapping[str, list[float]], rounds: int, size: int) -> str:
    rows = [[name, f"{median(costs[name]):.2f} s"] for name in ("gateway", "catalog", OURS, PAIR, ALONE)]
    pair, alone = (
        median(own / peer for own, peer in zip(costs[OURS], costs[peer_name], strict=True))
        for peer_name in (PAIR, ALONE)
    )
    return (
        f"CPU time for each GiB, medians of {rounds} uploads of {size // (1 << 20):,} MiB:\n\n"
        f"{table(['', 'CPU time a GiB'], rows)}\n\n"
        f"Gateway and catalog take {pair:.1f} times the CPU time of nginx that passes the upload on to nginx, and "
        f"{alone:.1f} times that of nginx alone."
    )
