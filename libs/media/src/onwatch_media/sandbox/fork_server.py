"""Forks a process for each job: `python -P -m onwatch_media.sandbox.fork_server MODULE`.

Jobs come on its standard input, which is a socket. MODULE is imported once: its `serve(job, channels)` begins within
milliseconds in each process, with its libraries loaded. A job is a line of JSON with sockets: the first tells the life
of the process, and ends it when it is closed; the others are the channels of the job. The life is the number of the
process, and then its exit code; of one that cannot be forked, the negative number of the error.

This process has one thread, so that forking is safe, and reads no untrusted file. It ends with its parent, and ends the
processes that it forked.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from onwatch_media.sandbox.channel import NUMBER
from onwatch_media.sandbox.rights import missing_protection

STDIN = 0
JOB_BYTES = 1 << 16  # at most; a path has 4 kB
SOCKETS = 8  # of a job, at most
PR_SET_PDEATHSIG = 1

Serve = Callable[[dict[str, Any], Sequence[socket.socket]], None]


class ForkServer:
    def __init__(self, control: socket.socket, serve: Serve) -> None:
        self._control = control
        self._serve = serve
        self._lives: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()
        for each in (self._woken, self._wake):
            each.setblocking(False)

    def run(self) -> None:
        """Until the other end of the control socket is closed."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        self._selector.register(self._control, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._control:
                    if not self._take_job():
                        return self._end_all()
                elif key.fileobj is self._woken:
                    self._reap()
                else:
                    self._end(key.data)

    def _take_job(self) -> bool:
        line, handles, _, _ = socket.recv_fds(self._control, JOB_BYTES, SOCKETS)
        while line and not line.endswith(b"\n"):
            line += self._control.recv(JOB_BYTES)
        if not line:
            return False
        sockets = [socket.socket(fileno=handle) for handle in handles]
        try:
            pid = os.fork()
        except OSError as error:  # too many processes, or too little memory: those that run go on
            _refuse(sockets, error)
            return True
        if pid == 0:
            self._become(json.loads(line), sockets)
        life, *channels = sockets
        for channel in channels:
            channel.close()
        self._lives[pid] = life
        self._selector.register(life, selectors.EVENT_READ, pid)
        _tell(life, pid)
        return True

    def _become(self, job: dict[str, Any], sockets: Sequence[socket.socket]) -> None:
        """Do the job, in the new process; never returns."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._selector.close()
            for each in (self._control, self._woken, self._wake, *self._lives.values(), sockets[0]):
                each.close()
            _end_with_parent()
            self._serve(job, sockets[1:])
            code = 0
        except BaseException:  # noqa: BLE001 whatever it was, this process ends here
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._woken.recv(1024):
                pass
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                life = self._lives.pop(found[0])
                with contextlib.suppress(KeyError):  # its job was given up
                    self._selector.unregister(life)
                _tell(life, os.waitstatus_to_exitcode(found[1]))
                life.close()

    def _end(self, pid: int) -> None:
        """Its job was given up. While its life is kept it is not reaped, so its number is no other's."""
        life = self._lives.get(pid)
        if life is None:  # it ended by itself at the same time, and was reaped within this round of events
            return
        self._selector.unregister(life)
        os.kill(pid, signal.SIGKILL)

    def _end_all(self) -> None:
        for pid in self._lives:
            os.kill(pid, signal.SIGKILL)


def _tell(life: socket.socket, number: int) -> None:
    with contextlib.suppress(OSError):  # nobody waits for it any more
        life.send(NUMBER.pack(number), getattr(socket, "MSG_NOSIGNAL", 0) | socket.MSG_DONTWAIT)


def _refuse(sockets: Sequence[socket.socket], error: OSError) -> None:
    _tell(sockets[0], -(error.errno or errno.EAGAIN))
    for each in sockets:
        each.close()


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def main() -> None:
    serve: Serve = import_module(sys.argv[1]).serve
    missing_protection()  # loads what the forked processes need to give up rights
    gc.freeze()  # shared with them
    with _taken_control() as control:
        ForkServer(control, serve).run()


def _taken_control() -> socket.socket:
    """The control socket, off the standard input: a forked process would keep that, and could take others' jobs."""
    control = socket.socket(fileno=os.dup(STDIN))
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), STDIN)
    return control


if __name__ == "__main__":
    main()
