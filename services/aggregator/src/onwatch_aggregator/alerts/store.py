"""The port to rules, plans and alerts. Adapter: `sql_store`.

Every method raises `StoreUnavailable` when the store is not reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from onwatch_aggregator.alerts.records import AlertQuery, StoredPlan, StoredRule, Unpublished
from onwatch_contracts.alerts import Alert
from onwatch_counting.alerts import AlertChange


class AlertStore(Protocol):
    """The rules of videos, and what they raised."""

    async def rules(self, video_id: str) -> Sequence[StoredRule]:
        """Oldest first."""
        ...

    async def watched_videos(self) -> frozenset[str]:
        """Videos with an enabled rule or an open alert."""
        ...

    async def add_rule(self, rule: StoredRule, most: int) -> bool:
        """False, and nothing is added, if the video has so many."""
        ...

    async def change_rule(self, before: StoredRule, after: StoredRule) -> bool:
        """False, and nothing is changed, if the rule is not as before any more."""
        ...

    async def delete_rule(self, video_id: str, rule_id: str) -> bool:
        """What it raised stays. False if there is none."""
        ...

    async def plan(self, run_id: str) -> StoredPlan | None: ...

    async def put_plan(self, stored: StoredPlan) -> bool:
        """Store its next version. False, and nothing is changed, if somebody else has stored that version."""
        ...

    async def book(self, stored: StoredPlan, changes: Sequence[AlertChange], now: datetime) -> None:
        """Keep what was raised and cleared in a run. What is known already stays as it is."""
        ...

    async def discard_open(self, video_id: str, run_id: str) -> None:
        """Clear the alerts of the video's other runs that are not finished: they never will be."""
        ...

    def publishing(self) -> AbstractAsyncContextManager[Sequence[Unpublished] | None]:
        """The first change that is not published, if there is one; at the end of the context it is, unless that fails.

        None: another process has the right to publish, which one has at a time, and another one when that has died.
        """
        ...

    async def alert(self, video_id: str, alert_id: str) -> Alert | None: ...

    async def list(self, query: AlertQuery) -> Sequence[Alert]: ...

    async def counts(self, video_id: str | None) -> tuple[int, int]:
        """How many alerts are not cleared, and how many not acknowledged; None: of all videos."""
        ...

    async def acknowledge(self, video_id: str, alert_id: str, by: str | None, now: datetime) -> bool:
        """A repeat keeps the first time. False if there is no such alert."""
        ...
