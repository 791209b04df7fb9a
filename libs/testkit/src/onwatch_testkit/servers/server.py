"""A private server for tests, as an installed program (Linux).

Each runs on free ports of 127.0.0.1 with its files in a folder of its own, and ends with the test session, even if that
is killed. A test may stop, kill and pause it, but must leave it running for the next test.

`docker` has the same servers in containers, as subclasses; `choice` selects between the two.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar, Self

import pytest

from onwatch_testkit.servers.ports import free_port
from onwatch_testkit.servers.programs import is_suspended, process_tree

REQUIRE_REAL = "ONWATCH_REQUIRE_REAL"
"""Set to 1: a server that is not installed fails a test instead of skipping it."""

START_LIMIT_S = 180.0  # RabbitMQ needs about 5 s on a free machine
STOP_LIMIT_S = 60.0
POLL_S = 0.05
LOG_TAIL_CHARACTERS = 2000

# Ends the server of a test session that was killed (SIGKILL, a CI's time limit): its end of the pipe closes.
GUARD = 'cat >/dev/null; kill -KILL "$@" 2>/dev/null; rm -rf -- "$0"'


class ServerFailed(Exception):
    """A private server did not start or stop."""


class Server(ABC):
    """One private server process."""

    name: ClassVar[str]
    debian_package: ClassVar[str]
    start_limit_s: ClassVar[float] = START_LIMIT_S
    stop_limit_s: ClassVar[float] = STOP_LIMIT_S

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

    @classmethod
    def installed(cls) -> Path:
        program = cls.program()
        if program is None:
            raise ServerFailed(f"{cls.name} is not installed here")
        return program

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
            self._wait(self.start_limit_s, lambda: self._is_ready(self.pid), "did not answer")
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
        """Suspend it: connections stay open and nothing answers. Returns when its last thread has stopped."""
        self._signal(signal.SIGSTOP)
        self._wait(STOP_LIMIT_S, lambda: all(map(is_suspended, process_tree(self.pid))), "was not suspended")

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
            self._process.wait(self.stop_limit_s)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait(STOP_LIMIT_S)
            raise ServerFailed(f"{self.name} did not stop within {self.stop_limit_s} s{self._log_tail()}") from None
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
            process.wait(STOP_LIMIT_S)

    def _spawn_guard(self, pids: Sequence[int]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 a constant script
            ["/bin/sh", "-c", GUARD, str(self.folder), *map(str, pids)], stdin=subprocess.PIPE, start_new_session=True
        )

    def _retire_guard(self) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.kill()
            self._guard.wait(STOP_LIMIT_S)
            self._guard.stdin.close()
            self._guard = None

    def _log_tail(self) -> str:
        text = self._log.read_text(errors="replace") if self._log.is_file() else ""
        return f"; its log ends with:\n{text[-LOG_TAIL_CHARACTERS:]}"


def require(server: type[Server]) -> None:
    """Skip the test if the server is not installed; fail it if `ONWATCH_REQUIRE_REAL=1`."""
    if server.program() is None:
        reason = f"{server.name} is not installed here (on Debian: apt-get install {server.debian_package})"
        if os.environ.get(REQUIRE_REAL) == "1":
            pytest.fail(f"{reason}, and {REQUIRE_REAL}=1", pytrace=False)
        pytest.skip(reason)
