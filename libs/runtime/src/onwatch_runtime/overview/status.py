"""The system as an HTTP API answers it. Pure, no I/O."""

from __future__ import annotations

from datetime import UTC, datetime

from onwatch_contracts.status import ProcessStatus, SystemStatus
from onwatch_runtime.overview.problems import problems_of
from onwatch_runtime.overview.process import Process
from onwatch_runtime.overview.system import System


def status_of(system: System, asked_at: datetime) -> SystemStatus:
    found = tuple(problems_of(system))
    free = system.disk_free_bytes
    return SystemStatus(
        asked_at=asked_at,
        ok=not found,
        problems=found,
        processes=tuple(_process_status(process) for process in system.processes),
        services_missing=system.services_missing,
        videos_demanded=system.videos_demanded,
        analyses_wanted=system.analyses_wanted,
        runs_active=system.runs_active,
        slots=system.slots,
        slots_free=system.slots_free,
        viewers=system.viewers,
        viewers_with_a_video=system.viewers_with_a_video,
        outbox_blocked_s=system.outbox_blocked_s,
        disk_free_bytes=None if free is None else int(free),
        failures_since_start=system.failures,
        dead_letters=None if system.dead_letters is None else system.dead_letters.count,
        dead_letters_oldest_s=None if system.dead_letters is None else system.dead_letters.oldest_s,
        dead_lettered_since_start=system.dead_lettered,
    )


def _process_status(process: Process) -> ProcessStatus:
    started_s = process.started_at_s
    return ProcessStatus(
        url=process.url,
        failure=process.failure,
        service=process.service,
        version=process.version,
        started_at=None if started_s is None else datetime.fromtimestamp(started_s, UTC),
        ready=process.is_ready,
        checks=process.checks,
    )
