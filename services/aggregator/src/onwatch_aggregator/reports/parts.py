"""Parts that several reports have: what results were counted with, types and their groups, balances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from onwatch_aggregator.recounts import StoredResults
from onwatch_contracts.site import Site
from onwatch_contracts.tables import CountedWith, TypeBalance, TypeGroup, UnassignedVehicles
from onwatch_contracts.values import ExitReason
from onwatch_counting.tables import Balance, TypeScheme, Unassigned, without_parked, zone_of

_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
_ENDS = {
    ExitReason.LEFT: "left the picture",
    ExitReason.TRACK_LOST: "was lost from sight",
    ExitReason.END_OF_VIDEO: "was still in the picture at the end of the video",
}


def begins_a_formula(text: str) -> bool:
    """Whether a spreadsheet would compute what a person wrote as a name."""
    return text.startswith(_FORMULA_BEGINS)


def counted_with(stored: StoredResults) -> CountedWith:
    return CountedWith(run_id=stored.run_id, revision=stored.revision, counted_at=stored.counted_at)


def results_to_count(stored: StoredResults, includes_parked: bool) -> StoredResults:
    """The same, or without vehicles that were parked."""
    return stored if includes_parked else stored.with_results(without_parked(stored.found.results))


def type_groups(scheme: TypeScheme, types: Iterable[str]) -> tuple[TypeGroup, ...]:
    return tuple(
        TypeGroup(vehicle_type=kind, group=scheme.group_of(kind), is_heavy=scheme.is_heavy(kind))
        for kind in scheme.ordered_types(types)
    )


def ordered_counts(scheme: TypeScheme, counts: Mapping[str, int]) -> dict[str, int]:
    return {kind: counts[kind] for kind in scheme.ordered_types(counts)}


def balance_of(scheme: TypeScheme, found: Balance) -> TypeBalance:
    return TypeBalance(
        entries=ordered_counts(scheme, found.entries),
        exits=ordered_counts(scheme, found.exits),
        inside=ordered_counts(scheme, found.inside),
        lost=ordered_counts(scheme, found.lost),
    )


def unassigned_of(
    scheme: TypeScheme, groups: Iterable[Unassigned], what: str, names: Mapping[str, str]
) -> tuple[UnassignedVehicles, ...]:
    """`what`: `gate` or `zone`; `names` of all of them."""
    return tuple(
        UnassignedVehicles(
            passed=group.places,
            origin=group.origin,
            end_reason=group.end_reason,
            vehicle_type=ordered_counts(scheme, group.counts),
            reason=f"passed {f'only {what} {names[group.origin]}' if group.origin else f'no {what}'}"
            f" and {_ENDS[group.end_reason]}",
        )
        for group in groups
    )


def clock_time(site: Site, at_s: float) -> datetime | None:
    """By the clock of the place; None if it is not known when the video was recorded."""
    if site.recorded_at is None:
        return None
    return (site.recorded_at + timedelta(seconds=at_s)).astimezone(zone_of(site.recorded_at, site.time_zone))
