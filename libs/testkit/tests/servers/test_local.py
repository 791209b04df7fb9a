"""Private servers start, answer as themselves, and leave nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from onwatch_testkit.servers.local import (
    AMQP_GREETING,
    HOST,
    REQUIRE_REAL,
    PostgresServer,
    RabbitServer,
    RedisServer,
    Server,
    ServerFailed,
    ask,
    family,
    free_port,
    ports_of_worker,
    require,
)

LIMIT_S = 60.0
INFO = b"INFO server\r\n"


def until(condition: Callable[[], bool], what: str) -> None:
    deadline_s = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline_s, f"not within {LIMIT_S} s: {what}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether it runs; what has ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class NotInstalled(RedisServer):
    @classmethod
    def program(cls) -> Path | None:
        return None


class BrokenSettings(RedisServer):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "--no-such-setting", "yes")


def test_a_server_that_is_not_installed_skips_with_the_package_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(REQUIRE_REAL, raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install redis-server"):
        require(NotInstalled)


def test_where_the_real_parts_are_required_it_fails(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(REQUIRE_REAL, "1")
    with pytest.raises(pytest.fail.Exception, match=f"{REQUIRE_REAL}=1"):
        require(NotInstalled)


def test_a_free_port_is_one_that_can_be_bound():
    with socket.socket() as listener:
        listener.bind((HOST, free_port()))


def test_two_workers_of_a_test_session_have_no_port_in_common():
    one, other = (
        ports_of_worker({"PYTEST_XDIST_WORKER": f"gw{number}", "PYTEST_XDIST_WORKER_COUNT": "2"}) for number in (0, 1)
    )
    assert not set(one) & set(other)
    assert sorted([*one, *other]) == [*ports_of_worker({})]


def test_a_family_is_the_process_and_its_descendants():
    command = ["/bin/sh", "-c", "sleep 60 & echo $!; wait"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert family(parent.pid) == [parent.pid, child]
        os.kill(child, signal.SIGKILL)


def test_nobody_answers_on_a_port_without_a_listener():
    assert ask(free_port(), INFO) == b""


@pytest.mark.connected
class TestRedis:
    @pytest.fixture
    def server(self) -> Iterator[RedisServer]:
        require(RedisServer)
        with RedisServer.running() as server:
            yield server

    def test_it_answers_and_is_the_one_that_was_started(self, server: RedisServer):
        assert server.url == f"redis://{HOST}:{server.port}/0"
        assert f"process_id:{server.pid}".encode() in ask(server.port, INFO)

    def test_it_keeps_its_data_over_a_restart(self, server: RedisServer):
        ask(server.port, b"SET proof 42\r\n")
        before = server.pid
        server.restart()
        assert server.pid != before
        assert ask(server.port, b"GET proof\r\n") == b"$2\r\n42\r\n"

    def test_killed_it_is_gone_until_it_is_started_again(self, server: RedisServer):
        server.kill()
        assert not server.is_running
        assert ask(server.port, INFO) == b""
        server.start()
        assert f"process_id:{server.pid}".encode() in ask(server.port, INFO)

    def test_paused_it_answers_nothing_until_it_goes_on(self, server: RedisServer):
        with socket.create_connection((HOST, server.port)) as connection:
            server.pause()
            connection.sendall(b"PING\r\n")
            connection.settimeout(0.2)
            with pytest.raises(TimeoutError):
                connection.recv(100)
            server.unpause()
            connection.settimeout(LIMIT_S)
            assert connection.recv(100) == b"+PONG\r\n"

    def test_starting_and_stopping_twice_is_the_same_as_once(self, server: RedisServer):
        before = server.pid
        server.start()
        assert server.pid == before
        server.stop()
        server.stop()
        assert not server.is_running

    def test_a_server_on_the_port_that_is_not_ours_does_not_count(self, server: RedisServer, tmp_path: Path):
        other = RedisServer(tmp_path)
        other.port = server.port
        with pytest.raises(ServerFailed, match="ended while it started"):
            other.start()

    def test_one_that_does_not_start_says_why(self):
        with pytest.raises(ServerFailed, match="no-such-setting"), BrokenSettings.running():
            pass

    def test_its_files_are_gone_with_it(self):
        with RedisServer.running() as server:
            folder, pid = server.folder, server.pid
        assert not folder.exists()
        assert not is_alive(pid)

    def test_it_ends_with_a_test_session_that_was_killed(self):
        program = (
            "from onwatch_testkit.servers.local import RedisServer\n"
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
def test_postgres_answers_and_comes_back_after_being_killed(postgres_server: PostgresServer):
    ssl_request = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
    assert ask(postgres_server.port, ssl_request) == b"N"
    old = family(postgres_server.pid)
    postgres_server.kill()
    until(lambda: not any(map(is_alive, old)), "its backends end too")
    postgres_server.start()
    assert ask(postgres_server.port, ssl_request) == b"N"
    assert postgres_server.url.endswith(f":{postgres_server.port}/postgres")


@pytest.mark.connected
def test_rabbitmq_answers_and_comes_back_after_being_killed(rabbit_server: RabbitServer):
    rabbit_server.kill()
    assert ask(rabbit_server.port, AMQP_GREETING) == b""
    rabbit_server.start()
    assert b"RabbitMQ" in ask(rabbit_server.port, AMQP_GREETING)


@pytest.mark.connected
@pytest.mark.parametrize("fixture", ["rabbit_server", "redis_server", "postgres_server"])
def test_every_server_is_a_fixture(fixture: str, request: pytest.FixtureRequest):
    server = request.getfixturevalue(fixture)
    assert isinstance(server, Server)
    assert server.is_running
