"""The system as text for people and as JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from onwatch_contracts.status import SystemProblem
from onwatch_runtime.observe import age_text
from onwatch_runtime.overview import Process, System, problems_of

PIPE_WIDTH = 500  # columns of a table that is not shown in a terminal
NEEDS_BROKER = "unknown (ONWATCH_CATALOG_BUS_URL does not name the broker)"
FAILURE_TEXTS = {
    "runs_failed": "runs that need a person",
    "runs_given_up": "runs given up by detectors",
    "leases_expired": "runs lost with their detector",
    "runs_inconsistent": "runs not saved",
    "attempts_failed": "messages tried again",
    "dead_lettered": "messages dead-lettered",
    "http_server_errors": "requests answered with 5xx",
}


def show(system: System, out: Console) -> None:
    # A pipe or a file has no width to fit into: nothing is cut off there.
    target = out if out.is_terminal else Console(file=out.file, width=PIPE_WIDTH)
    target.print(as_text(system), highlight=False)


def as_text(system: System) -> RenderableType:
    return Group(_processes(system.processes), Text(), _facts(system), Text(), _verdict(problems_of(system)))


def as_json(system: System) -> str:
    found = problems_of(system)
    facts = {
        "ok": not found,
        "problems": [problem.text for problem in found],
        "processes": [_process_fields(process) for process in system.processes],
        "videos_demanded": system.videos_demanded,
        "analyses_wanted": system.analyses_wanted,
        "runs_active": system.runs_active,
        "slots": system.slots,
        "slots_free": system.slots_free,
        "viewers": system.viewers,
        "viewers_with_a_video": system.viewers_with_a_video,
        "dead_letters": None if system.dead_letters is None else system.dead_letters.count,
        "dead_letters_oldest_s": None if system.dead_letters is None else system.dead_letters.oldest_s,
        "dead_letters_by_queue": {} if system.dead_letters is None else dict(system.dead_letters.queues),
        "outbox_blocked_s": system.outbox_blocked_s,
        "disk_free_bytes": None if system.disk_free_bytes is None else int(system.disk_free_bytes),
        "failures_since_start": dict(system.failures),
        "dead_lettered_since_start": dict(system.dead_lettered),
    }
    return json.dumps(facts, indent=2)


def _process_fields(process: Process) -> dict[str, object]:
    started_s = process.started_at_s
    return {
        "url": process.url,
        "failure": process.failure,
        "service": process.service,
        "version": process.version,
        "started_at": None if started_s is None else datetime.fromtimestamp(started_s, UTC).isoformat(),
        "ready": process.is_ready,
        "checks": dict(process.checks),
    }


def _processes(processes: Sequence[Process]) -> Table:
    table = Table("service", "address", "version", "up", "ready", "checks")
    for process in processes:
        if process.failure is not None:
            table.add_row("?", Text(process.url or ""), "", "", Text("no", "red"), Text(process.failure, "red"))
        else:
            ready = Text("yes", "green") if process.is_ready else Text("no", "red")
            known = (process.service or "?", process.url or "", process.version or "?", _up(process))
            table.add_row(*map(Text, known), ready, _checks(process))
    return table


def _up(process: Process) -> str:
    started_s = process.started_at_s
    return "?" if started_s is None else age_text(max(0.0, time.time() - started_s))


def _checks(process: Process) -> Text:
    answers = [(name, "green" if answer == "ok" else "red", answer) for name, answer in process.checks.items()]
    return Text(", ").join(Text(f"{name} {answer}", style) for name, style, answer in answers)


def _facts(system: System) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, text in _lines(system):
        table.add_row(Text(name, "bold"), Text(text))
    return table


def _lines(system: System) -> Iterator[tuple[str, str]]:
    yield "Videos demanded", _known("catalog", system.videos_demanded, f", {system.analyses_wanted} by analyses")
    yield "Runs active", _known("detectors", system.runs_active)
    yield "Detector slots", _known("detectors", system.slots, f", {system.slots_free} of them free")
    yield "Viewers", _known("gateways", system.viewers, f", {system.viewers_with_a_video} of them with a video")
    yield "Dead letters", _dead_letters(system)
    yield "Outbox", _outbox(system.outbox_blocked_s)
    yield "Disk", _disk(system.disk_free_bytes)
    yield "Failures since start", _failures(system)


def _known(service: str, value: int | None, more: str = "") -> str:
    return f"unknown ({service})" if value is None else f"{value}{more}"


def _dead_letters(system: System) -> str:
    if system.broker_failure is not None:
        return "unknown (the broker was not reached)"
    letters = system.dead_letters
    if letters is None:
        return NEEDS_BROKER
    age = f", the oldest for {age_text(letters.oldest_s)}" if letters.count and letters.oldest_s is not None else ""
    queues = "".join(f", {count} of {queue}" for queue, count in letters.queues.items())
    return f"{letters.count}{age}{queues}"


def _outbox(blocked_s: float | None) -> str:
    if blocked_s is None:
        return "unknown (catalog)"
    return f"nothing published for {age_text(blocked_s)}" if blocked_s else "everything published"


def _disk(free_bytes: float | None) -> str:
    return "unknown (catalog)" if free_bytes is None else f"{free_bytes / 1e9:.1f} GB free"


def _failures(system: System) -> str:
    if not system.failures:
        return "unknown"
    found = [f"{count} {FAILURE_TEXTS[name]}" for name, count in system.failures.items() if count]
    return ", ".join(found) or "none"


def _verdict(found: Sequence[SystemProblem]) -> Text:
    if not found:
        return Text("Nothing is wrong.", "green")
    return Text("\n").join(Text.assemble(("wrong: ", "red"), problem.text) for problem in found)
