"""Counts one log in a process of its own: `python -m onwatch_aggregator.recount_worker.worker`.

Reads a line of JSON (site, end, time between pictures, thresholds, whether the log is counted at once, and whether only
the evidence is wanted; or, to find alerts, their plan) and the chunks of the log from standard input. Writes lines of
JSON with its progress, then a line with the length of the results and these. It opens no store: whenever it is ended,
nothing has changed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from onwatch_aggregator.recount_worker.alerts import changes_of
from onwatch_aggregator.recount_worker.evidence import evidence_json
from onwatch_aggregator.recount_worker.framing import chunks
from onwatch_aggregator.recount_worker.site_rows import crossing_row, vehicle_row, visit_row
from onwatch_contracts.site import Site
from onwatch_counting.alerts import AlertPlan
from onwatch_counting.log import LogColumns, unpack_columns
from onwatch_counting.recount import recount
from onwatch_counting.site import SiteCounter, SiteResults, SiteRules, Span
from onwatch_counting.tables import ObservedSpans
from onwatch_counting.zones import ZoneRules

Wanted = dict[str, Any]
OnProgress = Callable[[float], None]
Work = Callable[[Iterable[LogColumns], ObservedSpans, OnProgress], dict[str, Any]]
NICENESS = 10  # live runs first
PROGRESS_INTERVAL_S = 0.2


def main() -> None:
    os.nice(NICENESS)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    wanted = json.loads(source.readline())
    observed = ObservedSpans(wanted["period_s"])
    work = _alerts(wanted) if "plan" in wanted else _results(wanted)
    try:
        columns, progress = _columns(source, observed), _progress(target)
        answer = work(columns, observed, progress)
    except ValueError as error:
        _say(target, {"error": f"the log of detections is damaged: {error}"})
        return
    _answer(target, answer)


def _results(wanted: Wanted) -> Work:
    count = recount if wanted["at_once"] else recount_by_picture
    site, end_s, rules = Site.model_validate(wanted["site"]), wanted["end_s"], rules_of(wanted)

    keeps_evidence = wanted.get("keep_evidence", False)

    def work(columns: Iterable[LogColumns], observed: ObservedSpans, progress: OnProgress) -> dict[str, Any]:
        results = count(site, columns, end_s, progress, rules=rules, keep_evidence=keeps_evidence)
        if results.evidence is not None:
            return {"evidence": evidence_json(results.evidence)}
        return _rows(results, observed.finish(end_s))

    return work


def _alerts(wanted: Wanted) -> Work:
    plan, end_s = AlertPlan.model_validate(wanted["plan"]), wanted["end_s"]

    def work(columns: Iterable[LogColumns], observed: ObservedSpans, progress: OnProgress) -> dict[str, Any]:
        return {"changes": changes_of(plan, columns, end_s, observed.max_gap_s, progress)}

    return work


def rules_of(wanted: Wanted) -> SiteRules:
    """Thresholds that an installation can set; all others are fixed, because the run was counted with them."""
    return SiteRules(zones=ZoneRules(parked_s=wanted["parked_s"]))


def recount_by_picture(
    site: Site,
    columns: Iterable[LogColumns],
    end_s: float,
    on_progress: Callable[[float], None],
    rules: SiteRules | None = None,
    keep_evidence: bool = False,
) -> SiteResults:
    """The same results as `recount`. It holds one chunk and the rows in memory, not the whole log."""
    counter = SiteCounter(site, rules, keep_results=True, keep_evidence=keep_evidence)
    for chunk in columns:
        for picture in chunk.pictures():
            counter.observe(picture)
        on_progress(min(1.0, float(chunk.timestamps_s[-1]) / end_s) if end_s > 0 and len(chunk.timestamps_s) else 0.0)
    counter.finish(end_s)
    return counter.results


def _columns(source: BinaryIO, observed: ObservedSpans) -> Iterator[LogColumns]:
    for chunk in chunks(source):
        columns = unpack_columns(chunk)
        for timestamp_s in columns.timestamps_s.tolist():
            observed.add(timestamp_s)
        yield columns


def _progress(target: BinaryIO) -> Callable[[float], None]:
    told_s = time.monotonic()

    def tell(share: float) -> None:
        nonlocal told_s
        if time.monotonic() - told_s >= PROGRESS_INTERVAL_S:
            told_s = time.monotonic()
            _say(target, {"progress": share})

    return tell


def _rows(results: SiteResults, observed: tuple[Span, ...]) -> dict[str, Any]:
    return {
        "vehicles": [vehicle_row("", vehicle) for vehicle in results.vehicles],
        "visits": [visit_row("", visit) for visit in results.visits],
        "crossings": [crossing_row("", crossing) for crossing in results.crossings],
        "unconfirmed_tracks_count": results.unconfirmed_tracks_count,
        "observed": observed,
    }


def _answer(target: BinaryIO, answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode()
    _say(target, {"bytes": len(body)})
    target.write(body)
    target.flush()


def _say(target: BinaryIO, message: dict[str, Any]) -> None:
    target.write(json.dumps(message).encode() + b"\n")
    target.flush()


if __name__ == "__main__":
    main()
