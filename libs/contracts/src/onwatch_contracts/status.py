"""The HTTP models of the state of the whole system, for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from onwatch_contracts.values import Count, Seconds, Timestamp, Value


class SystemProblem(Value):
    """Something that is wrong now."""

    code: str
    """For programs: it stays, other than the text."""
    text: str
    facts: Mapping[str, str | float]
    """The values in the text, by name."""


class ProcessStatus(Value):
    """What one process said of itself."""

    url: str | None
    """Its port for operators; null: the process that answers this request."""
    failure: str | None
    """Why it said nothing; null: it did."""
    service: str | None
    version: str | None
    started_at: Timestamp | None
    ready: bool
    checks: Mapping[str, Literal["ok", "failed"]]
    """What it depends on, by name."""


class SystemStatus(Value):
    """The whole system; what no process knows is null."""

    asked_at: Timestamp
    """When the processes were asked: an answer is kept for a moment, and shared by all who request it."""
    ok: bool
    """There are no problems."""
    problems: tuple[SystemProblem, ...]
    processes: tuple[ProcessStatus, ...]
    services_missing: tuple[str, ...]
    """Those of the five services of which no process answered."""
    videos_demanded: Count | None
    analyses_wanted: Count | None
    runs_active: Count | None
    slots: Count | None
    """How many videos detectors can process at a time."""
    slots_free: Count | None
    viewers: Count | None
    viewers_with_a_video: Count | None
    outbox_blocked_s: Seconds | None
    """For how long the catalog has published no message that waits; 0: none waits."""
    disk_free_bytes: Count | None
    """For videos."""
    failures_since_start: Mapping[str, Count]
    """Since each process started, by what failed; without what no process counts."""
    dead_letters: Count | None = None
    """Messages that no service could handle, and that wait in the broker for a decision."""
    dead_letters_oldest_s: Seconds | None = None
    """The age of the oldest of them, at least; 0: there are none."""
    dead_lettered_since_start: Mapping[str, Count] = {}
    """Since each process started, by the queue that the messages came from."""
