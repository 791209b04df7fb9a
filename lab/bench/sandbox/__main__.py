"""The whole worker with a sandboxed decoder, compared with one that decodes in the worker's process.

`make bench-sandbox` runs it. Both take turns, and the ratio is that of each round: other programs on the machine slow
both down alike.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

WORKER = Path(__file__).parents[1] / "detector" / "onwatch_worker.py"
SANDBOXED, IN_PROCESS = "sandboxed", "in process"
LIMIT = 1.03


@dataclass(frozen=True)
class Round:
    """One clip processed once by each, with a viewer: seconds, CPU seconds, and seconds to the first frame."""

    wall: float
    """Ratios: sandboxed to in process."""
    cpu: float
    first_ms: float
    """Milliseconds from demand to the first frame, sandboxed, with the model loaded."""
    first_in_process_ms: float


def measured(clip: Path, decoding: str, engine: str, weights: str, cache: Path) -> dict[str, float]:
    command = (sys.executable, str(WORKER), weights, str(clip), "1", str(cache), "f32", decoding, engine)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def compared(clip: Path, engine: str, weights: str, cache: Path, *, sandboxed_first: bool) -> Round:
    order = (SANDBOXED, IN_PROCESS) if sandboxed_first else (IN_PROCESS, SANDBOXED)
    found = {decoding: measured(clip, decoding, engine, weights, cache) for decoding in order}
    one, other = found[SANDBOXED], found[IN_PROCESS]
    if (one["frames"], one["boxes"]) != (other["frames"], other["boxes"]):
        raise SystemExit(f"other results: {one} and {other}")
    return Round(
        one["seconds"] / other["seconds"],
        one["cpu_s"] / other["cpu_s"],
        1000 * one["warm_s"],
        1000 * other["warm_s"],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--engine", choices=("model", "motion"), default="model")
    parser.add_argument("--weights", default="demo", help="of a model; without them, the demo model of the package")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    rounds = []
    with tempfile.TemporaryDirectory() as cache:
        for number in range(arguments.rounds):
            clip, engine, weights = arguments.clip, arguments.engine, arguments.weights
            rounds.append(compared(clip, engine, weights, Path(cache), sandboxed_first=number % 2 == 0))
            print(rounds[-1], flush=True)
    wall, cpu = (median(getattr(each, name) for each in rounds) for name in ("wall", "cpu"))
    first_ms = median(each.first_ms for each in rounds)
    before_ms = median(each.first_in_process_ms for each in rounds)
    print(
        f"{arguments.clip.name}, {arguments.engine}, load {os.getloadavg()[0]:.1f}: wall {wall:.3f}, CPU {cpu:.3f} "
        f"(limit {LIMIT}); first frame after {first_ms:.0f} ms, in process {before_ms:.0f} ms"
    )


if __name__ == "__main__":
    main()
