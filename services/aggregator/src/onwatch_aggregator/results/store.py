"""The port to the results: finished runs and their vehicles. Adapter: `sql_store`.

Every method raises `StoreUnavailable` when the store is not reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from onwatch_aggregator.counting import RunRecord
from onwatch_aggregator.errors import RunNotFound
from onwatch_contracts.http import Vehicle
from onwatch_counting.log import LogChunk


class ResultsStore(Protocol):
    """Finished runs, each written once and never changed."""

    async def save(self, record: RunRecord, vehicles: Iterable[Vehicle], log: Sequence[LogChunk] = ()) -> bool:
        """Write a finished run, its rows and its log of detections in one transaction. Return False, and change
        nothing, if it exists."""
        ...

    async def run(self, run_id: str) -> RunRecord | None: ...

    async def newest(self, video_id: str) -> RunRecord | None:
        """The run of the video that finished last."""
        ...

    async def runs(self, video_id: str, limit: int) -> tuple[RunRecord, ...]:
        """The runs of the video, newest first."""
        ...

    async def vehicles(self, run_id: str) -> tuple[Vehicle, ...]:
        """The rows of a run, ordered by vehicle and visit."""
        ...

    async def delete_logs_before(self, finished_before: datetime) -> int:
        """Remove the logs of runs that finished before that time; returns the number of chunks."""
        ...

    async def delete_video(self, video_id: str) -> int:
        """Remove all runs of a video, their rows and logs; returns the number of runs."""
        ...

    async def record_deletion(self, video_id: str, now: datetime) -> None:
        """Record the deletion, so that it is repeated. A second record keeps the first time."""
        ...

    async def is_deleted(self, video_id: str) -> bool:
        """Whether a deletion of the video is recorded."""
        ...

    async def deletions_before(self, before: datetime) -> Sequence[str]:
        """Videos whose deletion was recorded before that time."""
        ...

    async def forget_deletion(self, video_id: str) -> None: ...

    async def check(self) -> None:
        """Raise `StoreUnavailable` when the store is not reached."""
        ...


async def run_of(results: ResultsStore, video_id: str, run_id: str) -> RunRecord:
    """The finished run; `RunNotFound` if the video has none of that id."""
    run = await results.run(run_id)
    if run is None or run.video_id != video_id:
        raise RunNotFound(video_id, run_id)
    return run
