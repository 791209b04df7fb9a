"""Installed programs, and the processes they start (Linux)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PROGRAMS = "ONWATCH_TEST_PROGRAMS"
"""Folders, separated as in PATH, whose servers are started instead of the installed ones: of other versions."""


def first_program(*names: str) -> Path | None:
    """The path of the first that is in the given folders, else of the first that is installed."""
    return given_program(*names) or _first_in(os.environ.get("PATH", os.defpath), names)


def given_program(*names: str) -> Path | None:
    """The path of the first that is in the folders of `PROGRAMS`."""
    return _first_in(os.environ.get(PROGRAMS, ""), [name for name in names if "/" not in name])


def search_path() -> str:
    """PATH for a server that starts other programs: the given folders come first."""
    return os.pathsep.join(filter(None, (os.environ.get(PROGRAMS), os.environ.get("PATH", os.defpath))))


def _first_in(folders: str, names: Iterable[str]) -> Path | None:
    paths = (shutil.which(name, path=folders) for name in names)
    return next((Path(path) for path in paths if path), None)


def process_tree(pid: int) -> list[int]:
    """The process and its descendants, parents first."""
    found = [pid]
    for parent in found:
        with suppress(OSError):
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                found += map(int, children.read_text().split())
    return found


def is_suspended(pid: int) -> bool:
    """Whether none of its threads runs. On a busy machine that takes a while after SIGSTOP."""
    states = set()
    for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
        with suppress(OSError):  # a thread that has just ended
            states.add(stat.read_text().rpartition(")")[2].split()[0])
    return states <= {"T", "t", "Z", "X"}


def is_alive(pid: int) -> bool:
    """Whether the process runs; zombies do not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
