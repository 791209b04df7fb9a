"""Shows a stream of 1280x720 at 30 pictures a second for half an hour, and looks at the page. `make bench-page`.

Onwatch runs in one process with the demo model, the page in headless Chromium without a GPU, both on this machine: what
the detector does not make, the page does not draw. The tasks are traced at the beginning and again at the end, when the
vehicles of half an hour are in the tables. Their limit is of CPU time: by the clock, the turns of other programs are in
them, too.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from bench.doors.report import machine, table, write
from bench.page.memory import Sample, growth, samples_of
from bench.page.tasks import LONG_MS, Tasks, tasks_of
from bench.page.watching import streaming, tell

TRACED_S = 20.0
SETTLED_S = 60.0
"""Until then code is compiled, and caches are filled."""
VALUES = {
    "heap_mib": ("JavaScript heap, MiB", 1.0),
    "elements": ("DOM nodes", 300.0),
    "listeners": ("event listeners", 50.0),
    "private_mib": ("private memory of all processes, MiB", 20.0),
    "shared_mib": ("shared memory of all processes, pictures that Chromium may drop in it, MiB", 20.0),
}
"""Names and limits of what grows in half an hour."""


async def measured(minutes: float) -> tuple[Sequence[Tasks], Sequence[Sample]]:
    seconds = 60 * minutes
    async with streaming(seconds + SETTLED_S + 2 * TRACED_S) as watching:
        tell(f"tracing for {TRACED_S:.0f} s")
        early = await tasks_of(watching, TRACED_S)
        tell(f"measuring the memory for {minutes:g} minutes, once it has settled")
        await asyncio.sleep(SETTLED_S)
        samples = await samples_of(watching, seconds)
        tell("tracing again")
        late = await tasks_of(watching, TRACED_S)
    return [early, late], samples


def tasks_table(parts: Sequence[Tasks], minutes: float) -> str:
    head = [
        "",
        "pictures drawn a second",
        "main thread",
        "longest task, CPU time",
        f"tasks over {LONG_MS:.0f} ms of CPU time (limit 0)",
        "by the clock",
    ]
    rows = [
        [
            when,
            f"{part.pictures_per_second:.1f}",
            f"{100 * part.busy_share:.0f} % of a CPU",
            f"{max(part.cpu_ms):.0f} ms",
            str(sum(task > LONG_MS for task in part.cpu_ms)),
            str(sum(task > LONG_MS for task in part.wall_ms)),
        ]
        for when, part in zip(("at the beginning", f"after {minutes:g} minutes"), parts, strict=True)
    ]
    return table(head, rows)


def memory_table(samples: Sequence[Sample]) -> str:
    head = ["kept after garbage collections", "at the beginning", "grows in 30 minutes", "limit"]
    rows = []
    for value, (name, limit) in VALUES.items():
        found = growth(samples, value)
        rows.append([name, f"{found.begins_with:.1f}", f"{found.per_half_hour:+.1f}", f"{limit:g}"])
    return table(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="how long the memory is measured (default 30)")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/performance.md")
    given = parser.parse_args()
    parts, samples = asyncio.run(measured(given.minutes))
    options = "" if given.minutes == parser.get_default("minutes") else f' STREAM="--minutes {given.minutes:g}"'
    heading = f"Measured by `make bench-page{options}` on {datetime.now(UTC):%Y-%m-%d}: {machine()}."
    length = (
        f"Memory over {samples[-1].at_s / 60:.0f} minutes; growth is that of the line through {len(samples)} samples:"
    )
    text = "\n\n".join([heading, tasks_table(parts, given.minutes), length, memory_table(samples)])
    print(text, flush=True)
    if given.write:
        write("page", text)


if __name__ == "__main__":
    main()
