"""Private RabbitMQ, Redis and PostgreSQL servers for tests, as installed programs (Linux).

Each runs on free ports of 127.0.0.1 with its files in a folder of its own, and ends with the test session, even if that
is killed. A test may stop, kill and pause it, but must leave it running for the next test.

`docker` has the same servers in containers, as subclasses; `choice` selects between the two.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar, Self

import pytest

REQUIRE_REAL = "ONWATCH_REQUIRE_REAL"
"""Set to 1: a server that is not installed fails a test instead of skipping it."""

HOST = "127.0.0.1"
START_LIMIT_S = 60.0  # RabbitMQ needs about 5 s on a free machine
STOP_LIMIT_S = 20.0
POLL_S = 0.05
RESPONSE_LIMIT_S = 2.0
LOG_TAIL_CHARACTERS = 2000

# Below the range from which Linux takes the local ports of outgoing connections: nothing borrows a server's port
# while it is down.
ALL_PORTS = range(20_000, 32_000)
_given_ports: set[int] = set()

# Ends the server of a test session that was killed (SIGKILL, a CI's time limit): its end of the pipe closes.
GUARD = 'cat >/dev/null; kill -KILL "$@" 2>/dev/null; rm -rf -- "$0"'


AMQP_GREETING = b"AMQP\x00\x00\x09\x01"


class ServerFailed(Exception):
    """A private server did not start or stop."""


class Server(ABC):
    """One private server process."""

    name: ClassVar[str]
    debian_package: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._companions: list[subprocess.Popen[bytes]] = []
        """Other processes that the server needs; they keep running while it is down."""
        self._log = folder / "server.log"

    @classmethod
    @abstractmethod
    def program(cls) -> Path | None:
        """The installed program, if there is one."""

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def _prepare(self) -> None:
        """Write the files that the first start needs."""

    @abstractmethod
    def _command(self) -> Sequence[str | Path]: ...

    @abstractmethod
    def _is_ready(self, pid: int) -> bool:
        """Whether the process with this id, and no other, answers on the port."""

    def _environment(self) -> Mapping[str, str]:
        return os.environ

    def _user(self) -> str | None:
        """The user that the server runs as; None: the current user."""
        return None

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        """A started server, removed with its files at the end."""
        # Not in pytest's folder, which other users (PostgreSQL's) may not enter.
        folder = Path(tempfile.mkdtemp(prefix=f"onwatch-{cls.name}-"))
        try:
            server = cls(folder)
            server._prepare()
            try:
                server.start()
                yield server
            finally:
                server.kill()
                server._end_companions()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ServerFailed(f"{self.name} is not running")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Return when it answers. Does nothing if it runs already."""
        if self.is_running:
            return
        self._process = self._spawn(self._command())
        self._guard = self._spawn_guard([process.pid for process in (self._process, *self._companions)])
        try:
            self._wait(START_LIMIT_S, lambda: self._is_ready(self.pid), "did not answer")
        except ServerFailed:
            self.kill()
            raise

    def stop(self) -> None:
        """Terminate it and wait."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it at any instruction, as a power failure would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def pause(self) -> None:
        """Suspend it: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def unpause(self) -> None:
        self._signal(signal.SIGCONT)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        if number == signal.SIGKILL:
            self._signal(number)
        else:
            self._process.send_signal(number)
        try:
            self._process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait(STOP_LIMIT_S)
            raise ServerFailed(f"{self.name} did not stop within {STOP_LIMIT_S} s{self._log_tail()}") from None
        finally:
            self._process = None
            self._retire_guard()

    def _signal(self, number: signal.Signals) -> None:
        for pid in process_tree(self.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _wait(self, limit_s: float, condition: Callable[[], bool], failure: str) -> None:
        deadline_s = time.monotonic() + limit_s
        while not condition():
            if not self.is_running:
                raise ServerFailed(f"{self.name} ended while it started{self._log_tail()}")
            if time.monotonic() >= deadline_s:
                raise ServerFailed(f"{self.name} {failure} within {limit_s} s{self._log_tail()}")
            time.sleep(POLL_S)

    def _spawn(self, command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 a server's own command line
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=dict(self._environment()),
                # Ctrl-C in the terminal ends the tests, which then end the server.
                start_new_session=True,
                user=self._user(),
                group=self._user(),
                extra_groups=[] if self._user() else None,
            )

    def _end_companions(self) -> None:
        for process in self._companions:
            process.kill()
            process.wait()

    def _spawn_guard(self, pids: Sequence[int]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 a constant script
            ["/bin/sh", "-c", GUARD, str(self.folder), *map(str, pids)], stdin=subprocess.PIPE, start_new_session=True
        )

    def _retire_guard(self) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.kill()
            self._guard.wait()
            self._guard.stdin.close()
            self._guard = None

    def _log_tail(self) -> str:
        text = self._log.read_text(errors="replace") if self._log.is_file() else ""
        return f"; its log ends with:\n{text[-LOG_TAIL_CHARACTERS:]}"


class RabbitServer(Server):
    """RabbitMQ without plug-ins, as one node with a private name and cookie."""

    name = "rabbitmq"
    debian_package = "rabbitmq-server"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._node = f"onwatch-{secrets.token_hex(4)}"
        self._epmd_port = free_port()
        self._distribution_port = free_port()

    @classmethod
    def program(cls) -> Path | None:
        # Debian's /usr/sbin/rabbitmq-server is a wrapper that changes to the user rabbitmq and to /var/lib/rabbitmq.
        return _first_program("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server")

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@{HOST}:{self.port}/"

    def _prepare(self) -> None:
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text(secrets.token_hex(16))
        cookie.chmod(0o400)
        (self.folder / "enabled_plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = {HOST}:{self.port}\n"
            "vm_memory_high_watermark.absolute = 512MB\n"
            "disk_free_limit.absolute = 50MB\n"
            "log.console = true\n"
            "log.console.level = warning\n"
            "log.file = false\n"
            "raft.wal_max_size_bytes = 16777216\n"  # the default keeps half a gigabyte before it truncates
        )

    def _environment(self) -> Mapping[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_NODENAME": f"{self._node}@localhost",
            "detached": "1",  # the start script then replaces itself by the server
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "no-such-file"),  # ignores the machine's own file
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "rabbitmq.pid"),
            # No spinning schedulers beside the tests, no listener beyond this machine.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+S 2:2 +sbwt none -kernel inet_dist_use_interface {127,0,0,1} -start_epmd false"
            ),
        }

    def start(self) -> None:
        # Erlang's name server; without it Erlang starts one that outlives the tests.
        if not self._companions:
            self._companions.append(self._spawn([_epmd(), "-port", str(self._epmd_port), "-address", HOST]))
        super().start()

    def _command(self) -> Sequence[str | Path]:
        return [_installed(self)]

    def _is_ready(self, pid: int) -> bool:
        """A broker's greeting carries the name of its node, which is unique."""
        return self._node.encode() in first_response(self.port, AMQP_GREETING)


class RedisServer(Server):
    """Redis with an append-only file, as recommended for production."""

    name = "redis"
    debian_package = "redis-server"

    def __init__(self, folder: Path, *settings: str) -> None:
        super().__init__(folder)
        self._settings = settings or ("--appendonly", "yes", "--appendfsync", "everysec")

    @classmethod
    def program(cls) -> Path | None:
        return _first_program("redis-server")

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def _prepare(self) -> None:
        """Nothing: the command line has all settings."""

    def _command(self) -> Sequence[str | Path]:
        place = ("--bind", HOST, "--port", str(self.port), "--dir", str(self.folder))
        return [_installed(self), *place, "--save", "", *self._settings]

    def _is_ready(self, pid: int) -> bool:
        answer = first_response(self.port, b"INFO server\r\n")
        return f"process_id:{pid}\r\n".encode() in answer and not first_response(self.port, b"PING\r\n").startswith(
            b"-LOADING"
        )


class PostgresServer(Server):
    """PostgreSQL with one user, `onwatch`, a superuser."""

    name = "postgresql"
    debian_package = "postgresql"

    @classmethod
    def program(cls) -> Path | None:
        # Debian installs it outside of PATH, by version.
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: float(p.parts[-3]))
        return versions[-1] if versions else _first_program("postgres")

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The URL of a database in this server."""
        return f"postgresql://onwatch@{HOST}:{self.port}/{database}"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _user(self) -> str | None:
        return "postgres" if os.geteuid() == 0 else None  # it refuses to run as root

    def _prepare(self) -> None:
        if user := self._user():
            shutil.chown(self.folder, user, user)
        words = ("--auth=trust", "--username=onwatch", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        initdb = self._spawn([_installed(self).with_name("initdb"), "-D", self._data, *words])
        if initdb.wait(START_LIMIT_S):
            raise ServerFailed(f"initdb failed{self._log_tail()}")

    def _command(self) -> Sequence[str | Path]:
        settings = {
            "listen_addresses": HOST,
            "unix_socket_directories": "",
            "shared_buffers": "32MB",
            "fsync": "off",  # safe when a process is killed; only a machine that crashes loses data
        }
        given = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [_installed(self), "-D", self._data, "-p", str(self.port), *given]

    def stop(self) -> None:
        self._end(signal.SIGINT)  # its SIGTERM waits for clients to disconnect

    def _is_ready(self, pid: int) -> bool:
        """Compares the process id, port and status that the server writes to a file."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and (lines[0], lines[3], lines[7].strip()) == (str(pid), str(self.port), "ready")


def require(server: type[Server]) -> None:
    """Skip the test if the server is not installed; fail it if `ONWATCH_REQUIRE_REAL=1`."""
    if server.program() is None:
        reason = f"{server.name} is not installed here (on Debian: apt-get install {server.debian_package})"
        if os.environ.get(REQUIRE_REAL) == "1":
            pytest.fail(f"{reason}, and {REQUIRE_REAL}=1", pytrace=False)
        pytest.skip(reason)


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


def process_tree(pid: int) -> list[int]:
    """The process and its descendants, parents first."""
    found = [pid]
    for parent in found:
        with suppress(OSError):
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                found += map(int, children.read_text().split())
    return found


def _installed(server: Server) -> Path:
    program = server.program()
    if program is None:
        raise ServerFailed(f"{server.name} is not installed here")
    return program


def _first_program(*names: str) -> Path | None:
    paths = (shutil.which(name) for name in names)
    return next((Path(path) for path in paths if path), None)


def _epmd() -> Path:
    """The path of Erlang's name server."""
    epmd = _first_program("epmd") or next(Path("/usr/lib/erlang").glob("erts-*/bin/epmd"), None)
    if epmd is None:
        raise ServerFailed("RabbitMQ is installed and Erlang's epmd is not found")
    return epmd
