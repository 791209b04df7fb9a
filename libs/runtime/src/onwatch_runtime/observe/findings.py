"""Findings of `onwatch doctor`: things in a store that should not be there, or are missing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Repair = Callable[[], Awaitable[object]]
Key = tuple[str, str, str]


class ExaminationFailed(Exception):
    """A store could not be examined, so nothing is known about it."""

    def __init__(self, what: str, why: object) -> None:
        first, *_ = str(why).splitlines() or [type(why).__name__]
        super().__init__(f"{what}: {first}")


def expect_sqlite_file(what: str, database_url: str) -> None:
    """`ExaminationFailed` if the SQLite file is missing: opening it would create one. Other databases pass."""
    kind, _, path = database_url.partition(":///")
    if kind.startswith("sqlite") and not Path(path).is_file():
        raise ExaminationFailed(what, f"{path} is not there")


@dataclass(frozen=True)
class Finding:
    """One inconsistency."""

    place: str
    """Which store: `files`, `catalog`, `results`, `redis`, `bus`."""
    kind: str
    subject: str
    """What it is about: an id, a path, a key, a queue."""
    detail: str
    remedy: str | None = None
    """What the repair does, or which service repairs it by itself; None where a person has to decide."""
    repair: Repair | None = field(default=None, compare=False, repr=False)
    """May be called twice. Does nothing if the inconsistency is gone by then."""

    @property
    def key(self) -> Key:
        return self.place, self.kind, self.subject


def confirmed(first: Sequence[Finding], second: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings of a second examination that the first had too: work in progress is done in between."""
    keys = {finding.key for finding in first}
    return tuple(finding for finding in second if finding.key in keys)


def age_text(seconds: float) -> str:
    """For people: `45 s`, `12 min`, `3 h`, `5 days`."""
    for unit, unit_s in (("days", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * unit_s:
            return f"{seconds / unit_s:.0f} {unit}"
    return f"{seconds:.0f} s"
