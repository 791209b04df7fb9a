"""Slows down guesses of passwords, counted over all processes."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from onwatch_catalog.accounts.errors import TooManyGuesses
from onwatch_catalog.accounts.pacing import FORGOTTEN_AFTER_S, paced
from onwatch_catalog.accounts.tables import guesses
from onwatch_runtime.clock import Clock
from onwatch_sql.error_translation import transaction
from onwatch_sql.inserting import insert_new
from onwatch_sql.sqlite import writing


class GuessLimit:
    """Delays guesses of one account from one address. Nobody is locked out: from elsewhere the account is free.

    A guess counts as wrong before it is verified, so that guesses sent at once are delayed, too. Both methods raise
    `StoreUnavailable`.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = writing(engine)
        self._clock = clock

    async def begin(self, account: str, address: str) -> None:
        """Count a guess; raises `TooManyGuesses` when it comes too early."""
        async with transaction(self._engine) as connection:
            wait_s = await self._count(connection, _key(account, address))
        if wait_s > 0:
            raise TooManyGuesses(wait_s)

    async def succeeded(self, account: str, address: str) -> None:
        async with transaction(self._engine) as connection:
            await connection.execute(sa.delete(guesses).where(guesses.c.key == _key(account, address)))

    async def _count(self, connection: AsyncConnection, key: str) -> float:
        now = self._clock.now()
        is_old = guesses.c.last_at < now - timedelta(seconds=FORGOTTEN_AFTER_S)
        # Locked rows are skipped: two of these transactions would wait for each other.
        old = sa.select(guesses.c.key).where(is_old).with_for_update(skip_locked=True)
        await connection.execute(sa.delete(guesses).where(guesses.c.key.in_(old)))
        none = {"key": key, "times": 0, "last_at": now}
        await connection.execute(insert_new(connection.dialect, guesses, none))
        this = guesses.c.key == key
        locked = sa.select(guesses.c.times, guesses.c.last_at).where(this).with_for_update()
        row = (await connection.execute(locked)).one()
        times, wait_s = paced(row.times, (now - row.last_at).total_seconds())
        if wait_s <= 0:
            await connection.execute(sa.update(guesses).where(this).values(times=times + 1, last_at=now))
        return wait_s


def _key(account: str, address: str) -> str:
    """Names that were typed by mistake may be passwords."""
    return hashlib.sha256(f"{account}\0{address}".encode()).hexdigest()
