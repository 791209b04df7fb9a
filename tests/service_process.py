"""Services and the program `onwatch`, run in processes that are forked from one that has imported them.

Importing costs a service 0.6 to 2.6 s of CPU and `onwatch analyze` 4 s; a test of killed processes starts dozens.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

IMPORTED = ("onwatch.analyze", "onwatch_testkit.blob_engine")  # the first imports all services


class ServiceProcess(Protocol):
    """What tests use of `subprocess.Popen`."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float) -> int: ...
    def send_signal(self, signal_number: signal.Signals) -> None: ...
    def kill(self) -> None: ...


def run_module(module: str, environ: Mapping[str, str], log: Path) -> ServiceProcess:
    """`python -m module` in a new interpreter."""
    with log.open("ab") as output:
        return subprocess.Popen([sys.executable, "-m", module], env=environ, stdout=output, stderr=output)


def fork_module(module: str, environ: Mapping[str, str], log: Path) -> ServiceProcess:
    """The same in a forked process."""
    return _Forked(module, environ, log)


def fork_program(
    arguments: Sequence[str], environ: Mapping[str, str], *, folder: Path | None = None, timeout_s: float = 120
) -> subprocess.CompletedProcess[str]:
    """`onwatch ARGUMENTS` in `folder` in a forked process; raises `TimeoutExpired` when it does not end in time."""
    with tempfile.TemporaryDirectory() as written:
        output, errors = Path(written, "stdout"), Path(written, "stderr")
        process = _forked(
            _run_program, [*arguments], dict(environ), str(folder or Path.cwd()), str(output), str(errors)
        )
        process.join(timeout_s)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(["onwatch", *arguments], timeout_s, errors.read_bytes())
        return subprocess.CompletedProcess(
            ["onwatch", *arguments], process.exitcode, output.read_text(), errors.read_text()
        )


def _forked(target: Callable[..., None], *arguments: object) -> BaseProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*IMPORTED])
    process = context.Process(target=target, args=arguments)
    process.start()
    return process


class _Forked:
    def __init__(self, module: str, environ: Mapping[str, str], log: Path) -> None:
        self._process = _forked(_run_module, module, dict(environ), str(log), str(log))
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
        return self._process.exitcode

    def send_signal(self, signal_number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal_number)

    def kill(self) -> None:
        self._process.kill()


def _run_module(module: str, environ: Mapping[str, str], output: str, errors: str) -> None:
    _become(environ, output, errors)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _run_program(arguments: Sequence[str], environ: Mapping[str, str], folder: str, output: str, errors: str) -> None:
    _become(environ, output, errors)
    os.chdir(folder)
    sys.argv = ["onwatch", *arguments]
    from onwatch.cli import main  # only now: it reads the width and colours of the environment

    main()


def _become(environ: Mapping[str, str], output: str, errors: str) -> None:
    """Take the environment and the standard streams of a program of its own."""
    for path, stream in ((output, sys.stdout), (errors, sys.stderr)):
        with Path(path).open("ab") as file:
            os.dup2(file.fileno(), stream.fileno())
    os.environ.clear()
    os.environ.update(environ)
    tempfile.tempdir = None  # kept from the environment before
