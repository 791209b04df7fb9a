"""What `onwatch doctor` prints, asks and answers with."""

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

from onwatch.doctor import Patient, Treatment, examine, purge_dead, requeue_dead, treat
from onwatch_runtime.observe.findings import Finding, Key


class Outcome(IntEnum):
    """Exit codes."""

    WELL = 0
    ILL = 1
    COULD_NOT_LOOK = 2


@dataclass(frozen=True)
class Orders:
    """What the caller asked for."""

    fix: bool
    yes: bool
    as_json: bool
    requeue: bool
    purge_dead: bool
    min_age_s: float
    settle_s: float


def consult(patient: Patient, orders: Orders, out: Console, err: Console) -> Outcome:
    """Look, tell, and repair what is agreed on. `CouldNotLook` when something is not reached."""
    err.print(Text(f"Looking at {patient.looked_at}."), soft_wrap=True)
    if orders.requeue:
        _requeue(patient, err)
    if orders.purge_dead and _agreed(orders, "Drop all dead letters for good?", err):
        err.print(f"{asyncio.run(purge_dead(patient))} dead letters dropped")
    found = asyncio.run(examine(patient, min_age_s=orders.min_age_s, settle_s=orders.settle_s))
    to_mend = [finding for finding in found if finding.repair is not None]
    if not orders.as_json:
        _show(found, out)
    treatment = None
    if orders.fix and to_mend and _agreed(orders, f"Repair {len(to_mend)} of these?", err):
        keys = {finding.key for finding in to_mend}
        treatment = asyncio.run(treat(patient, keys, min_age_s=orders.min_age_s, settle_s=orders.settle_s))
    left = found if treatment is None else treatment.left
    if orders.as_json:
        typer.echo(json.dumps(as_json(patient, found, treatment), indent=2))
    elif treatment is not None:
        _tell(treatment, out)
    return Outcome.ILL if left else Outcome.WELL


def _requeue(patient: Patient, err: Console) -> None:
    said, left = asyncio.run(requeue_dead(patient))
    err.print(f"{said} dead letters said again" + (f", {left} left: nobody listens to their kind" if left else ""))


def _agreed(orders: Orders, question: str, err: Console) -> bool:
    if orders.yes:
        return True
    if not at_a_terminal():
        err.print(Text("Nothing was changed: there is no terminal to ask at, and no --yes."), soft_wrap=True)
        return False
    return typer.confirm(question, err=True)


def at_a_terminal() -> bool:
    return sys.stdin.isatty()


def as_json(patient: Patient, found: Sequence[Finding], treatment: Treatment | None) -> Mapping[str, object]:
    """The findings, and what became of each."""
    repaired: Collection[Key] = treatment.repaired if treatment else ()
    failures: Mapping[Key, str] = treatment.failures if treatment else {}
    left = [] if treatment is None else [finding for finding in treatment.left if finding not in found]
    return {
        "looked_at": patient.looked_at,
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
        out.print("Nothing found: everything belongs to something.")
        return
    table = Table("place", "what", "of", "detail", "--fix would")
    for finding in found:
        remedy = finding.remedy or "(a person has to decide)"
        table.add_row(*map(Text, (finding.place, finding.kind, finding.subject, finding.detail, remedy)))
    out.print(table)


def _tell(treatment: Treatment, out: Console) -> None:
    out.print(f"{len(treatment.repaired)} repaired, {len(treatment.left)} left.")
    for key, why in treatment.failures.items():
        out.print(Text(f"{' '.join(key)}: {why}"), soft_wrap=True)
    if treatment.left:
        _show(treatment.left, out)
