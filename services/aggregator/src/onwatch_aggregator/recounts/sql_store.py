"""The recount store on SQL: SQLite in the one-process mode, PostgreSQL otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from onwatch_aggregator.recount_worker import Row, crossing_row, results_of, vehicle_row, visit_row
from onwatch_aggregator.recounts.store import Found, Job, Recount, RecountState, StoredResults, StoredSite
from onwatch_aggregator.results import (
    NEWEST_FIRST,
    crossings,
    detections,
    next_chunks,
    recounts,
    runs,
    site_results,
    site_vehicles,
    sites,
    visits,
    write_rows,
)
from onwatch_contracts.site import ROI_ZONE, Site
from onwatch_contracts.values import DEFAULT_ZONE_ID, RunSettings
from onwatch_counting.site import counts_alike
from onwatch_sql.error_translation import transaction, translated_errors
from onwatch_sql.sqlite import writing

CHUNKS_PER_READ = 64
"""Of the log, in memory at once: ten minutes of video, less than a megabyte."""

LOG_REMOVED = "the log of detections of the run was removed"
_UNFINISHED = (RecountState.WAITING, RecountState.RUNNING)


class SqlRecountStore:
    """`RecountStore` on SQL. The creator of the engine disposes of it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writing = writing(engine)

    async def put_site(self, video_id: str, stored: StoredSite) -> bool:
        async with transaction(self._writing) as connection:
            known = await _first(connection, _locked(sites, video_id))
            if known is not None:
                if known["revision"] < stored.revision:
                    await connection.execute(_of(sa.update(sites), sites, video_id).values(_site_row(stored)))
                return bool(known["revision"] <= stored.revision)
            await connection.execute(sa.insert(sites).values(video_id=video_id, **_site_row(stored)))
            return True

    async def site(self, video_id: str) -> StoredSite | None:
        async with self._reading() as connection:
            return await _site(connection, video_id)

    async def request(self, video_id: str, now: datetime, *, again: bool = False) -> Recount | None:
        async with transaction(self._writing) as connection:
            run = await _first(connection, _newest_logged_run(video_id))
            if run is None:
                return None
            known = await _first(connection, _locked(recounts, video_id))
            stored = await _site(connection, video_id)
            revision = stored.revision if stored else 0
            if known is not None and (known["run_id"], known["revision"]) == (run["run_id"], revision):  # noqa: SIM102
                if not again or known["state"] in _UNFINISHED:  # two questions: is it this one, and may it stay
                    return _recount(known)
            row = _waiting_row(run["run_id"], revision, now)
            if stored is not None and not again and await _relabel(connection, video_id, run["run_id"], stored):
                row |= _ended(RecountState.FINISHED, now, None) | {"progress": 1.0, "is_published": False}
            if known is None:
                await connection.execute(sa.insert(recounts).values(video_id=video_id, **row))
            else:
                await connection.execute(_of(sa.update(recounts), recounts, video_id).values(row))
            return _recount({"video_id": video_id, **row})

    async def recount(self, video_id: str) -> Recount | None:
        async with self._reading() as connection:
            row = await _first(connection, sa.select(recounts).where(recounts.c.video_id == video_id))
            return _recount(row) if row else None

    async def claim(self, attempt_id: str, now: datetime, lost_before: datetime, max_losses: int) -> Job | None:
        async with transaction(self._writing) as connection:
            while (row := await _first(connection, _claimable(lost_before))) is not None:
                update = _of(sa.update(recounts), recounts, row["video_id"])
                run = await _first(connection, sa.select(runs).where(runs.c.run_id == row["run_id"]))
                if problem := await _problem(connection, row, max_losses):
                    await connection.execute(update.values(_ended(RecountState.FAILED, now, problem)))
                elif run is not None:
                    running = {"state": RecountState.RUNNING.value, "attempt_id": attempt_id, "renewed_at": now}
                    await connection.execute(update.values(running | {"progress": 0.0}))
                    return await _job(connection, row, run, attempt_id)
        return None

    async def renew(self, job: Job, progress: float, now: datetime) -> bool:
        async with transaction(self._writing) as connection:
            return await _update_own(connection, job, {"progress": progress, "renewed_at": now})

    async def release(self, job: Job, *, was_lost: bool) -> None:
        waiting = {"state": RecountState.WAITING.value, "attempt_id": None, "renewed_at": None, "progress": 0.0}
        losses = recounts.c.losses_count + int(was_lost)
        async with transaction(self._writing) as connection:
            await _update_own(connection, job, waiting | {"losses_count": losses})

    async def log(self, run_id: str) -> AsyncIterator[bytes]:
        newest = -1
        while True:
            async with self._reading() as connection:
                rows = (await connection.execute(next_chunks(run_id, newest).limit(CHUNKS_PER_READ))).all()
            if not rows:
                return
            for chunk_no, body in rows:
                newest = chunk_no
                yield bytes(body)

    async def save(self, job: Job, found: Found, now: datetime) -> bool:
        async with transaction(self._writing) as connection:
            if not await _has_log(connection, job.run_id):
                await _update_own(connection, job, _ended(RecountState.FAILED, now, LOG_REMOVED))
                return False
            ended = _ended(RecountState.FINISHED, now, None) | {"progress": 1.0, "is_published": False}
            if not await _update_own(connection, job, ended):
                return False
            await connection.execute(_of(sa.delete(site_results), site_results, job.video_id))
            await connection.execute(sa.insert(site_results).values(_results_row(job, found, now)))
            results, video_id = found.results, job.video_id
            await write_rows(connection, site_vehicles, [vehicle_row(video_id, one) for one in results.vehicles])
            await write_rows(connection, visits, [visit_row(video_id, one) for one in results.visits])
            await write_rows(connection, crossings, [crossing_row(video_id, one) for one in results.crossings])
            return True

    async def fail(self, job: Job, problem: str, now: datetime) -> bool:
        async with transaction(self._writing) as connection:
            return await _update_own(connection, job, _ended(RecountState.FAILED, now, problem))

    async def finished(self) -> Sequence[Recount]:
        finished = (recounts.c.state == RecountState.FINISHED) & ~recounts.c.is_published
        async with self._reading() as connection:
            rows = await _all(connection, sa.select(recounts).where(finished).order_by(recounts.c.finished_at))
        return [_recount(row) for row in rows]

    async def set_published(self, recount: Recount) -> None:
        this = (recounts.c.run_id == recount.run_id) & (recounts.c.revision == recount.revision)
        async with transaction(self._writing) as connection:
            update = _of(sa.update(recounts), recounts, recount.video_id).where(this)
            await connection.execute(update.values(is_published=True))

    async def cancel(self, video_id: str, now: datetime) -> bool:
        async with transaction(self._writing) as connection:
            update = _of(sa.update(recounts), recounts, video_id).where(recounts.c.state.in_(_UNFINISHED))
            return bool((await connection.execute(update.values(_ended(RecountState.CANCELLED, now, None)))).rowcount)

    async def results(self, video_id: str) -> StoredResults | None:
        async with self._snapshot() as connection:
            row = await _first(connection, sa.select(site_results).where(site_results.c.video_id == video_id))
            if row is None:
                return None
            site = Site.model_validate(row["site"])
            rows = [await _all(connection, _of_video(table, video_id)) for table in (site_vehicles, visits, crossings)]
        found = results_of(site, rows[0], rows[1], rows[2], row["unconfirmed_tracks_count"])
        observed = tuple((since_s, until_s) for since_s, until_s in row["observed_spans_s"])
        return StoredResults(
            row["run_id"], row["revision"], site, row["end_s"], row["counted_at"], Found(found, observed)
        )

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        with translated_errors():
            async with self._engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Several reads of one state. SQLite reads one state in any transaction."""
        async with self._reading() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection


async def _first(connection: AsyncConnection, query: sa.Select[Any]) -> Row | None:
    row = (await connection.execute(query)).mappings().first()
    return dict(row) if row is not None else None


async def _all(connection: AsyncConnection, query: sa.Select[Any]) -> list[Row]:
    return [dict(row) for row in (await connection.execute(query)).mappings()]


def _of(statement: Any, table: sa.Table, video_id: str) -> Any:
    return statement.where(table.c.video_id == video_id)


def _of_video(table: sa.Table, video_id: str) -> sa.Select[Any]:
    return sa.select(table).where(table.c.video_id == video_id)


def _locked(table: sa.Table, video_id: str) -> sa.Select[Any]:
    """Two writers take turns. SQLite locks the file at the beginning of the transaction instead."""
    return _of_video(table, video_id).with_for_update()


async def _site(connection: AsyncConnection, video_id: str) -> StoredSite | None:
    row = await _first(connection, _of_video(sites, video_id))
    return StoredSite(row["revision"], Site.model_validate(row["site"])) if row else None


def _site_row(stored: StoredSite) -> Row:
    return {"revision": stored.revision, "site": stored.site.model_dump(mode="json")}


async def _relabel(connection: AsyncConnection, video_id: str, run_id: str, stored: StoredSite) -> bool:
    """Show the results with the site, if they are of the run and counting with it would find the same rows."""
    row = await _first(connection, _of_video(site_results, video_id))
    if row is None or row["run_id"] != run_id or not counts_alike(Site.model_validate(row["site"]), stored.site):
        return False
    await connection.execute(_of(sa.update(site_results), site_results, video_id).values(_site_row(stored)))
    return True


def _waiting_row(run_id: str, revision: int, now: datetime) -> Row:
    return {
        "run_id": run_id,
        "revision": revision,
        "state": RecountState.WAITING.value,
        "progress": 0.0,
        "requested_at": now,
        "finished_at": None,
        "problem": None,
        "attempt_id": None,
        "losses_count": 0,
        "renewed_at": None,
        "is_published": True,
    }


def _newest_logged_run(video_id: str) -> sa.Select[Any]:
    """The newest run, if it has a log."""
    newest = sa.select(runs.c.run_id).where(runs.c.video_id == video_id).order_by(*NEWEST_FIRST).limit(1)
    return sa.select(detections.c.run_id).where(detections.c.run_id == newest.scalar_subquery()).limit(1)


async def _problem(connection: AsyncConnection, row: Row, max_losses: int) -> str | None:
    """Why a recount cannot be done; None if it can."""
    if row["losses_count"] >= max_losses:
        return f"the process that counts ended {row['losses_count']} times before its time"
    return None if await _has_log(connection, row["run_id"]) else LOG_REMOVED


async def _has_log(connection: AsyncConnection, run_id: str) -> bool:
    """A log is removed as a whole: if there is still a chunk of it, none has been removed."""
    query = sa.select(detections.c.chunk_no).where(detections.c.run_id == run_id).limit(1)
    return await _first(connection, query) is not None


def _claimable(lost_before: datetime) -> sa.Select[Any]:
    lost = (recounts.c.state == RecountState.RUNNING) & (recounts.c.renewed_at < lost_before)
    return (
        sa.select(recounts)
        .where((recounts.c.state == RecountState.WAITING) | lost)
        .order_by(recounts.c.requested_at, recounts.c.video_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def _job(connection: AsyncConnection, row: Row, run: Row, attempt_id: str) -> Job:
    settings = RunSettings.model_validate(run["settings"])
    stored = await _site(connection, row["video_id"])
    revision = stored.revision if stored else 0
    if revision != row["revision"]:  # changed after the request: count with the newest, as the next request would
        await connection.execute(_of(sa.update(recounts), recounts, row["video_id"]).values(revision=revision))
    return Job(
        video_id=row["video_id"],
        run_id=row["run_id"],
        revision=revision,
        attempt_id=attempt_id,
        site=stored.site if stored else site_of_run(settings),
        end_s=run["analysed_s"],
        period_s=1 / settings.effective_fps,
        boxes_count=await _boxes_count(connection, row["run_id"]),
    )


async def _boxes_count(connection: AsyncConnection, run_id: str) -> int:
    query = sa.select(sa.func.sum(detections.c.boxes_count)).where(detections.c.run_id == run_id)
    return int(await connection.scalar(query) or 0)


def site_of_run(settings: RunSettings) -> Site:
    """For a video whose site was never published: only its region of interest is counted."""
    roi = next(zone for zone in settings.zones if zone.zone_id == DEFAULT_ZONE_ID)
    return Site(zones=(ROI_ZONE.model_copy(update={"polygon": roi.polygon, "anchor": settings.anchor}),))


def _ended(state: RecountState, now: datetime, problem: str | None) -> Row:
    return {"state": state.value, "attempt_id": None, "renewed_at": None, "finished_at": now, "problem": problem}


async def _update_own(connection: AsyncConnection, job: Job, values: Row) -> bool:
    """Change the recount if and only if this attempt still has it."""
    own = (recounts.c.video_id == job.video_id) & (recounts.c.attempt_id == job.attempt_id)
    return bool((await connection.execute(sa.update(recounts).where(own).values(values))).rowcount)


def _results_row(job: Job, found: Found, now: datetime) -> Row:
    return {
        "video_id": job.video_id,
        "run_id": job.run_id,
        "revision": job.revision,
        "site": job.site.model_dump(mode="json"),
        "end_s": job.end_s,
        "observed_spans_s": [list(span) for span in found.observed],
        "unconfirmed_tracks_count": found.results.unconfirmed_tracks_count,
        "counted_at": now,
    }


def _recount(row: Row) -> Recount:
    return Recount(
        video_id=row["video_id"],
        run_id=row["run_id"],
        revision=row["revision"],
        state=RecountState(row["state"]),
        progress=row["progress"],
        requested_at=row["requested_at"],
        finished_at=row["finished_at"],
        problem=row["problem"],
    )
