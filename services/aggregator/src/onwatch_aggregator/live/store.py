"""The port to the live store: leases, batches, checkpoints and totals of runs under way.

It holds the fencing that makes counts exact: `claim`, `commit` and `expire_lease` are atomic, whatever crashes
meanwhile. Adapter: `redis_store`. Every method raises `StoreUnavailable` when the store is not reached; the request may
then have been carried out or not, and repeating it is safe.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from onwatch_aggregator.live.live_run import LiveRun
from onwatch_contracts.http import ClaimRefusal, Vehicle
from onwatch_contracts.messages import MetricsBatchV1
from onwatch_contracts.site import SiteCounts
from onwatch_contracts.values import Checkpoint, RunSettings


@dataclass(frozen=True)
class ClaimAttempt:
    """A worker requests the run of a video."""

    video_id: str
    worker_id: str
    requested_at: datetime
    """When the newest demand began: a run that finished then or later has answered it."""
    settings: RunSettings
    """For a new run; a resumed one keeps its own. A run of another `detector_model` is not resumed, ..."""
    now: datetime
    new_run_id: str
    """The id of the run, if a new one starts."""
    stored_run_id: str | None = None
    """The newest run in SQL, if any, and when it finished."""
    stored_finished_at: datetime | None = None
    discard_run_id: str | None = None
    """An unfinished run that the worker cannot continue."""
    also_resumes: tuple[str, ...] = ()
    """... unless it is one of these."""


@dataclass(frozen=True)
class Granted:
    """The worker holds the run until its lease ends."""

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
    """The batch is committed, now or before; `run` has the totals after the newest committed batch."""

    run: LiveRun
    repeat: bool
    site_counts: SiteCounts | None = None
    """The numbers of zones and gates after the newest batch that has them."""


@dataclass(frozen=True)
class Rejected:
    """The batch is not committed and never will be; its worker must claim again."""

    reason: Literal["unknown_run", "stale_epoch", "gap"]


@dataclass(frozen=True)
class Impossible:
    """The batch contradicts committed ones (left without having entered, entered twice): a bug in a worker."""

    reason: str


@dataclass(frozen=True, order=True)
class Lease:
    """A worker's hold on the run of a video; every granted claim has an epoch of its own."""

    video_id: str
    epoch: int


@dataclass(frozen=True)
class LeaseHeld:
    """A worker holds the run, or its lease has not been over for long enough."""

    epoch: int
    """The newest; greater than the lease's if the run was claimed again since."""
    run_id: str
    position_s: float
    """Video time up to which the run has committed."""
    until: datetime


@dataclass(frozen=True)
class LeaseExpired:
    """The worker neither renewed nor released the run: it is fenced, and nobody holds the run."""

    run_id: str
    position_s: float


@dataclass(frozen=True)
class LeaseEnded:
    """The run was released, is final, or its video was deleted."""


@dataclass(frozen=True)
class RunUnknown:
    """The store has neither the lease nor a later one, nor a tombstone: it lost data, or the run was forgotten."""


LeaseState = LeaseHeld | LeaseExpired | LeaseEnded | RunUnknown


class RunGone(Exception):
    """The run was deleted or replaced while it was read."""


class LiveStore(Protocol):
    """Runs under way, one per video."""

    async def claim(self, attempt: ClaimAttempt) -> Granted | Refused:
        """Grant the run to a worker, with an epoch greater than any before, and track its lease.

        An unfinished run that the worker discards, or of a detector model that it does not have, is dropped and a new
        one starts. An unexpired lease refuses every claim, also that of its holder, unless the holder discards the run.
        The same claim sent twice is refused the second time: a worker that lost the answer waits for the lease to end.
        """
        ...

    async def commit(self, batch: MetricsBatchV1, now: datetime) -> Committed | Rejected | Impossible:
        """Apply a batch if and only if its run and epoch are current and it is the next one; else change nothing.

        Renews the lease, or ends it if the batch releases the run or is final.
        """
        ...

    async def run(self, video_id: str) -> LiveRun | None:
        """The newest run, read atomically."""
        ...

    async def run_with_vehicles(self, video_id: str) -> tuple[LiveRun, tuple[Vehicle, ...]] | None:
        """The newest run and its rows ordered by vehicle and visit, read atomically."""
        ...

    async def visits(self, video_id: str, run_id: str) -> Sequence[str]:
        """The keys (`visit_key`) of all visits of the newest run, ordered by vehicle and visit. Read in portions:
        complete only of a final run. `RunGone` if the video has no such run or another one."""
        ...

    async def rows(self, video_id: str, run_id: str, visits: Sequence[str]) -> tuple[Vehicle, ...]:
        """The rows of some of the newest run's visits, in the same order. `RunGone` as above."""
        ...

    async def log(self, video_id: str, run_id: str, start: int) -> Sequence[bytes]:
        """The next few hundred chunks of the newest run's log of detections from this one on; empty at its end.
        `RunGone` if the video has no such run or another one."""
        ...

    async def alert_state(self, video_id: str) -> str | None:
        """What `put_alert_state` has kept; it may be lost at any time."""
        ...

    async def put_alert_state(self, video_id: str, state: str) -> None: ...

    async def mark_persisted(self, video_id: str, run_id: str, finished_at: datetime | None) -> bool:
        """Let the run's state expire and remove its log, because SQL has both. Return False, and change nothing, if the
        video was deleted."""
        ...

    async def delete(self, video_id: str) -> None:
        """Remove everything of the video and refuse claims of it from now on."""
        ...

    async def is_deleted(self, video_id: str) -> bool: ...

    async def leases(self) -> Set[Lease]:
        """The tracked leases: all that are held, and some that have ended."""
        ...

    async def track_lease(self, lease: Lease) -> None: ...

    async def untrack_lease(self, lease: Lease) -> None: ...

    async def expire_lease(self, lease: Lease, now: datetime, ended_by: datetime) -> LeaseState:
        """Fence the lease's worker if its lease ended by `ended_by` and was not released; the state of the lease then.

        Answers `LeaseExpired` again for a lease that has expired before.
        """
        ...

    async def add_finishing(self, video_id: str, run_id: str, now: datetime) -> None:
        """Record that a final run has to reach SQL. A repeat keeps the first time."""
        ...

    async def remove_finishing(self, video_id: str, run_id: str) -> None: ...

    async def finishing_before(self, before: datetime) -> Sequence[tuple[str, str]]:
        """(video id, run id) of recorded runs that became final before that time."""
        ...

    async def check(self) -> None:
        """Raise `StoreUnavailable` when the store is not reached."""
        ...
