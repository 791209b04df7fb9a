"""Activities of two processes on one PostgreSQL, and what one process alone does on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_catalog.errors import StillBusy, StoreUnavailable
from onwatch_catalog.processes.activities import WAITED_S, Activities
from onwatch_catalog.processes.membership import Processes
from onwatch_catalog.records import processes
from onwatch_catalog.records.database import make_engine
from onwatch_catalog.settings import CatalogSettings
from onwatch_testkit.clock import FakeClock, until


@pytest.fixture
async def engine(postgres_with_tables: CatalogSettings) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(postgres_with_tables)
    yield engine
    await engine.dispose()


async def of_a_process(engine: AsyncEngine, clock: FakeClock) -> Activities:
    process = Processes(engine, clock)
    await process.join()
    return Activities(engine, process, clock)


async def test_an_activity_is_exclusive_until_it_ends(activities: Activities) -> None:
    async with activities.doing("join", "a") as is_mine:
        assert is_mine
        async with activities.doing("join", "a") as is_mine_too:
            assert not is_mine_too
        async with activities.doing("join", "b") as is_other:
            assert is_other
        assert not await activities.begin("join", "a"), "who had not begun it has not ended it"
    assert await activities.begin("join", "a")


async def test_how_activities_ended_is_kept_for_the_newest(activities: Activities, clock: FakeClock) -> None:
    for number in range(3):
        assert await activities.begin("join", f"j{number}", folder_id="north")
        await activities.finish("join", f"j{number}", {"number": number}, folder_id=f"f{number}", newest_count=2)
        await clock.advance(1)
    found = [await activities.find("join", f"j{number}") for number in range(3)]
    assert [each and each.state for each in found] == [None, {"number": 1}, {"number": 2}]
    assert await activities.folders_of(("join",), ["j0", "j1", "j2"]) == {"j1": "f1", "j2": "f2"}
    assert [await activities.forget("join", "j1") for _ in range(2)] == [True, False]


async def test_an_end_that_cannot_be_noted_is_noted_later(
    activities: Activities, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: Any) -> None:
        raise StoreUnavailable(OSError("away"))

    await activities.begin("join", "a")
    with monkeypatch.context() as patched:
        patched.setattr(activities, "_write", away)
        await activities.end("join", "a")
    assert not await activities.begin("join", "a")
    await activities.exchange()
    assert await activities.begin("join", "a")


@pytest.mark.connected
async def test_another_process_sees_how_far_it_is_and_cancels_it(engine: AsyncEngine, clock: FakeClock) -> None:
    one, other = [await of_a_process(engine, clock) for _ in range(2)]
    progress, cancelled = {"done": 0}, asyncio.Event()
    await one.begin("join", "a", cancelled.set, state=lambda: dict(progress))
    loop = asyncio.create_task(one.run())
    progress["done"] = 1

    async def has_told() -> bool:
        found = await other.find("join", "a")
        return found is not None and found.state == {"done": 1}

    while not await has_told():
        await clock.advance(0.1)

    stopping = asyncio.create_task(other.stop_elsewhere("join", "a"))
    await until(clock, cancelled.is_set, "it is cancelled")
    assert not stopping.done()
    await one.end("join", "a")
    await until(clock, stopping.done, "the other one has noticed")
    await stopping
    one.wake_up.close()
    await loop


@pytest.mark.connected
async def test_one_that_does_not_let_go_is_waited_for_in_vain(engine: AsyncEngine, clock: FakeClock) -> None:
    one, other = [await of_a_process(engine, clock) for _ in range(2)]
    await one.begin("upload", "a")
    stopping = asyncio.create_task(other.stop_elsewhere("upload", "a"))
    await until(clock, stopping.done, "it has given up", limit_s=2 * WAITED_S)
    with pytest.raises(StillBusy, match="the upload a"):
        await stopping


@pytest.mark.connected
async def test_what_a_dead_process_did_is_free_for_others(engine: AsyncEngine, clock: FakeClock) -> None:
    dead, other = [await of_a_process(engine, clock) for _ in range(2)]
    cancelled = asyncio.Event()
    await dead.begin("upload", "a", cancelled.set)
    await dead.begin("upload", "b")
    async with engine.begin() as connection:
        await connection.execute(sa.delete(processes).where(processes.c.number == dead.processes.number()))

    assert await other.find("upload", "a") is None
    assert await other.begin("upload", "a")
    await other.sweep()
    assert await other.begin("upload", "b")

    await dead.processes.beat()  # it goes on as another process
    await dead.exchange()
    assert cancelled.is_set()
    await dead.end("upload", "a")
    assert await other.find("upload", "a") is not None, "it is not its own any more"
