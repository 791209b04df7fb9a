"""The port to the live side: leases, batches, checkpoints and counts of runs under way.

The fencing that makes counts exact lives behind it: `claim` and `commit` each happen as a whole or not at all, whatever
dies meanwhile. Adapters: `redis_live_store`. Every method raises `StoreUnavailable` when the store is not reached; what
was asked may then have happened or not, and asking again is safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from onwatch_aggregator.runs.live_run import LiveRun
from onwatch_contracts.http import ClaimRefusal, Vehicle
from onwatch_contracts.messages import MetricsBatchV1
from onwatch_contracts.values import Checkpoint, RunSettings


@dataclass(frozen=True)
class ClaimAttempt:
    """A worker asks for the run of a video."""

    video_id: str
    worker_id: str
    requested_at: datetime
    """When the newest demand began: a run that finished at that moment or later has answered it."""
    settings: RunSettings
    """For a new run; one that is resumed keeps its own. One of another `detector_model` is not resumed, ..."""
    now: datetime
    new_run_id: str
    """The id of the run, if a new one begins."""
    stored_run_id: str | None = None
    """The newest run in SQL, if any, and when it finished."""
    stored_finished_at: datetime | None = None
    discard_run_id: str | None = None
    """An unfinished run that the worker cannot go on with."""
    also_resumes: tuple[str, ...] = ()
    """... unless it is one of these."""


@dataclass(frozen=True)
class Granted:
    """The run is the worker's until its lease ends."""

    run_id: str
    epoch: int
    next_batch_no: int
    checkpoint: Checkpoint | None
    settings: RunSettings


@dataclass(frozen=True)
class Refused:
    reason: ClaimRefusal
    holder: str | None = None
    """The worker that holds the run (`LEASED`)."""
    lease_left_s: float = 0.0


@dataclass(frozen=True)
class Committed:
    """The batch is in, now or before; `run` holds the numbers after the newest committed batch."""

    run: LiveRun
    repeat: bool


@dataclass(frozen=True)
class Rejected:
    """The batch is not in and never will be; its worker must claim anew."""

    reason: Literal["unknown_run", "stale_epoch", "gap"]


@dataclass(frozen=True)
class Impossible:
    """The batch contradicts what is committed (left without having entered, entered twice): a fault in a worker."""

    reason: str


class LiveStore(Protocol):
    """Runs under way, one per video."""

    async def claim(self, attempt: ClaimAttempt) -> Granted | Refused:
        """Give the run to a worker, with an epoch greater than any before.

        An unfinished run that the worker discards, or of a detector model that it does not have, is dropped and a new
        one begins.
        A live lease refuses everybody, its own holder too, unless that one discards what it holds. The same claim sent
        twice is refused the second time: who lost the answer waits for the lease to end.
        """
        ...

    async def commit(self, batch: MetricsBatchV1, now: datetime) -> Committed | Rejected | Impossible:
        """Apply a batch if and only if its run and epoch are current and it is the next one; else change nothing.

        Renews the lease, or ends it if the batch releases the run or is final.
        """
        ...

    async def run(self, video_id: str) -> LiveRun | None:
        """The newest run, as of one moment."""
        ...

    async def run_with_vehicles(self, video_id: str) -> tuple[LiveRun, tuple[Vehicle, ...]] | None:
        """The newest run and its rows by vehicle and visit, as of one moment."""
        ...

    async def mark_persisted(self, video_id: str, run_id: str, finished_at: datetime | None) -> bool:
        """Let the run's state expire: it is in SQL, finished at that moment. False, and nothing done, if the video
        was deleted."""
        ...

    async def delete(self, video_id: str) -> None:
        """Remove everything of the video and refuse it from now on."""
        ...

    async def is_deleted(self, video_id: str) -> bool: ...

    async def add_finishing(self, video_id: str, run_id: str, now: datetime) -> None:
        """Note that a final run has to reach SQL. Noted twice keeps the first time."""
        ...

    async def remove_finishing(self, video_id: str, run_id: str) -> None: ...

    async def finishing_before(self, moment: datetime) -> Sequence[tuple[str, str]]:
        """(video id, run id) of runs that were final before that moment and are noted still."""
        ...

    async def check(self) -> None:
        """Raise `StoreUnavailable` when the store is not reached."""
        ...
