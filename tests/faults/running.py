"""One schedule, from the uploads to the deletion of everything."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from faults.arena import Arena
from faults.checks import Rows, WentWrong, check_rows, dead_letters, runs_in_sql, until_nothing_is_left
from faults.injecting import CannotHappenHere, inject
from faults.plan import Fault, Plan
from faults.viewers import PersistentViewer

END_LIMIT_S = 90.0
"""From the end of the last fault until everything is finished."""
LEFT_LIMIT_S = 30.0
LOOK_S = 0.2
VICTIM_CLIP = 0


@dataclass(frozen=True)
class Recovery:
    """How long after the end of a fault, with nothing else broken, every unfinished video was making progress again."""

    kind: str
    seconds: float


@dataclass
class Outcome:
    seed: int
    took_s: float = 0.0
    recoveries: list[Recovery] = field(default_factory=list)
    impossible: list[str] = field(default_factory=list)
    """Faults that this machine does not let us inject."""


@dataclass(frozen=True)
class Work:
    """The videos of a schedule, by what is done with them."""

    clips: Mapping[str, int]
    ids: Mapping[str, str]
    victim_id: str | None

    @property
    def wanted_throughout(self) -> list[str]:
        """Those whose progress waits for no viewer to return."""
        return [video_id for name, video_id in self.ids.items() if name != "paused"]

    @property
    def all_ids(self) -> list[str]:
        return [*self.ids.values(), *([self.victim_id] if self.victim_id else [])]


async def left_alone(arena: Arena) -> list[Rows]:
    """The rows of each clip when nothing goes wrong."""
    ids = [await arena.upload(clip, clip.stem) for clip in arena.clips]
    for video_id in ids:
        await arena.analyse(video_id)
    await _until_finished(arena, ids, time.monotonic() + END_LIMIT_S)
    found = [await runs_in_sql(arena, video_id) for video_id in ids]
    rows = [next(iter(runs.values())) for runs in found]
    if not all(len(of_clip) > 1 for of_clip in rows):
        raise WentWrong("a clip without vehicles would prove nothing")
    await _delete_all(arena, ids)
    return rows


async def run_plan(arena: Arena, plan: Plan, expected: Sequence[Rows]) -> Outcome:
    """`WentWrong`, with what and how, where a promise was broken."""
    began = time.monotonic()
    arena.ear.forget()
    arena.planted.clear()
    outcome = Outcome(plan.seed)
    work = await _begin(arena, plan)
    watching = asyncio.gather(*(job for job in _viewers(arena, plan, work)))
    injecting = asyncio.create_task(_inject_all(arena, plan, work, outcome))
    try:
        injected = await injecting
        await arena.start_whoever_is_down()
        deadline = time.monotonic() + END_LIMIT_S
        await _until_finished(arena, list(work.ids.values()), deadline)
        async with asyncio.timeout_at(asyncio.get_running_loop().time() + deadline - time.monotonic()):
            await watching
    except TimeoutError:
        raise WentWrong(f"a viewer was not told the end within {END_LIMIT_S:g} s") from None
    finally:
        injecting.cancel()
        watching.cancel()
        await asyncio.gather(injecting, watching, return_exceptions=True)
    outcome.recoveries = _recoveries(arena, injected, work.wanted_throughout)
    for name, video_id in work.ids.items():
        check_rows(name, await runs_in_sql(arena, video_id), expected[work.clips[name]])
    await until_nothing_is_left(arena, after_delete=False, patience_s=LEFT_LIMIT_S)
    await _delete_all(arena, work.all_ids)
    await until_nothing_is_left(arena, after_delete=True, patience_s=LEFT_LIMIT_S)
    if dead := await dead_letters(arena):
        raise WentWrong("\n".join(dead))
    outcome.took_s = time.monotonic() - began
    return outcome


async def _begin(arena: Arena, plan: Plan) -> Work:
    clips = {"watched": plan.watched_clip, "analysed": plan.analysed_clip, "paused": plan.paused_clip}
    ids = {name: await arena.upload(arena.clips[number], name) for name, number in clips.items()}
    has_victim = any(fault.kind == "file_deleted_under_worker" for fault in plan.faults)
    victim_id = await arena.upload(arena.clips[VICTIM_CLIP], "victim") if has_victim else None
    await arena.analyse(ids["analysed"])
    return Work(clips, ids, victim_id)


def _viewers(arena: Arena, plan: Plan, work: Work) -> list[Awaitable[None]]:
    one, other = arena.gateways

    def viewer(name: str, *gateways: str) -> PersistentViewer:
        return PersistentViewer(work.ids[name], gateways, arena.status_of)

    jobs: list[Awaitable[None]] = [
        viewer("watched", one, other).watch(),
        viewer("watched", other, one).watch(),
        _watch_with_a_break(viewer("paused", one, other), plan),
    ]
    if work.victim_id:
        jobs.append(PersistentViewer(work.victim_id, [other, one], arena.status_of).watch())
    return jobs


async def _watch_with_a_break(viewer: PersistentViewer, plan: Plan) -> None:
    await viewer.watch(plan.leaves_at_s)
    if viewer.states[-1:] != ["finished"]:
        await asyncio.sleep(plan.returns_at_s - plan.leaves_at_s)
        await viewer.watch()


# --- faults --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Injected:
    kind: str
    began: float
    ended: float


async def _inject_all(arena: Arena, plan: Plan, work: Work, outcome: Outcome) -> list[Injected]:
    victim = await _file_of(arena, work.victim_id) if work.victim_id else None
    # The work has begun when its first progress is committed.
    await _until(lambda: _any(arena.ear.commits), "the first progress", END_LIMIT_S)
    began = time.monotonic()
    done = await asyncio.gather(*(_inject_one(arena, fault, began, victim, outcome) for fault in plan.faults))
    return [injected for injected in done if injected]


async def _any(things: Sequence[object]) -> bool:
    return bool(things)


async def _inject_one(
    arena: Arena, fault: Fault, began: float, victim: Path | None, outcome: Outcome
) -> Injected | None:
    await asyncio.sleep(max(0.0, began + fault.at_s - time.monotonic()))
    began = time.monotonic()
    try:
        await inject(arena, fault, victim)
    except CannotHappenHere as why:
        outcome.impossible.append(f"{fault.kind}: {why}")
        return None
    return Injected(fault.kind, began, time.monotonic())


def _recoveries(arena: Arena, injected: Sequence[Injected], ids: Sequence[str]) -> list[Recovery]:
    """Of those faults after which nothing else was broken until all went on."""
    found = []
    for one in injected:
        seconds = arena.ear.progress_after(one.ended, ids)
        if seconds is not None and not any(
            other.ended > one.ended and other.began < one.ended + seconds for other in injected if other is not one
        ):
            found.append(Recovery(one.kind, seconds))
    return found


async def _file_of(arena: Arena, video_id: str) -> Path:
    answer = await arena.http.get(f"{arena.gateways[0]}/api/videos/{video_id}")
    return arena.media / str(answer.json()["file_path"])


# --- waiting and deleting ------------------------------------------------------------------------


async def _until(condition: Callable[[], Awaitable[bool]], what: str, limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while not await condition():
        if time.monotonic() > deadline:
            raise WentWrong(f"not within {limit_s:g} s: {what}")
        await asyncio.sleep(LOOK_S)


async def _until_finished(arena: Arena, video_ids: Sequence[str], deadline: float) -> None:
    """Until each has a run in SQL and none is worked on. A viewer may have begun another run and left it."""
    for video_id in video_ids:
        while not (await _has_result(arena, video_id) and (await arena.status_of(video_id)) in ("finished", "paused")):
            if time.monotonic() > deadline:
                status = await arena.status_of(video_id)
                raise WentWrong(f"video {video_id} is {status!r}, not finished, {END_LIMIT_S:g} s after the last fault")
            await asyncio.sleep(LOOK_S)


async def _has_result(arena: Arena, video_id: str) -> bool:
    try:
        return bool(await runs_in_sql(arena, video_id))
    except psycopg.OperationalError:
        return False


async def _delete_all(arena: Arena, video_ids: Sequence[str]) -> None:
    """Also what a fault uploaded and could not delete."""
    listed = (await arena.http.get(f"{arena.gateways[0]}/api/videos?limit=100")).json()["items"]
    for video_id in {*video_ids, *(video["id"] for video in listed)}:
        with contextlib.suppress(httpx.TransportError):
            await arena.http.delete(f"{arena.gateways[0]}/api/videos/{video_id}")
