"""Who lives and who leads, of several processes on one PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.processes import Processes
from onwatch_catalog.processes.membership import BEAT_S, DEAD_AFTER_BEATS, LEASE_S
from onwatch_catalog.records.database import make_engine
from onwatch_catalog.settings import CatalogSettings
from onwatch_testkit.clock import FakeClock


@pytest.fixture
async def engine(postgres_with_tables: CatalogSettings) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(postgres_with_tables)
    yield engine
    await engine.dispose()


async def joined(engine: AsyncEngine, clock: FakeClock) -> Processes:
    processes = Processes(engine, clock)
    await processes.join()
    return processes


async def rounds(clock: FakeClock, count: int, *processes: Processes) -> None:
    for _ in range(count):
        await clock.advance(BEAT_S)
        for each in processes:
            await each.beat()


def leaders(*processes: Processes) -> list[bool]:
    return [each.leads() for each in processes]


def test_a_leader_ceases_to_lead_before_another_one_may_begin() -> None:
    assert LEASE_S < DEAD_AFTER_BEATS * BEAT_S


@pytest.mark.connected
async def test_the_first_one_leads_and_the_next_one_after_it(engine: AsyncEngine, clock: FakeClock) -> None:
    first, second = await joined(engine, clock), await joined(engine, clock)
    await rounds(clock, 3 * DEAD_AFTER_BEATS, first, second)
    assert leaders(first, second) == [True, False]

    await first.leave()
    await rounds(clock, 1, second)
    assert leaders(first, second) == [False, True]


@pytest.mark.connected
async def test_one_that_was_killed_is_replaced_in_time_and_never_are_there_two(
    engine: AsyncEngine, clock: FakeClock
) -> None:
    first, second = await joined(engine, clock), await joined(engine, clock)
    for _ in range(DEAD_AFTER_BEATS - 1):
        await rounds(clock, 1, second)
        assert leaders(first, second) in ([True, False], [False, False])
    await rounds(clock, 1, second)
    assert leaders(first, second) == [False, True]


@pytest.mark.connected
async def test_one_that_was_frozen_goes_on_as_another_one(engine: AsyncEngine, clock: FakeClock) -> None:
    first, second = await joined(engine, clock), await joined(engine, clock)
    former = first.number()
    await rounds(clock, DEAD_AFTER_BEATS + 1, second)

    await rounds(clock, 1, first, second)
    assert first.number() != former
    assert leaders(first, second) == [False, True]


@pytest.mark.connected
async def test_nobody_dies_while_the_database_is_away(
    engine: AsyncEngine, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await joined(engine, clock), await joined(engine, clock)
    await rounds(clock, DEAD_AFTER_BEATS - 2, second)

    async def away(_: Processes) -> None:
        raise StoreUnavailable(OSError("away"))

    with monkeypatch.context() as patched:
        patched.setattr(Processes, "beat", away)
        loop = asyncio.create_task(second.run())
        await clock.advance(2 * BEAT_S)
        second.wake_up.close()
        await loop
    await rounds(clock, DEAD_AFTER_BEATS - 2, second)
    former = first.number()
    await rounds(clock, 1, first, second)
    assert (first.number(), leaders(first, second)) == (former, [True, False])


async def test_a_sqlite_file_has_one_process(owned: Any, migrated_folder: Path, clock: FakeClock) -> None:
    engine = make_engine(owned.settings.load(None, {}, data_dir=migrated_folder))
    killed, restarted = await joined(engine, clock), await joined(engine, clock)
    await clock.advance(3600)
    assert restarted.leads()
    assert killed.number() != restarted.number()
    await engine.dispose()
