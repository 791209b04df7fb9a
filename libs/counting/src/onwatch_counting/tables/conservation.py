"""Conservation: whatever came in has gone out, is still inside, or was lost; per type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from onwatch_contracts.values import ExitReason

Counts = Mapping[str, int]
"""By vehicle type; only types that occurred."""


@dataclass(frozen=True)
class Balance:
    """`entries = exits + inside + lost`, for each type."""

    entries: Counts = field(default_factory=dict)
    exits: Counts = field(default_factory=dict)
    inside: Counts = field(default_factory=dict)
    """Still there at the end of the video."""
    lost: Counts = field(default_factory=dict)
    """Not detected any more, without having been seen to leave."""

    @property
    def is_balanced(self) -> bool:
        return Counter(self.entries) == Counter(self.exits) + Counter(self.inside) + Counter(self.lost)


def balance(rows: Iterable[tuple[str, ExitReason]]) -> Balance:
    """Of vehicles or visits: their type, and why they ended."""
    entries: Counter[str] = Counter()
    ended: dict[ExitReason, Counter[str]] = {reason: Counter() for reason in ExitReason}
    for kind, reason in rows:
        entries[kind] += 1
        ended[reason][kind] += 1
    return Balance(
        entries=dict(entries),
        exits=dict(ended[ExitReason.LEFT]),
        inside=dict(ended[ExitReason.END_OF_VIDEO]),
        lost=dict(ended[ExitReason.TRACK_LOST]),
    )
