"""Servers in containers behave like installed ones."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import docker
import pytest
from docker.errors import NotFound

from onwatch_testkit.servers import docker as containers
from onwatch_testkit.servers.docker import CONTAINERS, RedisContainer, ServerInContainer, obstacle
from onwatch_testkit.servers.mosquitto import MosquittoServer
from onwatch_testkit.servers.ports import HOST, first_response
from onwatch_testkit.servers.prometheus import PrometheusServer
from onwatch_testkit.servers.seaweed import SeaweedServer
from onwatch_testkit.servers.secure import ServerWithTls
from onwatch_testkit.servers.server import Server, ServerFailed

LIMIT_S = 20.0


class NoSuchImage(RedisContainer):
    image = "onwatch.invalid/none:0"


class BrokenSettings(RedisContainer):
    def _container_command(self) -> list[str]:
        return ["redis-server", "--no-such-setting", "yes"]


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Clears the cached results about engines before and after."""
    known = (containers.obstacle, containers._no_engine, containers._no_image)
    for answer in known:
        answer.cache_clear()
    yield monkeypatch
    for answer in known:
        answer.cache_clear()


def test_every_server_has_its_container() -> None:
    for server, container in CONTAINERS.items():
        assert issubclass(container, server)
    servers = {cls for cls in Server.__subclasses__() if cls not in (ServerInContainer, ServerWithTls)}
    installed = {MosquittoServer, PrometheusServer, SeaweedServer}
    assert servers == {*CONTAINERS, *installed}, "these are always the installed programs"


def test_images_are_those_of_the_compose_file(request: pytest.FixtureRequest) -> None:
    compose = (request.config.rootpath / "docker-compose.yml").read_text()
    for container in CONTAINERS.values():
        assert f"_IMAGE:-{container.image}}}\n" in compose


def test_without_an_engine_the_reason_is_given(engines: pytest.MonkeyPatch) -> None:
    engines.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    assert "no Docker engine answers" in str(obstacle(RedisContainer))


def test_before_its_start_a_server_does_not_run() -> None:
    server = RedisContainer()
    assert not server.is_running
    server.kill()
    server.stop()
    with pytest.raises(ServerFailed, match="was not started"):
        server.pause()


@pytest.fixture(scope="module")
def server() -> Iterator[RedisContainer]:
    assert obstacle(RedisContainer) is None
    with RedisContainer.running() as server:
        yield server


@pytest.mark.docker
class TestOnAnEngine:
    def test_an_image_that_cannot_be_pulled_is_an_obstacle(self, engines: pytest.MonkeyPatch) -> None:
        assert "has no image onwatch.invalid/none:0 and cannot pull it" in str(obstacle(NoSuchImage))

    def test_data_survives_a_restart(self, server: RedisContainer) -> None:
        first_response(server.port, b"SET proof 42\r\n")
        server.restart()
        assert first_response(server.port, b"GET proof\r\n") == b"$2\r\n42\r\n"

    def test_a_killed_server_is_unavailable_until_it_is_started(self, server: RedisContainer) -> None:
        server.kill()
        assert not server.is_running
        assert first_response(server.port, b"PING\r\n") == b""
        server.start()
        assert first_response(server.port, b"PING\r\n") == b"+PONG\r\n"

    def test_a_paused_server_does_not_respond(self, server: RedisContainer) -> None:
        with socket.create_connection((HOST, server.port)) as connection:
            server.pause()
            connection.sendall(b"PING\r\n")
            connection.settimeout(0.2)
            with pytest.raises(TimeoutError):
                connection.recv(100)
            server.unpause()
            connection.settimeout(LIMIT_S)
            assert connection.recv(100) == b"+PONG\r\n"

    def test_it_can_be_killed_while_it_is_paused(self, server: RedisContainer) -> None:
        server.pause()
        server.kill()
        assert not server.is_running
        server.start()

    def test_start_and_stop_are_idempotent(self, server: RedisContainer) -> None:
        before = server.pid
        server.start()
        assert server.pid == before
        server.stop()
        server.stop()
        assert not server.is_running
        server.start()

    def test_a_failed_start_has_its_reason_and_is_removed(self) -> None:
        assert obstacle(BrokenSettings) is None
        with pytest.raises(ServerFailed, match="no-such-setting"), BrokenSettings.running():
            pass

    @pytest.mark.parametrize("container", CONTAINERS.values())
    def test_each_server_starts_restarts_after_a_kill_and_is_removed(self, container: type[ServerInContainer]) -> None:
        assert obstacle(container) is None
        with container.running() as server:
            identity = server._container.id
            server.kill()
            server.start()
            assert server.is_running
        with pytest.raises(NotFound):
            docker.from_env().containers.get(identity)
