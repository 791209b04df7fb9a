"""Starts processes by the fork server, from any thread of a service that must not fork itself."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from onwatch_media.sandbox.channel import NUMBER
from onwatch_media.sandbox.environment import clean_environment
from onwatch_media.sandbox.rights import missing_protection

START_S = 60.0  # of the fork server, which imports its libraries, on a busy machine
END_S = 10.0

log = logging.getLogger(__name__)


class NotStarted(Exception):
    """No process could be started; the text says why."""


@dataclass
class StartedProcess:
    """A process of its own. `close` ends it, whatever it does."""

    pid: int
    channels: Sequence[socket.socket]
    _life: socket.socket
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _code: int | None = None

    def exit_code(self, wait_s: float = END_S) -> int | None:
        """How it ended, negative for a signal; None: not in time, or nobody knows. Any thread."""
        with self._lock, contextlib.suppress(OSError):
            self._life.settimeout(wait_s)
            if self._code is None and len(told := self._life.recv(NUMBER.size)) == NUMBER.size:
                self._code = int(NUMBER.unpack(told)[0])
        return self._code

    def kill(self) -> None:
        """End it now. Any thread."""
        with contextlib.suppress(OSError):
            self._life.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        for each in (*self.channels, self._life):
            each.close()


class ProcessStarter:
    """Starts processes that run `serve(job, channels)` of a module. Any thread."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def warm_up(self) -> None:
        """Begin to start the fork server: the first process then does not wait for it. Logs which protection lacks."""
        if missing := missing_protection():
            log.warning("videos are decoded without %s: this machine does not have it", " and ".join(missing))
        with self._lock:
            self._running_control()

    def start(self, job: Mapping[str, Any], channels: int) -> StartedProcess:
        """A process with so many channels. Blocks until it runs. `NotStarted`."""
        try:
            return self._started(job, channels)
        except OSError as error:  # too many files or processes, or too little memory
            raise NotStarted(f"this machine can start no process: {error.strerror or error}") from error

    def _started(self, job: Mapping[str, Any], channels: int) -> StartedProcess:
        ours, theirs = zip(*(socket.socketpair() for _ in range(1 + channels)), strict=True)
        try:
            with self._lock:
                self._send(json.dumps(job).encode() + b"\n", [each.fileno() for each in theirs])
                # Then the fork server alone has them, and its end is known at once.
                for each in theirs:
                    each.close()
                pid = self._started_pid(ours[0])
        except BaseException:
            for each in ours:
                each.close()
            raise
        finally:
            for each in theirs:
                each.close()
        return StartedProcess(pid, ours[1:], ours[0])

    def close(self) -> None:
        """End the fork server and all processes."""
        with self._lock:
            if self._control is not None and self._server is not None:
                self._control.close()
                try:
                    self._server.wait(END_S)
                except subprocess.TimeoutExpired:
                    self._server.kill()
                    self._server.wait()
            self._control = self._server = None

    def _send(self, line: bytes, handles: Sequence[int]) -> None:
        for control in (self._running_control(), None):
            try:
                socket.send_fds(control or self._running_control(), [line], handles)
            except (BrokenPipeError, ConnectionResetError):  # it has ended since
                self._forget()
            else:
                return
        raise NotStarted("the process that starts decoders ends at once")

    def _started_pid(self, life: socket.socket) -> int:
        life.settimeout(START_S)
        try:
            told = life.recv(NUMBER.size)
        except TimeoutError:
            told = b""
        if len(told) != NUMBER.size:
            self._forget()
            raise NotStarted("the process that starts decoders does not answer")
        number = int(NUMBER.unpack(told)[0])
        if number < 0:
            raise OSError(-number, os.strerror(-number))
        return number

    def _running_control(self) -> socket.socket:
        if self._server is not None and self._server.poll() is not None:
            log.error("the process that starts decoders ended (code %s); starting it again", self._server.returncode)
            self._forget()
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                command = (sys.executable, "-P", "-m", "onwatch_media.sandbox.fork_server", self._module)
                # A session of its own: an interrupt from the keyboard ends the service, which ends its runs in order.
                self._server = subprocess.Popen(  # noqa: S603 the interpreter that runs this
                    command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env=clean_environment(),
                    start_new_session=True,
                )
        return self._control

    def _forget(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._server is not None:
            self._server.kill()
            self._server.wait()
        self._control = self._server = None
