"""The dialogue of `onwatch doctor`: output, confirmation, exit code."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from onwatch.doctor.examination import RepairReport, examine, purge_dead, repair, requeue_dead
from onwatch.doctor.stores import Stores
from onwatch_runtime.observe import Finding, Key

PIPE_WIDTH = 500  # columns of a table that is not shown in a terminal


class ExitCode(IntEnum):
    NOTHING_WRONG = 0
    FINDINGS_LEFT = 1
    CHECK_FAILED = 2


@dataclass(frozen=True)
class DoctorOptions:
    """The options of the command line."""

    fix: bool
    yes: bool
    as_json: bool
    requeue: bool
    purge_dead: bool
    min_age_s: float
    settle_s: float


def run_doctor(stores: Stores, options: DoctorOptions, out: Console, err: Console) -> ExitCode:
    """Check, report, and repair what is confirmed. Raises `ExaminationFailed` when a store is unavailable."""
    err.print(Text(f"Checking {stores.description}."), soft_wrap=True)
    if options.requeue:
        _requeue(stores, err)
    if options.purge_dead and _confirmed(options, "Delete all dead-lettered messages?", err):
        err.print(f"{asyncio.run(purge_dead(stores))} dead-lettered messages deleted")
    found = asyncio.run(examine(stores, min_age_s=options.min_age_s, settle_s=options.settle_s))
    repairable = [finding for finding in found if finding.repair is not None]
    if not options.as_json:
        _show(found, out)
    report = None
    if options.fix and repairable and _confirmed(options, f"Repair {len(repairable)} of these?", err):
        keys = {finding.key for finding in repairable}
        report = asyncio.run(repair(stores, keys, min_age_s=options.min_age_s, settle_s=options.settle_s))
    left = found if report is None else report.left
    if options.as_json:
        typer.echo(json.dumps(as_json(stores, found, report), indent=2))
    elif report is not None:
        _show_report(report, out)
    return ExitCode.FINDINGS_LEFT if left else ExitCode.NOTHING_WRONG


def _requeue(stores: Stores, err: Console) -> None:
    republished, left = asyncio.run(requeue_dead(stores))
    unroutable = f", {left} left: no queue takes their type" if left else ""
    err.print(f"{republished} dead-lettered messages republished{unroutable}")


def _confirmed(options: DoctorOptions, question: str, err: Console) -> bool:
    if options.yes:
        return True
    if not at_a_terminal():
        err.print(
            Text("Nothing was changed: --yes is not given, and there is no terminal to ask for confirmation."),
            soft_wrap=True,
        )
        return False
    return typer.confirm(question, err=True)


def at_a_terminal() -> bool:
    return sys.stdin.isatty()


def as_json(stores: Stores, found: Sequence[Finding], report: RepairReport | None) -> Mapping[str, object]:
    """The findings, and whether each was repaired."""
    repaired: Collection[Key] = report.repaired if report else ()
    failures: Mapping[Key, str] = report.failures if report else {}
    left = [] if report is None else [finding for finding in report.left if finding not in found]
    return {
        "looked_at": stores.description,
        "findings": [
            {
                "place": finding.place,
                "kind": finding.kind,
                "subject": finding.subject,
                "detail": finding.detail,
                "remedy": finding.remedy,
                "repaired": finding.key in repaired,
                "failure": failures.get(finding.key),
            }
            for finding in (*found, *left)
        ],
    }


def _show(found: Sequence[Finding], out: Console) -> None:
    if not found:
        out.print("Nothing found: no orphans.")
        return
    table = Table("place", "what", "of", "detail", "--fix would")
    for finding in found:
        remedy = finding.remedy or "(needs a manual decision)"
        table.add_row(*map(Text, (finding.place, finding.kind, finding.subject, finding.detail, remedy)))
    # A pipe or a file has no width to fit into: nothing is cut off there.
    target = out if out.is_terminal else Console(file=out.file, width=PIPE_WIDTH)
    target.print(table)


def _show_report(report: RepairReport, out: Console) -> None:
    out.print(f"{len(report.repaired)} repaired, {len(report.left)} left.")
    for key, why in report.failures.items():
        out.print(Text(f"{' '.join(key)}: {why}"), soft_wrap=True)
    if report.left:
        _show(report.left, out)
