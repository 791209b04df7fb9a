"""Runs many schedules, in several environments side by side."""

from __future__ import annotations

import asyncio
import math
import shutil
import statistics
import traceback
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from faults.environment import HEARTBEAT_S, LEASE_S, environment_in
from faults.runner import Outcome, reference_rows, run_schedule
from faults.schedule import PAIRS, Deployment, Schedule
from faults.workload import BLOBS, Workload


@dataclass
class CampaignResult:
    outcomes: list[Outcome] = field(default_factory=list)
    failures: dict[int, str] = field(default_factory=dict)
    """By seed: the schedule and the error."""


async def run_campaign(
    schedules: Sequence[Schedule],
    folder: Path,
    lanes: int,
    report: Callable[[str], None],
    result: CampaignResult,
    workload: Workload = BLOBS,
    deployment: Deployment = PAIRS,
) -> None:
    """Run every schedule, also after failures. The logs of a failed one are kept in `folder/seed-N`."""
    waiting: asyncio.Queue[Schedule] = asyncio.Queue()
    for schedule in schedules:
        waiting.put_nowait(schedule)
    async with asyncio.TaskGroup() as group:
        for number in range(min(lanes, len(schedules))):
            group.create_task(_lane(folder, f"lane-{number}", waiting, result, report, workload, deployment))


async def _lane(
    folder: Path,
    name: str,
    waiting: asyncio.Queue[Schedule],
    result: CampaignResult,
    report: Callable[[str], None],
    workload: Workload,
    deployment: Deployment,
) -> None:
    """Run the waiting schedules; after a failure in a new environment, because the state of the old one is unknown."""
    while not waiting.empty():
        lane_folder = folder / name
        shutil.rmtree(lane_folder, ignore_errors=True)
        async with environment_in(lane_folder, workload, deployment) as environment:
            expected = await reference_rows(environment)
            is_sound = True
            while is_sound and not waiting.empty():
                schedule = waiting.get_nowait()
                try:
                    outcome = await run_schedule(environment, schedule, expected)
                except Exception as error:  # noqa: BLE001 the next schedule runs whatever the error was
                    is_sound = False
                    kept = _keep_logs(folder, lane_folder, schedule.seed)
                    result.failures[schedule.seed] = (
                        f"{schedule}\n{''.join(traceback.format_exception(error, limit=-3))}"
                    )
                    report(f"FAILED  {result.failures[schedule.seed]}\nreproduce: {schedule.command}\nlogs: {kept}")
                else:
                    result.outcomes.append(outcome)
                    report(f"{len(result.outcomes):4d} ok {outcome.took_s:5.1f} s  {schedule}{_note(outcome)}")


def _keep_logs(folder: Path, lane_folder: Path, seed: int) -> Path:
    kept = folder / f"seed-{seed}"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(lane_folder, kept, ignore=shutil.ignore_patterns("*.mp4"))
    return kept


def _note(outcome: Outcome) -> str:
    return f"  [not injected: {'; '.join(outcome.unsupported)}]" if outcome.unsupported else ""


def recovery_table(outcomes: Sequence[Outcome], deployment: Deployment = PAIRS) -> str:
    """Recovery times by kind of fault, in leases; Markdown."""
    times: dict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        for recovery in outcome.recoveries:
            times[recovery.kind].append(recovery.seconds / LEASE_S)
    lines = [
        f"In leases ({LEASE_S:g} s here; the heartbeat is {HEARTBEAT_S:g} s):",
        "",
        "| fault | seen | median | 90 % | longest |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for kind in deployment.kind_names:
        if found := sorted(times[kind]):
            p90 = found[math.ceil(0.9 * len(found)) - 1]
            lines.append(f"| `{kind}` | {len(found)} | {statistics.median(found):.2f} | {p90:.2f} | {found[-1]:.2f} |")
    return "\n".join(lines)
