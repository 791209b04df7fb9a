"""`python -m faults`: what `make chaos` runs."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import time
from dataclasses import asdict
from pathlib import Path

from faults.footage import BLOBS, DRAWN
from faults.many import Score, recovery_table, run_many
from faults.plan import KIND_NAMES, plan_of

FOLDER = Path(".cache/chaos")


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
    parser.add_argument(
        "--demo-model", action="store_true", help="a drawn clip and the demo model, instead of an exact engine"
    )
    parser.add_argument("--json", type=Path, help="write the outcomes to this file")
    return parser.parse_args()


def main() -> int:
    arguments = _arguments()
    # Of our own connection to the broker, which is lost whenever the broker is.
    logging.getLogger().addHandler(logging.NullHandler())
    first, count = (arguments.first_seed, arguments.schedules) if arguments.seed is None else (arguments.seed, 1)
    footage = DRAWN if arguments.demo_model else BLOBS
    plans = [plan_of(seed, footage.clips, arguments.kinds) for seed in range(first, first + count)]
    began = time.monotonic()
    score, is_interrupted = Score(), False
    try:
        asyncio.run(run_many(plans, FOLDER, arguments.lanes, lambda line: print(line, flush=True), score, footage))
    except KeyboardInterrupt:
        is_interrupted = True
    _report(score, time.monotonic() - began)
    if arguments.json:
        outcomes = [asdict(outcome) for outcome in score.outcomes]
        arguments.json.write_text(json.dumps({"failures": score.failures, "outcomes": outcomes}, indent=1))
    return 130 if is_interrupted else 1 if score.failures else 0


def _report(score: Score, took_s: float) -> None:
    print("\nTime from the end of a fault until every unfinished video was making progress again.")
    print(f"{recovery_table(score.outcomes)}\n")
    print(f"{len(score.outcomes)} schedules went well, {len(score.failures)} failed, in {took_s:.0f} s")
    for seed in sorted(score.failures):
        print(f"failed: seed {seed}")


if __name__ == "__main__":
    sys.exit(main())
