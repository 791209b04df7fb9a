"""The private servers in containers, for machines with a Docker engine and without the programs.

They stop, are killed, pause and restart as the installed ones do: on the same port of 127.0.0.1, with their data.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import docker
from docker.errors import DockerException, ImageNotFound
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from onwatch_testkit.servers.ports import HOST, first_response
from onwatch_testkit.servers.postgres import PostgresServer
from onwatch_testkit.servers.rabbit import AMQP_GREETING, RabbitServer
from onwatch_testkit.servers.redis import RedisServer
from onwatch_testkit.servers.server import LOG_TAIL_CHARACTERS, START_LIMIT_S, STOP_LIMIT_S, Server, ServerFailed

DOCKER_SOCKET = "unix:///var/run/docker.sock"  # the library's own default
NO_FOLDER = Path("/nonexistent")
"""Placeholder: the files are in the container."""


class ServerInContainer(Server):
    """Mixin for an installed server: the same addresses and settings, run by the engine."""

    image: ClassVar[str]
    """As in docker-compose.yml."""
    inner_port: ClassVar[int]

    def __init__(self, folder: Path = NO_FOLDER) -> None:
        super().__init__(folder)
        self._engine_container: DockerContainer | None = None

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        """A started server, removed with its data at the end."""
        server = cls()
        try:
            server.start()
            yield server
        finally:
            server._remove()

    @property
    def pid(self) -> int:
        """The process id on the engine's machine."""
        return int(self._inspected["State"]["Pid"])

    @property
    def is_running(self) -> bool:
        return self._engine_container is not None and bool(self._inspected["State"]["Running"])

    def start(self) -> None:
        if self.is_running:
            return
        if self._engine_container is None:
            self._engine_container = self._new_container().start()
        else:
            self._container.start()
        self._wait(START_LIMIT_S, lambda: self._is_ready(0), "did not answer")

    def stop(self) -> None:
        if self.is_running:
            self.unpause()
            self._container.stop(timeout=round(STOP_LIMIT_S))

    def kill(self) -> None:
        if self.is_running:
            self.unpause()  # the engine does not kill a paused container
            self._container.kill(signal.SIGKILL)
            self._container.wait(timeout=STOP_LIMIT_S)

    def pause(self) -> None:
        self._container.pause()

    def unpause(self) -> None:
        if self._inspected["State"]["Paused"]:
            self._container.unpause()

    def _new_container(self) -> DockerContainer:
        container = DockerContainer(self.image, env=dict(self._container_environment()))
        # testcontainers would open the port to the whole network.
        cast("dict[str, Any]", container.ports)[f"{self.inner_port}/tcp"] = (HOST, self.port)
        if command := self._container_command():
            container = container.with_command(list(command))
        return container

    def _container_environment(self) -> Mapping[str, str]:
        return {}

    def _container_command(self) -> Sequence[str]:
        """Empty: the image's default command."""
        return ()

    def _remove(self) -> None:
        if self._engine_container is not None:
            self._engine_container.stop()
            self._engine_container = None

    @property
    def _container(self) -> Any:
        if self._engine_container is None:
            raise ServerFailed(f"{self.name} was not started")
        return self._engine_container.get_wrapped_container()

    @property
    def _inspected(self) -> Mapping[str, Any]:
        container = self._container
        container.reload()
        found: Mapping[str, Any] = container.attrs
        return found

    def _log_tail(self) -> str:
        text = self._container.logs(tail=100).decode(errors="replace")
        return f"; its log ends with:\n{text[-LOG_TAIL_CHARACTERS:]}"


class RabbitContainer(ServerInContainer, RabbitServer):
    image = "rabbitmq:4.3-management-alpine"
    inner_port = 5672

    def _container_environment(self) -> Mapping[str, str]:
        return {
            "RABBITMQ_NODENAME": f"{self._node}@localhost",  # it keeps its data under the name of its node
            "RABBITMQ_DEFAULT_USER": "guest",
            "RABBITMQ_DEFAULT_PASS": "guest",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+S 2:2 +sbwt none -rabbit loopback_users [] -ra wal_max_size_bytes 16777216"
            ),
        }

    def _is_ready(self, pid: int) -> bool:
        return self._node.encode() in first_response(self.port, AMQP_GREETING)


class RedisContainer(ServerInContainer, RedisServer):
    image = "redis:8-alpine"
    inner_port = 6379

    def _container_command(self) -> Sequence[str]:
        return ["redis-server", "--save", "", *self._settings]

    def _is_ready(self, pid: int) -> bool:
        return first_response(self.port, b"PING\r\n") == b"+PONG\r\n"


class PostgresContainer(ServerInContainer, PostgresServer):
    image = "postgres:17-alpine"
    inner_port = 5432

    def _container_environment(self) -> Mapping[str, str]:
        return {
            "POSTGRES_USER": "onwatch",
            "POSTGRES_DB": "postgres",
            "POSTGRES_HOST_AUTH_METHOD": "trust",
            "POSTGRES_INITDB_ARGS": "--encoding=UTF8 --locale=C.UTF-8 --no-sync",
        }

    def _container_command(self) -> Sequence[str]:
        # Safe when a process is killed; only a machine that crashes loses data.
        return ["postgres", "-c", "fsync=off", "-c", "shared_buffers=32MB"]

    def _is_ready(self, pid: int) -> bool:
        # Over TCP, which the server offers only after the database is created.
        asking = ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "onwatch", "-d", "postgres"]
        try:
            return bool(self._container.exec_run(asking).exit_code == 0)
        except DockerException:  # it has ended; the waiting loop reports that
            return False


CONTAINERS: Mapping[type[Server], type[ServerInContainer]] = {
    RabbitServer: RabbitContainer,
    RedisServer: RedisContainer,
    PostgresServer: PostgresContainer,
}


@cache
def obstacle(container: type[ServerInContainer]) -> str | None:
    """Why the server cannot be started in a container here; None if it can. Pulls a missing image."""
    if reason := _no_engine():
        return reason
    if reason := _no_image(container.image):
        return reason
    if not testcontainers_config.ryuk_disabled and _no_image(testcontainers_config.ryuk_image):
        # Ryuk removes containers of killed sessions; other sessions clean up without it.
        testcontainers_config.ryuk_disabled = True
    return None


@cache
def _no_engine() -> str | None:
    if reason := _connection_error(os.environ.get("DOCKER_HOST", DOCKER_SOCKET)):
        return f"no Docker engine answers ({reason})"
    try:
        with closing(docker.from_env()) as client:
            client.ping()
            place = client.api.base_url
    except DockerException as error:
        return f"no Docker engine answers ({error})"
    if not place.startswith("http+docker://"):
        return f"the Docker engine at {place} is on another machine"
    return None


def _connection_error(address: str) -> str | None:
    """Checked first, because the library leaks its socket when nobody listens, which is a warning later."""
    path = address.removeprefix("unix://")
    if path == address:
        return None
    with socket.socket(socket.AF_UNIX) as attempt:
        try:
            attempt.connect(path)
        except OSError as error:
            return f"{path}: {error.strerror}"
    return None


@cache
def _no_image(name: str) -> str | None:
    with closing(docker.from_env()) as client:
        try:
            client.images.get(name)
        except ImageNotFound:
            try:
                client.images.pull(name)
            except DockerException as error:
                return f"the Docker engine has no image {name} and cannot pull it ({error})"
    return None
