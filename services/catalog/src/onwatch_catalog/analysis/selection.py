"""Selects which analysis requests are wanted now: a pure rule."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from onwatch_catalog.records import AnalysisRequest


@dataclass(frozen=True)
class Selection:
    """What to publish at one heartbeat."""

    wanted: tuple[AnalysisRequest, ...]
    released: tuple[str, ...]
    """Ids of videos."""


KEPT_FREE = 1
"""Slots that analyses leave to the next viewer."""


def parallel_of(room: int, limit: int | None) -> int:
    """How many analyses are wanted at a time, where viewers leave so much room.

    At least one, which waits for a slot as viewers do: with no detector running, one is started for it. When viewers
    come, the newest analyses are released until a slot is free again.
    """
    free = max(1, room - KEPT_FREE)
    return free if limit is None else min(free, limit)


def select(pending: Sequence[AnalysisRequest], published: Collection[str], parallel: int) -> Selection:
    """Want the `parallel` oldest requests; release the videos that were `published` as wanted and are not any more.

    A request that ended for whatever reason (answered, failed, withdrawn, its video deleted) is simply not pending.
    """
    oldest = sorted(pending, key=lambda request: (request.requested_at, request.video_id))
    wanted = tuple(oldest[:parallel])
    wanted_ids = {request.video_id for request in wanted}
    return Selection(wanted, tuple(sorted(set(published) - wanted_ids)))
