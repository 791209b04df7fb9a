"""A service's module run in a process that is forked from one that has imported the services.

Importing costs a service 0.6 to 2.6 s of CPU, and a test of killed processes starts dozens.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

IMPORTED = (
    "onwatch_aggregator.service",
    "onwatch_catalog.service",
    "onwatch_dashboard.service",
    "onwatch_detector.service",
    "onwatch_gateway.service",
    "onwatch_testkit.blob_engine",
)


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


class _Forked:
    def __init__(self, module: str, environ: Mapping[str, str], log: Path) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([*IMPORTED])
        self._process = context.Process(target=_run, args=(module, dict(environ), str(log)))
        self._process.start()
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


def _run(module: str, environ: Mapping[str, str], log: str) -> None:
    with Path(log).open("ab") as output:
        os.dup2(output.fileno(), sys.stdout.fileno())
        os.dup2(output.fileno(), sys.stderr.fileno())
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
