"""Servers in containers behave as the installed ones."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import docker
import pytest
from docker.errors import NotFound

from onwatch_testkit.servers import docker as containers
from onwatch_testkit.servers.docker import CONTAINERS, RedisContainer, ServerInContainer, obstacle
from onwatch_testkit.servers.local import HOST, Server, ServerFailed, ask

LIMIT_S = 20.0


class NoSuchImage(RedisContainer):
    image = "onwatch.invalid/none:0"


class BrokenSettings(RedisContainer):
    def _container_command(self) -> list[str]:
        return ["redis-server", "--no-such-setting", "yes"]


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """What is known of engines is forgotten before and after."""
    known = (containers.obstacle, containers._no_engine, containers._no_image)
    for answer in known:
        answer.cache_clear()
    yield monkeypatch
    for answer in known:
        answer.cache_clear()


def test_every_server_has_its_container() -> None:
    for server, container in CONTAINERS.items():
        assert issubclass(container, server)
    assert {cls.name for cls in Server.__subclasses__() if cls is not ServerInContainer} == {
        cls.name for cls in CONTAINERS
    }


def test_images_are_those_of_the_compose_file(request: pytest.FixtureRequest) -> None:
    compose = (request.config.rootpath / "docker-compose.yml").read_text()
    for container in CONTAINERS.values():
        assert f"image: {container.image}\n" in compose


def test_without_an_engine_the_reason_is_said(engines: pytest.MonkeyPatch) -> None:
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

    def test_it_keeps_its_data_over_a_restart(self, server: RedisContainer) -> None:
        ask(server.port, b"SET proof 42\r\n")
        server.restart()
        assert ask(server.port, b"GET proof\r\n") == b"$2\r\n42\r\n"

    def test_killed_it_is_gone_until_it_is_started_again(self, server: RedisContainer) -> None:
        server.kill()
        assert not server.is_running
        assert ask(server.port, b"PING\r\n") == b""
        server.start()
        assert ask(server.port, b"PING\r\n") == b"+PONG\r\n"

    def test_paused_it_answers_nothing_until_it_goes_on(self, server: RedisContainer) -> None:
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

    def test_starting_and_stopping_twice_is_the_same_as_once(self, server: RedisContainer) -> None:
        before = server.pid
        server.start()
        assert server.pid == before
        server.stop()
        server.stop()
        assert not server.is_running
        server.start()

    def test_one_that_does_not_start_says_why_and_is_gone(self) -> None:
        assert obstacle(BrokenSettings) is None
        with pytest.raises(ServerFailed, match="no-such-setting"), BrokenSettings.running():
            pass

    @pytest.mark.parametrize("container", CONTAINERS.values())
    def test_each_starts_is_killed_comes_back_and_leaves_nothing(self, container: type[ServerInContainer]) -> None:
        assert obstacle(container) is None
        with container.running() as server:
            identity = server._container.id
            server.kill()
            server.start()
            assert server.is_running
        with pytest.raises(NotFound):
            docker.from_env().containers.get(identity)
