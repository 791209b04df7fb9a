"""Runs schemathesis against the services."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from onwatch_contracts.accounts import IDENTITY_HEADER, Identity

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
ANSWER_LIMIT_S = 60
HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
GENERATED = re.compile(r"^\s*(\d+) generated", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    service: str
    sender: str  # role, or "stranger"
    seed: int
    requests: int
    found_nothing: bool
    output: str


async def run_campaign(
    addresses: Mapping[str, str], administrator: Identity, folder: Path, *, requests: int, seed: int, max_examples: int
) -> list[Outcome]:
    """Rounds with one seed after the other until so many requests were sent, or one of them had a finding.

    A round runs every phase of schemathesis on each service: examples, coverage, fuzzing, stateful. It does so as the
    administrator, then as a stranger, so that each campaign covers both.
    """
    outcomes: list[Outcome] = []
    while sum(outcome.requests for outcome in outcomes) < requests:
        for sender in (administrator, None):
            outcomes += await run_round(addresses, sender, folder, seed, max_examples)
            if not all(outcome.found_nothing for outcome in outcomes):
                return outcomes
        seed += 1
    return outcomes


async def run_round(
    addresses: Mapping[str, str], sender: Identity | None, folder: Path, seed: int, max_examples: int
) -> list[Outcome]:
    """Of one sender on all services; without a sender the requests carry no identity."""
    running = (run(name, address, sender, folder, seed, max_examples) for name, address in addresses.items())
    return await asyncio.gather(*running)


async def run(
    service: str, address: str, sender: Identity | None, folder: Path, seed: int, max_examples: int
) -> Outcome:
    """A round on one service; `folder` is where schemathesis may leave files."""
    header = () if sender is None else ("--header", f"{IDENTITY_HEADER}: {sender.model_dump_json()}")
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run"),
        *(f"{address}/openapi.json", "--max-examples", str(max_examples), "--seed", str(seed)),
        *("--request-timeout", str(ANSWER_LIMIT_S)),
        *header,
        *("--checks", "all", "--generation-database", "none", "--suppress-health-check", "all", "--no-color"),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(HOOKS.parent), "SCHEMATHESIS_HOOKS": HOOKS.stem},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output = (await program.communicate())[0].decode(errors="replace")
    generated = GENERATED.search(output)
    name = "stranger" if sender is None else sender.role
    return Outcome(service, name, seed, int(generated[1]) if generated else 0, program.returncode == 0, output)
