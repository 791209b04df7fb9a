"""What is wrong with the system. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from onwatch_contracts.status import SystemProblem
from onwatch_runtime.observe import age_text
from onwatch_runtime.overview.process import Process
from onwatch_runtime.overview.system import DeadLetterCounts, System

OUTBOX_LIMIT_S = 60.0
DISK_LIMIT_BYTES = 10e9
"""As in the alerts OnwatchOutboxBlocked and OnwatchDiskAlmostFull of deploy/monitoring/alerts.yml."""


def problems_of(system: System) -> list[SystemProblem]:
    """What is wrong now; empty if nothing is. Failures of the past alone are not a problem."""
    return [
        *(problem for process in system.processes for problem in _of_process(process, system)),
        *_of_versions(system.processes),
        *_of_work(system),
        *_of_messages(system),
        *_of_stores(system),
    ]


def _problem(code: str, text: str, **facts: str | float) -> SystemProblem:
    return SystemProblem(code=code, text=text, facts=facts)


def _of_process(process: Process, system: System) -> Iterator[SystemProblem]:
    url, known = process.url or "this process", {"url": process.url} if process.url else {}
    if process.failure is not None:
        if not (process.is_absent and _needs_no_detector(system)):
            yield _problem("process_not_reached", f"{url}: {process.failure}", failure=process.failure, **known)
        return
    who = {"service": process.service or "?", **known}
    failed = ", ".join(name for name, answer in process.checks.items() if answer != "ok")
    if failed:
        text = f"{process.service} at {url}: {failed} failed; its log says why"
        yield _problem("check_failed", text, **who, checks=failed)
    elif not process.is_ready:
        yield _problem("process_not_ready", f"{process.service} at {url}: not ready", **who)


def _needs_no_detector(system: System) -> bool:
    """An autoscaler ends all detectors while nothing is demanded; the name that has no address is theirs."""
    return system.services_missing == ("detector",) and system.videos_demanded == 0


def _of_versions(processes: Sequence[Process]) -> Iterator[SystemProblem]:
    versions = {process.version: process.service for process in processes if process.version}
    if len(versions) > 1:
        found = ", ".join(f"{service} is {version}" for version, service in versions.items())
        listed = ", ".join(f"{service} {version}" for version, service in versions.items())
        yield _problem("versions_differ", f"versions differ: {found}", versions=listed)


def _of_work(system: System) -> Iterator[SystemProblem]:
    demanded, slots = system.videos_demanded, system.slots
    if demanded is not None and slots is not None and demanded > slots:
        text = f"{demanded} videos are demanded, and detectors have {slots} slots"
        yield _problem("too_few_slots", text, videos_demanded=demanded, slots=slots)


def _of_messages(system: System) -> Iterator[SystemProblem]:
    if (failure := system.broker_failure) is not None:
        yield _problem("dead_letters_unknown", f"dead letters: {failure}", failure=failure)
    if (letters := system.dead_letters) is not None and letters.count:
        yield _of_dead_letters(letters)
    if (blocked_s := system.outbox_blocked_s) is not None and blocked_s > OUTBOX_LIMIT_S:
        text = f"the catalog has published no message for {age_text(blocked_s)}"
        yield _problem("outbox_blocked", text, blocked_s=blocked_s)


def _of_dead_letters(letters: DeadLetterCounts) -> SystemProblem:
    facts: dict[str, str | float] = {"count": letters.count}
    text = f"{letters.count} dead letters wait for a decision"
    if letters.oldest_s is not None:
        facts["oldest_s"] = letters.oldest_s
        text += f", the oldest for {age_text(letters.oldest_s)}"
    if letters.queues:
        facts["queues"] = ", ".join(f"{queue} {count}" for queue, count in letters.queues.items())
        text += f" ({facts['queues']})"
    return _problem("dead_letters", f"{text}: see `onwatch dead-letters list`", **facts)


def _of_stores(system: System) -> Iterator[SystemProblem]:
    if (free := system.disk_free_bytes) is not None and free < DISK_LIMIT_BYTES:
        text = f"{free / 1e9:.1f} GB are free for videos, less than {DISK_LIMIT_BYTES / 1e9:g} GB"
        yield _problem("disk_almost_full", text, free_bytes=free, limit_bytes=DISK_LIMIT_BYTES)
    if count := system.failures.get("runs_inconsistent"):
        text = f"{count} finished runs were not saved: their rows and counts do not agree"
        yield _problem("runs_inconsistent", text, count=count)
