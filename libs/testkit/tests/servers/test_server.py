"""Private servers start, can be identified, and leave nothing behind."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from onwatch_testkit.servers.ports import HOST, first_response
from onwatch_testkit.servers.programs import is_alive
from onwatch_testkit.servers.redis import RedisServer
from onwatch_testkit.servers.server import REQUIRE_REAL, Server, ServerFailed, require

LIMIT_S = 60.0
INFO = b"INFO server\r\n"


def until(condition: Callable[[], bool], what: str) -> None:
    deadline_s = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline_s, f"not within {LIMIT_S} s: {what}"
        time.sleep(0.02)


class NotInstalled(RedisServer):
    @classmethod
    def program(cls) -> Path | None:
        return None


class BrokenSettings(RedisServer):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "--no-such-setting", "yes")


def test_a_missing_server_skips_the_test_and_names_the_package(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(REQUIRE_REAL, raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install redis-server"):
        require(NotInstalled)


def test_a_missing_server_fails_the_test_if_servers_are_required(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(REQUIRE_REAL, "1")
    with pytest.raises(pytest.fail.Exception, match=f"{REQUIRE_REAL}=1"):
        require(NotInstalled)


@pytest.mark.connected
class TestServer:
    """Redis, which starts quickly, stands for each."""

    @pytest.fixture
    def server(self) -> Iterator[RedisServer]:
        require(RedisServer)
        with RedisServer.running() as server:
            yield server

    def test_the_started_process_responds(self, server: RedisServer):
        assert server.url == f"redis://{HOST}:{server.port}/0"
        assert f"process_id:{server.pid}".encode() in first_response(server.port, INFO)

    def test_a_killed_server_is_unavailable_until_it_is_started(self, server: RedisServer):
        server.kill()
        assert not server.is_running
        assert first_response(server.port, INFO) == b""
        server.start()
        assert f"process_id:{server.pid}".encode() in first_response(server.port, INFO)

    def test_a_paused_server_does_not_respond(self, server: RedisServer):
        with socket.create_connection((HOST, server.port)) as connection:
            server.pause()
            connection.sendall(b"PING\r\n")
            connection.settimeout(0.2)
            with pytest.raises(TimeoutError):
                connection.recv(100)
            server.unpause()
            connection.settimeout(LIMIT_S)
            assert connection.recv(100) == b"+PONG\r\n"

    def test_start_and_stop_are_idempotent(self, server: RedisServer):
        before = server.pid
        server.start()
        assert server.pid == before
        server.stop()
        server.stop()
        assert not server.is_running

    def test_a_foreign_server_on_the_port_is_not_accepted(self, server: RedisServer, tmp_path: Path):
        other = RedisServer(tmp_path)
        other.port = server.port
        with pytest.raises(ServerFailed, match="ended while it started"):
            other.start()

    def test_a_failed_start_has_its_reason(self):
        with pytest.raises(ServerFailed, match="no-such-setting"), BrokenSettings.running():
            pass

    def test_its_files_are_removed_with_it(self):
        with RedisServer.running() as server:
            folder, pid = server.folder, server.pid
        assert not folder.exists()
        assert not is_alive(pid)

    def test_it_ends_with_a_killed_test_session(self):
        program = (
            "from onwatch_testkit.servers import RedisServer\n"
            "with RedisServer.running() as server:\n"
            "    print(server.pid, server.folder, flush=True)\n"
            "    input()\n"
        )
        command = [sys.executable, "-c", program]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
            assert session.stdout is not None
            pid, folder = session.stdout.readline().split()
            assert is_alive(int(pid))
            session.kill()
        until(lambda: not is_alive(int(pid)), "the server ends")
        until(lambda: not Path(folder).exists(), "its folder is removed")


@pytest.mark.connected
@pytest.mark.parametrize("fixture", ["rabbit_server", "redis_server", "postgres_server"])
def test_every_server_is_a_fixture(fixture: str, request: pytest.FixtureRequest):
    server = request.getfixturevalue(fixture)
    assert isinstance(server, Server)
    assert server.is_running
