"""Runs one schedule, from the uploads to the deletion of everything."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx
import psycopg

from faults.checks import (
    InvariantViolated,
    Rows,
    check_rows,
    dead_letters,
    runs_in_sql,
    unfinished_uploads,
    until_no_orphans,
)
from faults.environment import Environment
from faults.injection import InjectionUnsupported, inject
from faults.schedule import Fault, Schedule
from faults.uploads import PersistentUpload, cancel_uploads
from faults.viewers import PersistentViewer

END_LIMIT_S = 240.0
REFERENCE_LIMIT_S = 450.0  # of all clips, and without a fault
"""Longest time from the end of the last fault until every video is finished: what a busy machine needs at most."""
ORPHAN_LIMIT_S = 90.0
POLL_S = 0.2
VICTIM_CLIP = 0


@dataclass(frozen=True)
class Recovery:
    """Time from the end of a fault, with no other fault active, until every unfinished video made progress again."""

    kind: str
    seconds: float


@dataclass
class Outcome:
    seed: int
    took_s: float = 0.0
    recoveries: list[Recovery] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    """Faults that this machine does not permit."""


@dataclass(frozen=True)
class Videos:
    """The videos of a schedule by their role: watched, analysed, paused, uploaded, and the victim of a file fault."""

    clips: dict[str, int]
    """By role: the number of the clip."""
    ids: dict[str, str]
    victim_id: str | None

    @property
    def in_demand_throughout(self) -> list[str]:
        """Those whose progress does not depend on a viewer's return."""
        return [video_id for name, video_id in self.ids.items() if name != "paused"]

    @property
    def all_ids(self) -> list[str]:
        return [*self.ids.values(), *([self.victim_id] if self.victim_id else [])]


async def reference_rows(environment: Environment, clips: Sequence[int] | None = None) -> list[Rows]:
    """The rows of each clip, or of the clips of these numbers, in an undisturbed run."""
    numbers = range(len(environment.clips)) if clips is None else clips
    paths = [environment.clips[number] for number in numbers]
    ids = [await environment.upload(path, path.stem) for path in paths]
    for video_id in ids:
        await environment.analyse(video_id)
    await _until_finished(environment, ids, time.monotonic() + REFERENCE_LIMIT_S)
    found = [await runs_in_sql(environment, video_id) for video_id in ids]
    rows = [next(iter(runs.values())) for runs in found]
    if not all(of_clip[0][0] > 0 and isinstance(of_clip[-1][-1], str) for of_clip in rows):
        raise InvariantViolated("a clip has no vehicles or no log, so comparing its rows proves nothing")
    await delete_all_videos(environment, ids)
    return rows


async def run_schedule(environment: Environment, schedule: Schedule, expected: Sequence[Rows]) -> Outcome:
    """Run the faults and check every invariant; raises `InvariantViolated`."""
    started_s = time.monotonic()
    environment.listener.clear()
    environment.planted_message_ids.clear()
    outcome = Outcome(schedule.seed)
    videos = await _upload_all(environment, schedule)
    watching = asyncio.gather(*_viewers(environment, schedule, videos))
    injecting = asyncio.create_task(_inject_all(environment, schedule, videos, outcome))
    uploading = asyncio.create_task(_upload_meanwhile(environment, schedule, videos))
    try:
        injected = await injecting
        await environment.restart_stopped()
        deadline = time.monotonic() + END_LIMIT_S
        async with asyncio.timeout(END_LIMIT_S):
            await uploading
        await _until_finished(environment, list(videos.ids.values()), deadline)
        async with asyncio.timeout_at(asyncio.get_running_loop().time() + deadline - time.monotonic()):
            await watching
    except TimeoutError:
        late = "a viewer did not receive the end of its video" if uploading.done() else "an upload was not finished"
        raise InvariantViolated(f"{late} within {END_LIMIT_S:g} s") from None
    finally:
        for task in (injecting, watching, uploading):
            task.cancel()
        await asyncio.gather(injecting, watching, uploading, return_exceptions=True)
    outcome.recoveries = _recoveries(environment, injected, videos.in_demand_throughout)
    for name, video_id in videos.ids.items():
        clip = videos.clips[name]
        is_damaged = clip == environment.workload.damaged_clip
        check_rows(name, await runs_in_sql(environment, video_id), expected[clip], is_damaged=is_damaged)
    await until_no_orphans(environment, after_delete=False, limit_s=ORPHAN_LIMIT_S)
    await cancel_uploads(environment, await unfinished_uploads(environment))
    await delete_all_videos(environment, videos.all_ids)
    await until_no_orphans(environment, after_delete=True, limit_s=ORPHAN_LIMIT_S)
    if dead := await dead_letters(environment):
        raise InvariantViolated("\n".join(dead))
    outcome.took_s = time.monotonic() - started_s
    return outcome


async def _upload_all(environment: Environment, schedule: Schedule) -> Videos:
    clips = {"watched": schedule.watched_clip, "analysed": schedule.analysed_clip, "paused": schedule.paused_clip}
    ids = {name: await environment.upload(environment.clips[number], name) for name, number in clips.items()}
    has_victim = any(fault.kind == "file_deleted_under_worker" for fault in schedule.faults)
    victim_id = await environment.upload(environment.clips[VICTIM_CLIP], "victim") if has_victim else None
    await environment.analyse(ids["analysed"])
    return Videos(clips, ids, victim_id)


async def _upload_meanwhile(environment: Environment, schedule: Schedule, videos: Videos) -> None:
    if schedule.uploaded_clip is not None:
        await _until_processing(environment)
        video_id = await PersistentUpload(environment, environment.clips[schedule.uploaded_clip]).analysed()
        videos.clips["uploaded"], videos.ids["uploaded"] = schedule.uploaded_clip, video_id


def _viewers(environment: Environment, schedule: Schedule, videos: Videos) -> list[Awaitable[None]]:
    one, other = environment.gateways

    def viewer(name: str, *gateways: str) -> PersistentViewer:
        return PersistentViewer(videos.ids[name], gateways, environment.status_of)

    jobs: list[Awaitable[None]] = [
        viewer("watched", one, other).watch(),
        viewer("watched", other, one).watch(),
        _watch_with_pause(viewer("paused", one, other), schedule),
    ]
    if videos.victim_id:
        jobs.append(PersistentViewer(videos.victim_id, [other, one], environment.status_of).watch())
    return jobs


async def _watch_with_pause(viewer: PersistentViewer, schedule: Schedule) -> None:
    await viewer.watch(schedule.leaves_at_s)
    if viewer.states[-1:] != ["finished"]:
        await asyncio.sleep(schedule.returns_at_s - schedule.leaves_at_s)
        await viewer.watch()


# --- faults --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class InjectedFault:
    kind: str
    started_s: float
    ended_s: float
    """Monotonic times."""


async def _inject_all(
    environment: Environment, schedule: Schedule, videos: Videos, outcome: Outcome
) -> list[InjectedFault]:
    victim = await _file_of(environment, videos.victim_id) if videos.victim_id else None
    await _until_processing(environment)
    started_s = time.monotonic()
    done = await asyncio.gather(
        *(_inject_one(environment, fault, started_s, victim, outcome) for fault in schedule.faults)
    )
    return [injected for injected in done if injected]


async def _until_processing(environment: Environment) -> None:
    """Until the first progress is committed."""
    await _until(lambda: bool(environment.listener.commits), "the first progress", END_LIMIT_S)


async def _inject_one(
    environment: Environment, fault: Fault, started_s: float, victim: str | None, outcome: Outcome
) -> InjectedFault | None:
    await asyncio.sleep(max(0.0, started_s + fault.at_s - time.monotonic()))
    started_s = time.monotonic()
    try:
        await inject(environment, fault, victim)
    except InjectionUnsupported as reason:
        outcome.unsupported.append(f"{fault.kind}: {reason}")
        return None
    return InjectedFault(fault.kind, started_s, time.monotonic())


def _recoveries(environment: Environment, injected: Sequence[InjectedFault], ids: Sequence[str]) -> list[Recovery]:
    """The recovery times of faults during whose recovery no other fault was active."""
    found = []
    for one in injected:
        seconds = environment.listener.progress_after(one.ended_s, ids)
        if seconds is not None and not any(
            other.ended_s > one.ended_s and other.started_s < one.ended_s + seconds
            for other in injected
            if other is not one
        ):
            found.append(Recovery(one.kind, seconds))
    return found


async def _file_of(environment: Environment, video_id: str) -> str:
    answer = await environment.http.get(f"{environment.gateways[0]}/api/videos/{video_id}")
    return str(answer.json()["file_path"])


# --- waiting and deleting ------------------------------------------------------------------------


async def _until(condition: Callable[[], bool], what: str, limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            raise InvariantViolated(f"not within {limit_s:g} s: {what}")
        await asyncio.sleep(POLL_S)


async def _until_finished(environment: Environment, video_ids: Sequence[str], deadline: float) -> None:
    """Wait until each has a run in SQL and none is processed. A viewer may have started another run and left it."""
    for video_id in video_ids:
        while not (
            await _has_result(environment, video_id)
            and (await environment.status_of(video_id)) in ("finished", "paused")
        ):
            if time.monotonic() > deadline:
                status = await environment.status_of(video_id)
                raise InvariantViolated(f"video {video_id} has no result in time; its status is {status!r}")
            await asyncio.sleep(POLL_S)


async def _has_result(environment: Environment, video_id: str) -> bool:
    try:
        return bool(await runs_in_sql(environment, video_id))
    except psycopg.OperationalError:
        return False


async def delete_all_videos(environment: Environment, video_ids: Sequence[str] = ()) -> None:
    """Delete these videos, and those that faults have uploaded."""
    listed = (await environment.http.get(f"{environment.gateways[0]}/api/videos?limit=100")).json()["items"]
    for video_id in {*video_ids, *(video["id"] for video in listed)}:
        with contextlib.suppress(httpx.TransportError):
            await environment.http.delete(f"{environment.gateways[0]}/api/videos/{video_id}")
