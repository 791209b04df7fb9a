"""`python -m faults`: many schedules, several arenas side by side."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import shutil
import statistics
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from faults.arena import HEARTBEAT_S, LEASE_S, arena_in
from faults.clips import CLIPS
from faults.plan import KIND_NAMES, Plan, plan_of
from faults.running import Outcome, left_alone, run_plan

FOLDER = Path(".cache/chaos")


@dataclass
class Score:
    outcomes: list[Outcome] = field(default_factory=list)
    failures: dict[int, str] = field(default_factory=dict)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m faults",
        description="Kill, stall and cut whatever can be, by seeded schedules, and compare the rows in SQL with those "
        "of a run that was left alone.",
    )
    parser.add_argument("--schedules", type=int, default=200, help="how many (default: %(default)s)")
    parser.add_argument("--first-seed", type=int, default=1, help="the seed of the first (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="only this one: how a failure is reproduced")
    parser.add_argument("--kinds", nargs="+", choices=KIND_NAMES, default=[], help="one fault of each of these only")
    parser.add_argument("--lanes", type=int, default=3, help="schedules side by side (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write outcomes to this file")
    return parser.parse_args()


async def _lane(number: int, plans: asyncio.Queue[Plan], score: Score) -> None:
    """A new arena after a failure: who knows in what state the old one is."""
    while not plans.empty():
        folder = FOLDER / f"lane-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        async with arena_in(folder) as arena:
            expected = await left_alone(arena)
            while not plans.empty():
                plan = plans.get_nowait()
                began = time.monotonic()
                try:
                    outcome = await run_plan(arena, plan, expected)
                except Exception as error:  # noqa: BLE001 the next schedule has to run, whatever this one ran into
                    kept = FOLDER / f"seed-{plan.seed}"
                    shutil.rmtree(kept, ignore_errors=True)
                    shutil.copytree(folder, kept, ignore=shutil.ignore_patterns("*.mp4"))
                    score.failures[plan.seed] = "".join(traceback.format_exception(error, limit=-3))
                    _say(f"FAILED after {time.monotonic() - began:.0f} s, {plan}\n{error}\nlogs: {kept}")
                    break
                score.outcomes.append(outcome)
                done = len(score.outcomes) + len(score.failures)
                _say(f"{done:4d}  ok {outcome.took_s:5.1f} s  {plan}{_note(outcome)}")


def _note(outcome: Outcome) -> str:
    return f"  [left out: {'; '.join(outcome.impossible)}]" if outcome.impossible else ""


def _say(line: str) -> None:
    print(line, flush=True)


async def _run(arguments: argparse.Namespace) -> Score:
    seeds: Sequence[int] = (
        [arguments.seed]
        if arguments.seed is not None
        else range(arguments.first_seed, arguments.first_seed + arguments.schedules)
    )
    plans: asyncio.Queue[Plan] = asyncio.Queue()
    for seed in seeds:
        plans.put_nowait(plan_of(seed, CLIPS, arguments.kinds))
    score = Score()
    lanes = min(arguments.lanes, len(seeds))
    async with asyncio.TaskGroup() as group:
        for number in range(lanes):
            group.create_task(_lane(number, plans, score))
    return score


def recovery_table(outcomes: Sequence[Outcome]) -> str:
    """Recovery times by kind of fault, in leases."""
    times: dict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        for recovery in outcome.recoveries:
            times[recovery.kind].append(recovery.seconds / LEASE_S)
    lines = [
        f"| fault | seen | median | 95 % | longest |  (leases of {LEASE_S:g} s; heartbeat {HEARTBEAT_S:g} s)",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for kind in KIND_NAMES:
        if found := sorted(times[kind]):
            p95 = found[min(len(found) - 1, round(0.95 * len(found)))]
            lines.append(f"| {kind} | {len(found)} | {statistics.median(found):.2f} | {p95:.2f} | {found[-1]:.2f} |")
    return "\n".join(lines)


def main() -> int:
    arguments = _arguments()
    # Of our own connection to the broker, which is lost whenever the broker is.
    logging.getLogger().addHandler(logging.NullHandler())
    began = time.monotonic()
    score = asyncio.run(_run(arguments))
    print(f"\nTime from the end of a fault to the next committed progress:\n{recovery_table(score.outcomes)}\n")
    print(
        f"{len(score.outcomes)} schedules went well, {len(score.failures)} failed, in {time.monotonic() - began:.0f} s"
        + (f"; again with: python -m faults --seed N, N of {sorted(score.failures)}" if score.failures else "")
    )
    if arguments.json:
        arguments.json.write_text(
            json.dumps(
                {
                    "failures": score.failures,
                    "outcomes": [
                        {"seed": o.seed, "took_s": o.took_s, "recoveries": [[r.kind, r.seconds] for r in o.recoveries]}
                        for o in score.outcomes
                    ],
                }
            )
        )
    return 1 if score.failures else 0


if __name__ == "__main__":
    sys.exit(main())
