"""Processes of a benchmark, which answer each line on stdin with a line of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Self, cast

from onwatch_testkit.servers.programs import process_tree

LAB = Path(__file__).parents[2]
ROOT = LAB.parent


class Program:
    """Ends with the context."""

    def __init__(self, command: Sequence[str | Path]) -> None:
        # Compared programs know nothing of this project's packages; this project's run with `lab` in the path.
        environment = {**os.environ, "PYTHONPATH": str(LAB), "PYTHONUNBUFFERED": "1"}
        self._command = list(map(str, command))
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    @classmethod
    def module(cls, name: str, *arguments: object, python: Path = Path(sys.executable)) -> Self:
        return cls([python, "-m", name, *map(str, arguments)])

    @property
    def pid(self) -> int:
        return self._process.pid

    def line(self) -> str:
        answer = cast("IO[str]", self._process.stdout).readline()
        if not answer:
            raise SystemExit(f"{self._command} ended with status {self._process.wait()}")
        return answer

    def say(self, command: str) -> None:
        stdin = cast("IO[str]", self._process.stdin)
        stdin.write(f"{command}\n")
        stdin.flush()

    def ask(self, command: str) -> dict[str, Any]:
        self.say(command)
        answer: dict[str, Any] = json.loads(self.line())
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def cpu_s(pid: int) -> float:
    """User and system time of a process, without its helpers."""
    return sum(_ticks(pid)[:2]) / os.sysconf("SC_CLK_TCK")


def tree_cpu_s(pid: int) -> float:
    """The same with its helpers, also those that have ended."""
    return sum(sum(_ticks(each)) for each in process_tree(pid)) / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> list[int]:
    """User and system time, then those of children that have ended and were waited for."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return list(map(int, words[11:15]))
