"""Which analyses are asked for now. A rule without I/O."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class StandingAnalysis:
    """A request that has not been answered yet."""

    video_id: str
    requested_at: datetime


@dataclass(frozen=True)
class Demand:
    """What to say at one heartbeat."""

    wanted: tuple[StandingAnalysis, ...]
    released: tuple[str, ...]


def decide(standing: Sequence[StandingAnalysis], said: Collection[str], parallel: int) -> Demand:
    """Want the `parallel` oldest requests; release what was `said` to be wanted and is not any more.

    A request that ended in whatever way (answered, failed, withdrawn, its video deleted) is simply not standing.
    """
    oldest = sorted(standing, key=lambda request: (request.requested_at, request.video_id))
    wanted = tuple(oldest[:parallel])
    wanted_ids = {request.video_id for request in wanted}
    return Demand(wanted, tuple(sorted(set(said) - wanted_ids)))
