"""Many schedules, in several arenas side by side."""

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

from faults.arena import HEARTBEAT_S, LEASE_S, arena_in
from faults.footage import BLOBS, Footage
from faults.plan import KIND_NAMES, Plan
from faults.running import Outcome, left_alone, run_plan


@dataclass
class Score:
    outcomes: list[Outcome] = field(default_factory=list)
    failures: dict[int, str] = field(default_factory=dict)
    """By seed: what went wrong."""


async def run_many(
    plans: Sequence[Plan], folder: Path, lanes: int, say: Callable[[str], None], score: Score, footage: Footage = BLOBS
) -> None:
    """Every plan, whatever became of the ones before it. The logs of a failed one stay in `folder/seed-N`."""
    waiting: asyncio.Queue[Plan] = asyncio.Queue()
    for plan in plans:
        waiting.put_nowait(plan)
    async with asyncio.TaskGroup() as group:
        for number in range(min(lanes, len(plans))):
            group.create_task(_lane(folder, f"lane-{number}", waiting, score, say, footage))


async def _lane(
    folder: Path, name: str, waiting: asyncio.Queue[Plan], score: Score, say: Callable[[str], None], footage: Footage
) -> None:
    """A new arena after a failure: who knows in what state the old one is."""
    while not waiting.empty():
        place = folder / name
        shutil.rmtree(place, ignore_errors=True)
        async with arena_in(place, footage) as arena:
            expected = await left_alone(arena)
            is_sound = True
            while is_sound and not waiting.empty():
                plan = waiting.get_nowait()
                try:
                    outcome = await run_plan(arena, plan, expected)
                except Exception as error:  # noqa: BLE001 the next schedule has to run, whatever this one ran into
                    is_sound = False
                    kept = _keep_logs(folder, place, plan.seed)
                    score.failures[plan.seed] = f"{plan}\n{''.join(traceback.format_exception(error, limit=-3))}"
                    say(f"FAILED  {score.failures[plan.seed]}\nagain: {plan.command}\nlogs: {kept}")
                else:
                    score.outcomes.append(outcome)
                    say(f"{len(score.outcomes):4d} ok {outcome.took_s:5.1f} s  {plan}{_note(outcome)}")


def _keep_logs(folder: Path, place: Path, seed: int) -> Path:
    kept = folder / f"seed-{seed}"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(place, kept, ignore=shutil.ignore_patterns("*.mp4"))
    return kept


def _note(outcome: Outcome) -> str:
    return f"  [left out: {'; '.join(outcome.impossible)}]" if outcome.impossible else ""


def recovery_table(outcomes: Sequence[Outcome]) -> str:
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
    for kind in KIND_NAMES:
        if found := sorted(times[kind]):
            p90 = found[math.ceil(0.9 * len(found)) - 1]
            lines.append(f"| `{kind}` | {len(found)} | {statistics.median(found):.2f} | {p90:.2f} | {found[-1]:.2f} |")
    return "\n".join(lines)
