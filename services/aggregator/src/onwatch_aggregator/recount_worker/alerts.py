"""Finds the alerts of a whole log, picture by picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from onwatch_contracts.alerts import ClearReason
from onwatch_counting.alerts import AlertChange, AlertPlan, AlertWatch, Cleared, Raised
from onwatch_counting.log import LogColumns

Changes = list[dict[str, Any]]


def changes_of(
    plan: AlertPlan, columns: Iterable[LogColumns], end_s: float, max_gap_s: float, on_progress: Callable[[float], None]
) -> Changes:
    """As JSON, for `read_changes`."""
    return [_as_json(plan, change) for change in _changes(AlertWatch(plan, max_gap_s), columns, end_s, on_progress)]


def _changes(
    watch: AlertWatch, columns: Iterable[LogColumns], end_s: float, on_progress: Callable[[float], None]
) -> Iterator[AlertChange]:
    for chunk in columns:
        for picture in chunk.pictures():
            yield from watch.observe(picture)
        on_progress(min(1.0, float(chunk.timestamps_s[-1]) / end_s) if end_s > 0 and len(chunk.timestamps_s) else 0.0)
    yield from watch.finish(end_s)


def read_changes(plan: AlertPlan, changes: Iterable[Mapping[str, Any]]) -> tuple[AlertChange, ...]:
    """The inverse; `plan` is the one they were found with."""
    return tuple(AlertChange(plan.rules[each["rule"]], _change(each)) for each in changes)


def _as_json(plan: AlertPlan, found: AlertChange) -> dict[str, Any]:
    rule = plan.rules.index(found.rule)
    match found.change:
        case Raised(at_s, value):
            return {"rule": rule, "at_s": at_s, "value": value}
        case Cleared(raised_at_s, at_s, peak, reason):
            cleared = {"raised_at_s": raised_at_s, "at_s": at_s, "peak_value": peak, "reason": reason.value}
            return {"rule": rule, **cleared}


def _change(each: Mapping[str, Any]) -> Raised | Cleared:
    if "value" in each:
        return Raised(each["at_s"], each["value"])
    return Cleared(each["raised_at_s"], each["at_s"], each["peak_value"], ClearReason(each["reason"]))
