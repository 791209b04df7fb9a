"""Counts one log in a process of its own: `python -m onwatch_aggregator.recounts.worker`.

Reads a line of JSON (site, end, time between pictures) and the chunks of the log from standard input. Writes lines of
JSON with its progress, then a line with the length of the results and these. It opens no store: whenever it is ended,
nothing has changed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any, BinaryIO

from onwatch_aggregator.recounts.recounter import LENGTH_BYTES
from onwatch_aggregator.recounts.site_rows import crossing_row, vehicle_row, visit_row
from onwatch_contracts.site import Site
from onwatch_counting.log import LoggedPicture, MalformedLog, unpack
from onwatch_counting.site import SiteCounter, SiteResults
from onwatch_counting.tables import ObservedSpans

NICENESS = 10  # live runs first
PROGRESS_INTERVAL_S = 0.2


class LogIncomplete(Exception):
    """The writer of the log has ended."""


def main() -> None:
    os.nice(NICENESS)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    wanted = json.loads(source.readline())
    observed = ObservedSpans(wanted["period_s"])
    pictures = _pictures(source, target, observed, wanted["end_s"])
    try:
        results = _recount(Site.model_validate(wanted["site"]), pictures, wanted["end_s"])
    except MalformedLog as error:
        _say(target, {"error": f"the detections log is damaged: {error}"})
        return
    answer = {
        "vehicles": [vehicle_row("", vehicle) for vehicle in results.vehicles],
        "visits": [visit_row("", visit) for visit in results.visits],
        "crossings": [crossing_row("", crossing) for crossing in results.crossings],
        "unconfirmed_tracks_count": results.unconfirmed_tracks_count,
        "observed": observed.finish(wanted["end_s"]),
    }
    body = json.dumps(answer).encode()
    _say(target, {"bytes": len(body)})
    target.write(body)
    target.flush()


def _recount(site: Site, pictures: Iterator[LoggedPicture], end_s: float) -> SiteResults:
    counter = SiteCounter(site, keep_results=True)
    for picture in pictures:
        counter.observe(picture)
    counter.finish(end_s)
    return counter.results


def _pictures(source: BinaryIO, target: BinaryIO, observed: ObservedSpans, end_s: float) -> Iterator[LoggedPicture]:
    told_s = time.monotonic()
    for chunk in _chunks(source):
        for picture in unpack(chunk):
            observed.add(picture.timestamp_s)
            yield picture
        now_s = time.monotonic()
        if now_s - told_s >= PROGRESS_INTERVAL_S and end_s > 0:
            told_s = now_s
            _say(target, {"progress": min(1.0, picture.timestamp_s / end_s)})


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while length := int.from_bytes(_exactly(source, LENGTH_BYTES), "big"):
        yield _exactly(source, length)


def _exactly(source: BinaryIO, length: int) -> bytes:
    content = source.read(length)
    if len(content) < length:
        raise LogIncomplete(f"{len(content)} bytes instead of {length}")
    return content


def _say(target: BinaryIO, message: dict[str, Any]) -> None:
    target.write(json.dumps(message).encode() + b"\n")
    target.flush()


if __name__ == "__main__":
    main()
