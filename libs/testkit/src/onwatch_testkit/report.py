"""The end of the test report: which servers the tests used, and which tests were left out (a pytest plug-in).

Under pytest-xdist only the workers know, so each hands its notes to the session that prints the report.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from onwatch_testkit.servers import choice

NOTES = pytest.StashKey["Notes"]()
FROM_WORKER = "onwatch_testkit_notes"
"""Key in what an xdist worker hands over at its end."""


class Notes:
    """What one test session, with its workers, has to say."""

    def __init__(self) -> None:
        self.servers: dict[str, None] = {}
        """Lines without repeats, in order."""
        self.deselected: Counter[str] = Counter()
        """Number of tests left out, by the marker that the selection excludes."""

    def add_worker(self, given: Mapping[str, Any]) -> None:
        self.servers |= dict.fromkeys(given["servers"])
        self.deselected |= Counter(given["deselected"])  # each worker collects the same tests

    def to_send(self) -> dict[str, Any]:
        return {"servers": [*self.servers, *choice.decisions], "deselected": dict(self.deselected)}


def excluded_markers(selection: str) -> list[str]:
    """The markers that an expression like `not docker and not orders` leaves out."""
    return re.findall(r"\bnot (\w+)", selection)


def deselected_lines(deselected: Mapping[str, int], descriptions: Sequence[str]) -> list[str]:
    """One line a marker, with its description, which names the command that runs the tests."""
    described = dict(line.split(":", 1) for line in descriptions if ":" in line)
    return [
        f"deselected: {count} marked `{name}`:{described.get(name, ' not described')}"
        for name, count in sorted(deselected.items())
    ]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[NOTES] = Notes()


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    for item in items:
        excluded = set(excluded_markers(item.config.option.markexpr))
        for name in sorted({marker.name for marker in item.iter_markers()} & excluded):
            item.config.stash[NOTES].deselected[name] += 1


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In an xdist worker: hand over."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[FROM_WORKER] = session.config.stash[NOTES].to_send()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """In the session that xdist's workers report to."""
    if given := getattr(node, "workeroutput", {}).get(FROM_WORKER):
        node.config.stash[NOTES].add_worker(given)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    notes = config.stash[NOTES]
    notes.servers |= dict.fromkeys(choice.decisions)
    for line in notes.servers:
        terminalreporter.write_line(f"server of the tests: {line}")
    for line in deselected_lines(notes.deselected, config.getini("markers")):
        terminalreporter.write_line(line)
