"""`python -m api_fuzz`: what `make fuzz-api` runs."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

from api_fuzz.campaign import run_campaign
from api_fuzz.services import services_on_free_ports


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m api_fuzz", description=sys.modules["api_fuzz"].__doc__)
    parser.add_argument("--requests", type=int, default=20_000, help="at least so many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the first round (default: %(default)s)")
    parser.add_argument(
        "--max-examples", type=int, default=300, help="of one operation in one phase and round (default: %(default)s)"
    )
    return parser.parse_args()


async def _main(arguments: argparse.Namespace) -> bool:
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="onwatch-fuzz-") as name:
        async with services_on_free_ports(Path(name)) as (addresses, administrator):
            outcomes = await run_campaign(
                addresses,
                administrator,
                Path(name),
                requests=arguments.requests,
                seed=arguments.seed,
                max_examples=arguments.max_examples,
            )
    for outcome in outcomes:
        if not outcome.found_nothing:
            print(outcome.output)
        verdict = "nothing found" if outcome.found_nothing else "FINDINGS, see above"
        print(f"{outcome.service}, {outcome.sender}, seed {outcome.seed}: {outcome.requests} requests, {verdict}")
    print(f"{sum(outcome.requests for outcome in outcomes)} requests in {time.monotonic() - began_s:.0f} s")
    return all(outcome.found_nothing for outcome in outcomes)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    raise SystemExit(0 if asyncio.run(_main(_arguments())) else 1)
