"""How far a backup or a restore is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn


class Watch(Protocol):
    """Is told every step."""

    def expect(self, what: str, total_bytes: int) -> None:
        """A new stage begins, in which about so many bytes are read or written."""
        ...

    def step(self, what: str, size_bytes: int = 0) -> None:
        """The next step is about to be taken, or so many bytes more were done."""
        ...


class Unwatched:
    def expect(self, what: str, total_bytes: int) -> None:
        """Nobody looks."""

    def step(self, what: str, size_bytes: int = 0) -> None:
        """Nobody looks."""


class Bar:
    """A `Watch` at a terminal; elsewhere it shows nothing."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def expect(self, what: str, total_bytes: int) -> None:
        self._progress.reset(self._task, description=what, total=total_bytes)

    def step(self, what: str, size_bytes: int = 0) -> None:
        self._progress.advance(self._task, size_bytes)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """While a question is asked."""
        self._progress.stop()
        yield
        self._progress.start()


@contextmanager
def shown(console: Console) -> Iterator[Bar]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Bar(progress)
