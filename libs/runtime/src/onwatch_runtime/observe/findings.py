"""What a look at a store finds: things that are there and should not be, or the other way round."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Repair = Callable[[], Awaitable[object]]
Key = tuple[str, str, str]


class CouldNotLook(Exception):
    """A store was not reached, so that nothing can be said about it."""

    def __init__(self, what: str, why: object) -> None:
        first, *_ = str(why).splitlines() or [type(why).__name__]
        super().__init__(f"{what}: {first}")


def expect_file(what: str, database_url: str) -> None:
    """`CouldNotLook` for a SQLite file that is not there: looking must not make one."""
    kind, _, path = database_url.partition(":///")
    if kind.startswith("sqlite") and not Path(path).is_file():
        raise CouldNotLook(what, f"{path} is not there")


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be."""

    place: str
    """Which store: `files`, `catalog`, `results`, `redis`, `bus`."""
    kind: str
    subject: str
    """What it is about: an id, a path, a key, a queue."""
    detail: str
    remedy: str | None = None
    """What repairing it does; None where a person has to decide."""
    repair: Repair | None = field(default=None, compare=False, repr=False)
    """May be called twice. Does nothing when the thing is as it should be by then."""

    @property
    def key(self) -> Key:
        return self.place, self.kind, self.subject


def found_twice(first: Sequence[Finding], second: Sequence[Finding]) -> tuple[Finding, ...]:
    """What a second look confirms: what was only under way is through by then."""
    keys = {finding.key for finding in first}
    return tuple(finding for finding in second if finding.key in keys)


def age(seconds: float) -> str:
    """For people: `45 s`, `12 min`, `3 h`, `5 days`."""
    for unit, unit_s in (("days", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * unit_s:
            return f"{seconds / unit_s:.0f} {unit}"
    return f"{seconds:.0f} s"
