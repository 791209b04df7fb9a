"""`python -m faults`: what `make chaos` runs."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from faults.campaign import CampaignResult, recovery_table, run_campaign
from faults.schedule import DEPLOYMENTS, PAIRS, Deployment, schedule_of
from faults.workload import BLOBS, drawn

FOLDER = Path(".cache/chaos")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m faults",
        description="Kill, stall and cut processes, servers and links by seeded schedules, and compare the rows in SQL "
        "with those of an undisturbed run.",
    )
    parser.add_argument(
        "--deployment",
        choices=DEPLOYMENTS,
        default=PAIRS.name,
        help="pairs: two of each process on one server of each kind; cluster: three detectors, a broker of three "
        "nodes and an object store (default: %(default)s)",
    )
    parser.add_argument("--schedules", type=int, default=200, help="how many (default: %(default)s)")
    parser.add_argument("--first-seed", type=int, default=1, help="the seed of the first (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="run only this seed, to reproduce a failure")
    parser.add_argument(
        "--kinds", nargs="+", choices=_kind_names(), default=[], help="inject exactly one fault of each kind"
    )
    parser.add_argument("--lanes", type=int, default=3, help="schedules side by side (default: %(default)s)")
    parser.add_argument(
        "--demo-model", action="store_true", help="a drawn clip and the demo model, instead of an exact engine"
    )
    parser.add_argument("--json", type=Path, help="write the outcomes to this file")
    arguments = parser.parse_args()
    if unknown := set(arguments.kinds) - set(DEPLOYMENTS[arguments.deployment].kind_names):
        parser.error(f"--kinds: {arguments.deployment} has no {', '.join(sorted(unknown))}")
    return arguments


def _kind_names() -> Sequence[str]:
    return tuple(dict.fromkeys(name for deployment in DEPLOYMENTS.values() for name in deployment.kind_names))


def main() -> int:
    arguments = _arguments()
    # Silences the messages of our own connection to the broker, which is lost whenever the broker is.
    logging.getLogger().addHandler(logging.NullHandler())
    first, count = (arguments.first_seed, arguments.schedules) if arguments.seed is None else (arguments.seed, 1)
    workload = drawn() if arguments.demo_model else BLOBS
    deployment = DEPLOYMENTS[arguments.deployment]
    schedules = [schedule_of(seed, workload.clips, arguments.kinds, deployment) for seed in range(first, first + count)]
    started_s = time.monotonic()
    result, is_interrupted = CampaignResult(), False
    try:
        asyncio.run(
            run_campaign(
                schedules, FOLDER, arguments.lanes, lambda line: print(line, flush=True), result, workload, deployment
            )
        )
    except KeyboardInterrupt:
        is_interrupted = True
    _report(result, deployment, time.monotonic() - started_s)
    if arguments.json:
        outcomes = [asdict(outcome) for outcome in result.outcomes]
        arguments.json.write_text(json.dumps({"failures": result.failures, "outcomes": outcomes}, indent=1))
    return 130 if is_interrupted else 1 if result.failures else 0


def _report(result: CampaignResult, deployment: Deployment, took_s: float) -> None:
    print("\nTime from the end of a fault until every unfinished video was making progress again.")
    print(f"{recovery_table(result.outcomes, deployment)}\n")
    print(f"{len(result.outcomes)} schedules passed, {len(result.failures)} failed, in {took_s:.0f} s")
    for seed in sorted(result.failures):
        print(f"failed: seed {seed}")


if __name__ == "__main__":
    sys.exit(main())
