"""The port to the results: the runs that were finished, and their vehicles. Adapters: `sql_results_store`.

Every method raises `StoreUnavailable` when the store is not reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from onwatch_aggregator.runs.live_run import RunRecord
from onwatch_contracts.http import Vehicle


class ResultsStore(Protocol):
    """Finished runs. Written once each, never changed."""

    async def save(self, record: RunRecord, vehicles: Sequence[Vehicle]) -> bool:
        """Write a finished run and its rows in one transaction. False, and nothing changed, if it is there already."""
        ...

    async def run(self, run_id: str) -> RunRecord | None: ...

    async def newest(self, video_id: str) -> RunRecord | None:
        """The video's run that finished last."""
        ...

    async def runs(self, video_id: str, limit: int) -> tuple[RunRecord, ...]:
        """The video's runs, newest first."""
        ...

    async def vehicles(self, run_id: str) -> tuple[Vehicle, ...]:
        """The rows of a run, by vehicle and visit."""
        ...

    async def delete_video(self, video_id: str) -> int:
        """Remove all runs of a video and their rows; how many runs there were."""
        ...

    async def note_deletion(self, video_id: str, now: datetime) -> None:
        """The video is deleted, and is to be deleted once more. Noted twice keeps the first time."""
        ...

    async def is_deleted(self, video_id: str) -> bool:
        """Whether a deletion of the video is noted."""
        ...

    async def deletions_before(self, moment: datetime) -> Sequence[str]:
        """Videos whose deletion was noted before that moment."""
        ...

    async def forget_deletion(self, video_id: str) -> None: ...

    async def check(self) -> None:
        """Raise `StoreUnavailable` when the store is not reached."""
        ...
