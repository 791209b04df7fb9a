"""What processes are doing: seen, cancelled and cleaned up after by any of them.

An activity is exclusive: nobody begins one of the same kind and id, until its process has ended it or is dead.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_catalog.errors import StillBusy, StoreUnavailable
from onwatch_catalog.processes.membership import Processes
from onwatch_catalog.records import activities, processes
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp
from onwatch_runtime.waiting import to_the_end
from onwatch_sql.error_translation import transaction
from onwatch_sql.inserting import insert_new
from onwatch_sql.sqlite import writing

log = logging.getLogger(__name__)

POLL_S = 1.0
IDLE_S = 3600.0
WAITED_S = 15.0
IS_LIVE = activities.c.process_number.in_(sa.select(processes.c.number))
IS_LEFT = sa.and_(activities.c.process_number.is_not(None), sa.not_(IS_LIVE))

State = Mapping[str, Any]
Key = tuple[str, str]
"""The kind and the id of an activity."""


@dataclass(frozen=True)
class Activity:
    kind: str
    id: str
    process_number: int | None
    """None: it is over."""
    folder_id: str | None
    state: State | None


@dataclass
class Running:
    """An activity of this process."""

    process_number: int | None
    cancel: Callable[[], object]
    state: Callable[[], State] | None
    """What others are told; None: nothing but that it is. May block."""
    told: State | None = None


@dataclass
class Activities:
    """Methods raise `StoreUnavailable`. The loop learns what others have cancelled, and tells how far things are."""

    engine: AsyncEngine
    processes: Processes
    clock: Clock
    wake_up: WakeUp = field(default_factory=WakeUp)
    _running: dict[Key, Running] = field(default_factory=dict)
    _unwritten: list[sa.Update | sa.Delete] = field(default_factory=list)
    """How activities ended, while the database was away."""

    async def begin(
        self,
        kind: str,
        activity_id: str,
        cancel: Callable[[], object] = lambda: None,
        *,
        state: Callable[[], State] | None = None,
        folder_id: str | None = None,
    ) -> bool:
        """False if another one of this kind and id is in progress, in whichever process."""
        told = await asyncio.to_thread(state) if state else None
        row: dict[str, Any] = {
            "kind": kind,
            "id": activity_id,
            "process_number": self.processes.number(),
            "is_cancelled": False,
            "folder_id": folder_id,
            "state": told,
        }
        async with transaction(writing(self.engine)) as connection:
            await connection.execute(sa.delete(activities).where(*_is(kind, activity_id), IS_LEFT))
            added = insert_new(connection.dialect, activities, row).returning(activities.c.id)
            if await connection.scalar(added) is None:
                return False
        self._running[kind, activity_id] = Running(row["process_number"], cancel, state, told)
        self.wake_up.set()
        return True

    @asynccontextmanager
    async def doing(
        self,
        kind: str,
        activity_id: str,
        cancel: Callable[[], object] = lambda: None,
        *,
        state: Callable[[], State] | None = None,
    ) -> AsyncIterator[bool]:
        """`begin` and `end`, also if its task is cancelled; yields whether it was begun."""
        is_mine = False

        async def begin() -> None:
            nonlocal is_mine
            is_mine = await self.begin(kind, activity_id, cancel, state=state)

        try:
            await to_the_end(begin())
            yield is_mine
        finally:
            if is_mine:
                await to_the_end(self.end(kind, activity_id))

    async def end(self, kind: str, activity_id: str) -> None:
        """It is over, and there is nothing to tell of it; noted later if the database is away."""
        await self._over(kind, activity_id, sa.delete(activities).where(*self._mine(kind, activity_id)))

    async def finish(
        self, kind: str, activity_id: str, state: State, *, folder_id: str | None = None, newest_count: int
    ) -> None:
        """It is over, and how it ended is kept, as of so many of its kind; noted as by `end`."""
        over = {"process_number": None, "state": state, "folder_id": folder_id, "ended_at": self.clock.now()}
        await self._over(kind, activity_id, sa.update(activities).where(*self._mine(kind, activity_id)).values(over))
        with suppress(StoreUnavailable):
            await self._prune(kind, newest_count)

    async def keep(
        self, kind: str, activity_id: str, state: State, *, folder_id: str | None, newest_count: int
    ) -> None:
        """Note what is over from the beginning, and forget all but the newest of its kind."""
        row = {
            "kind": kind,
            "id": activity_id,
            "is_cancelled": False,
            "state": state,
            "folder_id": folder_id,
            "ended_at": self.clock.now(),
        }
        async with transaction(writing(self.engine)) as connection:
            await connection.execute(insert_new(connection.dialect, activities, row))
        await self._prune(kind, newest_count)

    async def _prune(self, kind: str, newest_count: int) -> None:
        """Forget all but the newest of what is over."""
        is_over = sa.and_(activities.c.kind == kind, activities.c.process_number.is_(None))
        order = (activities.c.ended_at.desc(), activities.c.id.desc())
        newest = sa.select(activities.c.id).where(is_over).order_by(*order)
        async with transaction(writing(self.engine)) as connection:
            older = list(await connection.scalars(newest.offset(newest_count).limit(1000)))
            if older:
                await connection.execute(sa.delete(activities).where(is_over, activities.c.id.in_(older)))

    async def find(self, kind: str, activity_id: str) -> Activity | None:
        """None also for what a dead process has left."""
        is_known = sa.or_(activities.c.process_number.is_(None), IS_LIVE)
        found = await self._read(sa.select(activities).where(*_is(kind, activity_id), is_known))
        return found[0] if found else None

    async def forget(self, kind: str, activity_id: str) -> bool:
        """Of what is over; whether there was something."""
        is_over = activities.c.process_number.is_(None)
        async with transaction(writing(self.engine)) as connection:
            gone = await connection.execute(sa.delete(activities).where(*_is(kind, activity_id), is_over))
            return bool(gone.rowcount)

    async def folders_of(self, kinds: Collection[str], ids: Collection[str]) -> Mapping[str, str]:
        """By id; without those that are for no folder."""
        if not ids:
            return {}
        is_one = sa.and_(activities.c.kind.in_(kinds), activities.c.id.in_(ids), activities.c.folder_id.is_not(None))
        return {each.id: str(each.folder_id) for each in await self._read(sa.select(activities).where(is_one))}

    async def stop_elsewhere(self, kind: str, activity_id: str) -> None:
        """Have the process that does it cancel it, and wait until it has; `StillBusy`."""
        end_s = self.clock.monotonic() + WAITED_S
        while (found := await self.find(kind, activity_id)) is not None and found.process_number is not None:
            if self.clock.monotonic() >= end_s:
                raise StillBusy(kind, activity_id)
            await self._write(sa.update(activities).where(*_is(kind, activity_id)).values(is_cancelled=True))
            await self.clock.sleep(POLL_S / 4)

    async def sweep(self) -> None:
        """Remove what dead processes have left."""
        await self._write(sa.delete(activities).where(IS_LEFT))

    async def run(self) -> None:
        """Until the wake-up is closed."""
        while not self.wake_up.is_closed:
            try:
                await self.exchange()
            except StoreUnavailable as error:
                log.warning("what others cancel is noticed later: %s", error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("what others cancel is noticed later")
            is_busy = self._unwritten or (self._running and not self.processes.is_alone)
            await self.wake_up.wait(self.clock, POLL_S if is_busy else IDLE_S)

    async def exchange(self) -> None:
        """Cancel what others have cancelled, and tell them how far this process is."""
        while self._unwritten:
            await self._write(self._unwritten[0])
            del self._unwritten[0]
        if not self._running or self.processes.is_alone:
            return
        number = self.processes.number()
        mine = sa.and_(activities.c.process_number == number, activities.c.is_cancelled)
        cancelled = {(each.kind, each.id) for each in await self._read(sa.select(activities).where(mine))}
        for key, running in list(self._running.items()):
            if key in cancelled or running.process_number != number:  # the others took this process for dead
                running.cancel()
            elif running.state is not None and (state := await asyncio.to_thread(running.state)) != running.told:
                await self._write(sa.update(activities).where(*self._mine(*key)).values(state=state))
                running.told = state

    async def _over(self, kind: str, activity_id: str, change: sa.Update | sa.Delete) -> None:
        self._running.pop((kind, activity_id), None)
        try:
            await self._write(change)
        except StoreUnavailable as error:
            log.warning("that the %s %s is over is noted later: %s", kind, activity_id, error)
            self._unwritten.append(change)
            self.wake_up.set()

    async def _write(self, change: sa.Update | sa.Delete) -> None:
        async with transaction(writing(self.engine)) as connection:
            await connection.execute(change)

    async def _read(self, query: sa.Select[Any]) -> Sequence[Activity]:
        async with transaction(self.engine) as connection:
            rows = (await connection.execute(query)).mappings()
            return [
                Activity(row["kind"], row["id"], row["process_number"], row["folder_id"], row["state"]) for row in rows
            ]

    def _mine(self, kind: str, activity_id: str) -> Sequence[sa.ColumnElement[bool]]:
        number = self.processes.number()
        return (*_is(kind, activity_id), activities.c.process_number == number)


def _is(kind: str, activity_id: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return activities.c.kind == kind, activities.c.id == activity_id
