"""What the answers of all processes say about the system. Pure, no I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from onwatch_runtime.overview.process import Process
from onwatch_runtime.overview.samples import Sample, Samples

SERVICES = ("aggregator", "catalog", "dashboard", "detector", "gateway")
ALL_IN_ONE = "all-in-one"
"""How the one-process mode, which has all of them, calls itself."""

FAILURES: Mapping[str, str] = {
    "runs_failed": "onwatch_detector_runs_failed_total",
    "runs_given_up": "onwatch_detector_runs_lost_total",
    "leases_expired": "onwatch_aggregator_leases_expired_total",
    "runs_inconsistent": "onwatch_aggregator_runs_inconsistent_total",
    "attempts_failed": "onwatch_bus_failed_attempts_total",
    "dead_lettered": "onwatch_bus_dead_letters_total",
}
"""Counters of what went wrong, by the name that is shown."""
SERVER_ERRORS = "http_server_errors"


@dataclass(frozen=True)
class DeadLetterCounts:
    count: int
    oldest_s: float | None = None
    """The age of the oldest, at least; None if it is not known."""
    queues: Mapping[str, int] = field(default_factory=dict)
    """How many of each queue; empty if the broker was not asked."""


@dataclass(frozen=True)
class System:
    """Facts over all processes; None where no process that was asked knows."""

    processes: Sequence[Process]
    videos_demanded: int | None
    analyses_wanted: int | None
    runs_active: int | None
    slots: int | None
    viewers: int | None
    viewers_with_a_video: int | None
    outbox_blocked_s: float | None
    disk_free_bytes: float | None
    failures: Mapping[str, int]
    """Since each process started, by name; without those that no process counts."""
    dead_letters: DeadLetterCounts | None = None
    """Those that wait in the broker; None if nobody knows."""
    dead_lettered: Mapping[str, int] = field(default_factory=dict)
    """Since each process started, by queue."""
    broker_failure: str | None = None

    @property
    def services_missing(self) -> tuple[str, ...]:
        """Those of which no process answered."""
        found = {process.service for process in self.processes}
        return () if ALL_IN_ONE in found else tuple(service for service in SERVICES if service not in found)

    @property
    def slots_free(self) -> int | None:
        return None if self.slots is None or self.runs_active is None else max(0, self.slots - self.runs_active)


def system_of(
    processes: Sequence[Process], *, dead_letters: DeadLetterCounts | None = None, broker_failure: str | None = None
) -> System:
    """`dead_letters`: what the broker said, if it was asked; else the processes, which know only their number."""
    found = Samples.of(process.samples for process in processes)
    failures = {name: found.total(metric) for name, metric in FAILURES.items()}
    failures[SERVER_ERRORS] = _server_errors(found)
    return System(
        processes,
        _whole(found.highest("onwatch_catalog_videos_demanded")),
        _whole(found.total("onwatch_catalog_analyses_wanted")),
        _whole(found.total("onwatch_detector_runs_active")),
        _whole(found.total("onwatch_detector_slots")),
        _whole(found.total("onwatch_gateway_viewers")),
        _whole(found.total("onwatch_gateway_subscriptions")),
        found.highest("onwatch_catalog_outbox_blocked_seconds"),
        found.lowest("onwatch_catalog_disk_free_bytes"),
        {name: int(count) for name, count in failures.items() if count is not None},
        dead_letters or _dead_letters(found),
        _by_queue(found.named("onwatch_bus_queue_dead_letters_total")),
        broker_failure,
    )


def _dead_letters(found: Samples) -> DeadLetterCounts | None:
    count = _whole(found.highest("onwatch_bus_dead_letters_waiting"))
    return None if count is None else DeadLetterCounts(count, found.highest("onwatch_bus_dead_letters_waiting_seconds"))


def _by_queue(samples: Iterable[Sample]) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for sample in samples:
        counts[sample.labels.get("queue", "?")] += int(sample.value)
    return dict(counts.most_common())


def _server_errors(found: Samples) -> float | None:
    names = [f"onwatch_{service}_http_requests_total" for service in ("gateway", "catalog", "aggregator")]
    requests = [sample for name in names for sample in found.named(name)]
    if not requests:
        return None
    return sum(sample.value for sample in requests if sample.labels.get("status", "").startswith("5"))


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
