"""Runs schemathesis against the services."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
GENERATED = re.compile(r"^\s*(\d+) generated", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    service: str
    seed: int
    requests: int
    found_nothing: bool
    output: str


async def run_campaign(
    addresses: Mapping[str, str], folder: Path, *, requests: int, seed: int, max_examples: int
) -> list[Outcome]:
    """Rounds with one seed after the other until so many requests were sent, or one of them had a finding.

    A round runs every phase of schemathesis on each service: examples, coverage, fuzzing, stateful.
    """
    outcomes: list[Outcome] = []
    while sum(outcome.requests for outcome in outcomes) < requests:
        running = (run(name, address, folder, seed, max_examples) for name, address in addresses.items())
        outcomes += await asyncio.gather(*running)
        if not all(outcome.found_nothing for outcome in outcomes):
            break
        seed += 1
    return outcomes


async def run(service: str, address: str, folder: Path, seed: int, max_examples: int) -> Outcome:
    """One round on one service; `folder` is where schemathesis may leave files."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run"),
        *(f"{address}/openapi.json", "--max-examples", str(max_examples), "--seed", str(seed)),
        *("--checks", "all", "--generation-database", "none", "--suppress-health-check", "all", "--no-color"),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output = (await program.communicate())[0].decode(errors="replace")
    generated = GENERATED.search(output)
    return Outcome(service, seed, int(generated[1]) if generated else 0, program.returncode == 0, output)
