"""Count a drawn hour again, from packed chunks to rows, and print the seconds.

`make bench-recount` runs it. Seconds of processor time, all on one core.
"""

from __future__ import annotations

import argparse
import time

from bench.recount.traffic import CALIBRATION, HOUR_S, SITE, hour
from onwatch_contracts.site import Site
from onwatch_counting.log import LoggedPicture, Repacker, pack, unpack_columns
from onwatch_counting.recount import recount
from onwatch_counting.site import SiteCounter, SiteResults

BATCH = 25
ROUNDS = 3


def chunks_of(pictures: list[LoggedPicture]) -> list[bytes]:
    """As they are in SQL."""
    repacker = Repacker()
    batches = (pack(pictures[n : n + BATCH]) for n in range(0, len(pictures), BATCH))
    return [chunk.body for chunk in (*(c for batch in batches for c in repacker.add(batch)), *repacker.finish())]


def timed(site: Site, bodies: list[bytes], end_s: float) -> tuple[float, SiteResults]:
    started_s = time.process_time()
    results = recount(site, map(unpack_columns, bodies), end_s)
    return time.process_time() - started_s, results


def picture_by_picture(site: Site, pictures: list[LoggedPicture], end_s: float) -> tuple[float, SiteResults]:
    started_s = time.process_time()
    counter = SiteCounter(site, keep_results=True)
    for picture in pictures:
        counter.observe(picture)
    counter.finish(end_s)
    return time.process_time() - started_s, counter.results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--compare", action="store_true", help="also count picture by picture, and compare the rows")
    arguments = parser.parse_args()
    pictures, end_s = hour(hours=arguments.hours), HOUR_S * arguments.hours
    bodies = chunks_of(pictures)
    boxes = sum(len(picture.boxes) for picture in pictures)
    print(f"{len(pictures)} pictures, {boxes / len(pictures):.1f} boxes each, {len(bodies)} chunks")
    unpack_s = min(_unpacked(bodies) for _ in range(ROUNDS))
    print(f"unpacking alone: {unpack_s:.2f} s")
    for name, site in (
        ("4 zones, 4 gates", SITE),
        ("and speeds", SITE.model_copy(update={"calibration": CALIBRATION})),
    ):
        rounds = [timed(site, bodies, end_s) for _ in range(ROUNDS)]
        results = rounds[0][1]
        rows = f"{len(results.vehicles)} vehicles, {len(results.visits)} visits, {len(results.crossings)} crossings"
        print(f"{name}: {min(took_s for took_s, _ in rounds):.2f} s, {rows}")
        if arguments.compare:
            took_s, slow = picture_by_picture(site, pictures, end_s)
            print(f"picture by picture: {took_s:.1f} s, {'the same rows' if slow == results else 'OTHER ROWS'}")


def _unpacked(bodies: list[bytes]) -> float:
    started_s = time.process_time()
    for body in bodies:
        unpack_columns(body)
    return time.process_time() - started_s


if __name__ == "__main__":
    main()
