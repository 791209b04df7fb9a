"""Measures what every viewer and every batch passes through, beside programs that do the same and nothing else.

`make bench-doors`, or `make bench-doors DOORS=PART` for one part of it. Rounds are interleaved and medians are taken
over them. The machine's speed is in every figure, so only the ratios within one run mean something.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

from bench.doors import clicks, commits, delivery, intake, listing, results, uploads
from bench.doors.report import machine, write


class Part(Protocol):
    def __call__(self, *, quick: bool) -> str: ...


PARTS: Mapping[str, Part] = {
    "delivery": delivery.measured,
    "intake": intake.measured,
    "clicks": clicks.measured,
    "commits": commits.measured,
    "results": results.measured,
    "uploads": uploads.measured,
    "listing": listing.measured,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.doors", description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="fewer viewers and rounds")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/performance.md")
    given = parser.parse_args()
    if unknown := set(given.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    options = " ".join(sys.argv[1:]).replace("--write", "").strip()
    command = f'make bench-doors DOORS="{options}"' if options else "make bench-doors"
    for name in given.parts:
        heading = f"Measured by `{command}` on {datetime.now(UTC):%Y-%m-%d}: {machine()}."
        text = f"{heading}\n\n{PARTS[name](quick=given.quick)}"
        print(text, flush=True)
        if given.write:
            write(f"doors-{name}", text)


if __name__ == "__main__":
    main()
