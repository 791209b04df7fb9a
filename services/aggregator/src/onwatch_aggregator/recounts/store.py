"""The port to sites, the state of recounts, and their results. Adapter: `sql_store`.

Every method raises `StoreUnavailable` when the store is not reached.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from onwatch_contracts.site import Site
from onwatch_counting.site import SiteResults, Span


class RecountState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class StoredSite:
    """What is counted in a video, as the catalog last published it."""

    revision: int
    site: Site


@dataclass(frozen=True)
class Recount:
    """The newest request to count a video again."""

    video_id: str
    run_id: str
    revision: int
    state: RecountState
    progress: float
    requested_at: datetime
    finished_at: datetime | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Job:
    """A recount that this attempt may do, as long as it is renewed."""

    video_id: str
    run_id: str
    revision: int
    attempt_id: str
    site: Site
    end_s: float
    period_s: float
    """Usual time between two analysed pictures."""
    boxes_count: int
    """In the log."""


@dataclass(frozen=True)
class Found:
    """What a recount has found."""

    results: SiteResults
    observed: tuple[Span, ...]


@dataclass(frozen=True)
class StoredResults:
    """The results of zones and gates of a video."""

    run_id: str
    revision: int
    site: Site
    """With which they were counted."""
    end_s: float
    counted_at: datetime
    found: Found

    def with_results(self, results: SiteResults) -> StoredResults:
        return replace(self, found=replace(self.found, results=results))


class RecountStore(Protocol):
    """One recount and one set of results for each video."""

    async def put_site(self, video_id: str, stored: StoredSite) -> bool:
        """Keep the newest revision. False if a newer one is known; the same one again is True."""
        ...

    async def site(self, video_id: str) -> StoredSite | None: ...

    async def request(self, video_id: str, now: datetime, *, again: bool = False) -> Recount | None:
        """Request a recount of the newest run with the newest site; the recount as it is then.

        It replaces an older request, whose attempt can write no more. One for the same run and revision that waits,
        runs or is finished stays as it is, unless `again`; one that was cancelled or has failed stays unless `again`,
        too. None if the video has no finished run with a log.

        If the results are of this run and a site that counts alike, they are those of the newest site at once: the
        recount is finished, unless `again`.
        """
        ...

    async def recount(self, video_id: str) -> Recount | None: ...

    async def claim(self, attempt_id: str, now: datetime, lost_before: datetime, max_losses: int) -> Job | None:
        """Begin the oldest recount that waits, or whose attempt was last renewed before `lost_before`.

        One whose process was lost `max_losses` times, or whose log was removed, has failed; it is not returned. None if
        there is nothing to do.
        """
        ...

    async def renew(self, job: Job, progress: float, now: datetime) -> bool:
        """Keep the recount for this attempt. False: it was cancelled, replaced or taken; its results are not wanted."""
        ...

    async def release(self, job: Job, *, was_lost: bool) -> None:
        """Let another attempt begin at once. `was_lost`: the process that counted ended before its time."""
        ...

    def log(self, run_id: str) -> AsyncIterator[bytes]:
        """The chunks of a run's log of detections, in order."""
        ...

    async def save(self, job: Job, found: Found, now: datetime) -> bool:
        """Replace the results of the video in one transaction. False, and nothing is changed, as for `renew`.

        If the log has been removed meanwhile, part of it may not have been counted: the recount has failed.
        """
        ...

    async def fail(self, job: Job, problem: str, now: datetime) -> bool:
        """Give up: the same attempt would fail again. Earlier results stay. False as for `renew`."""
        ...

    async def finished(self) -> Sequence[Recount]:
        """Finished recounts that are not known to be published."""
        ...

    async def set_published(self, recount: Recount) -> None: ...

    async def cancel(self, video_id: str, now: datetime) -> bool:
        """End a recount that waits or runs; earlier results stay. False if there is none."""
        ...

    async def results(self, video_id: str) -> StoredResults | None:
        """All rows, of one recount; a recount that is saved meanwhile is in the next answer."""
        ...
