"""Which processes live, and which one of them leads.

Each counts up its row. One whose count stays the same is dead for the others, and its row is deleted. Clocks are not
compared, so that those of different machines may differ.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.records import processes
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp
from onwatch_sql.error_translation import transaction
from onwatch_sql.sqlite import writing

log = logging.getLogger(__name__)

BEAT_S = 1.0
DEAD_AFTER_BEATS = 8
"""Rounds of an observer in which a row has not changed. Rounds that failed do not count: with the database away, nobody
dies."""
LEASE_S = 6.0
"""How long a process leads after its last beat. Less than it takes to be called dead, so that at most one leads."""


@dataclass
class Processes:
    """This process among the others. The first that joined of those that live is the leader.

    A SQLite file belongs to one process: that one leads, and whatever else has a row is dead.
    """

    engine: AsyncEngine
    clock: Clock
    on_change: list[Callable[[], None]] = field(default_factory=list)
    """Called when this process begins or ceases to lead."""
    wake_up: WakeUp = field(default_factory=WakeUp)
    _number: int | None = None
    _leads_until_s: float = 0.0
    _led: bool = False
    _seen: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By process: its count, and in how many rounds it has stayed the same."""

    @property
    def is_alone(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def number(self) -> int | None:
        """Of this process; None before it has joined. Another one after it was called dead."""
        return self._number

    def leads(self) -> bool:
        return self._number is not None and (self.is_alone or self.clock.monotonic() < self._leads_until_s)

    async def join(self) -> None:
        """At the start; `StoreUnavailable`."""
        async with transaction(writing(self.engine)) as connection:
            if self.is_alone:
                await connection.execute(sa.delete(processes))
            self._number = await _added(connection)
        log.info("this is process %d of the catalog", self._number)
        if not self.is_alone:
            await self.beat()
        self._tell()

    async def leave(self) -> None:
        """At the end, so that another one leads at once."""
        number, self._number = self._number, None
        try:
            async with transaction(writing(self.engine)) as connection:
                await connection.execute(sa.delete(processes).where(processes.c.number == number))
        except StoreUnavailable as error:
            log.warning("the other processes notice later that this one has ended: %s", error)

    async def run(self) -> None:
        """Beat until the wake-up is closed."""
        while not self.wake_up.is_closed:
            await self.wake_up.wait(self.clock, BEAT_S)
            if self.is_alone or self.wake_up.is_closed:
                continue
            try:
                await self.beat()
            except StoreUnavailable as error:
                self._seen.clear()
                log.warning("the catalog cannot tell the others that it lives: %s", error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                self._seen.clear()
                log.exception("the catalog cannot tell the others that it lives")
            self._tell()

    async def beat(self) -> None:
        """Count up, and find out who else lives."""
        began_s = self.clock.monotonic()
        async with transaction(writing(self.engine)) as connection:
            this = processes.c.number == self._number
            beat = sa.update(processes).where(this).values(beats_count=processes.c.beats_count + 1)
            if not (await connection.execute(beat)).rowcount:
                former, self._number = self._number, await _added(connection)
                log.error(
                    "the others took process %s for dead: it goes on as %d; what it was writing is refused",
                    former,
                    self._number,
                )
            rows = await connection.execute(sa.select(processes.c.number, processes.c.beats_count))
            alive = {row.number: row.beats_count for row in rows}
        for number in self._dead(alive):
            await self._bury(number, alive.pop(number))
        self._leads_until_s = began_s + LEASE_S if self._number == min(alive) else 0.0

    def _dead(self, alive: Mapping[int, int]) -> list[int]:
        before, self._seen = self._seen, {}
        for number, beats in alive.items():
            last, rounds = before.get(number, (None, 0))
            self._seen[number] = (beats, rounds + 1 if beats == last else 0)
        return [number for number, (_, rounds) in self._seen.items() if rounds >= DEAD_AFTER_BEATS]

    async def _bury(self, number: int, beats: int) -> None:
        this = sa.and_(processes.c.number == number, processes.c.beats_count == beats)
        async with transaction(writing(self.engine)) as connection:
            if (await connection.execute(sa.delete(processes).where(this))).rowcount:
                log.warning("process %d of the catalog is dead: others go on with its work", number)

    def _tell(self) -> None:
        if self._led != (leads := self.leads()):
            self._led = leads
            if not self.is_alone:
                log.info("this process of the catalog %s", "leads" if leads else "leads no longer")
            for changed in self.on_change:
                changed()


async def _added(connection: AsyncConnection) -> int:
    added = sa.insert(processes).values(beats_count=0).returning(processes.c.number)
    return int((await connection.execute(added)).scalar_one())
