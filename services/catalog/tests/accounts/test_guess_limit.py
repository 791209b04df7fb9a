from __future__ import annotations

import asyncio

import pytest

from onwatch_catalog.accounts.errors import TooManyGuesses
from onwatch_catalog.accounts.guess_limit import GuessLimit
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_testkit.clock import FakeClock


async def test_guesses_sent_at_once_are_delayed_too(store: SqlStore, clock: FakeClock) -> None:
    limit = GuessLimit(store._engine, clock)
    for _ in range(4):
        await limit.begin("ada", "10.0.0.9")

    with pytest.raises(TooManyGuesses) as refused:
        await limit.begin("ada", "10.0.0.9")

    assert refused.value.headers == {"retry-after": "1"}
    await limit.begin("ada", "10.0.0.1")
    await limit.begin("bob", "10.0.0.9")


async def test_guesses_are_forgotten_after_a_success_and_a_quarter_of_an_hour(
    store: SqlStore, clock: FakeClock
) -> None:
    limit = GuessLimit(store._engine, clock)
    for _ in range(4):
        await limit.begin("ada", "10.0.0.9")
    await limit.succeeded("ada", "10.0.0.9")
    for _ in range(4):
        await limit.begin("ada", "10.0.0.9")
    await clock.advance(901)

    for _ in range(4):
        await limit.begin("ada", "10.0.0.9")


async def test_guesses_at_several_processes_count_together(store: SqlStore, clock: FakeClock) -> None:
    limits = [GuessLimit(store._engine, clock) for _ in range(2)]
    answers = await asyncio.gather(
        *(limit.begin("ada", "10.0.0.9") for limit in limits for _ in range(4)), return_exceptions=True
    )
    assert [type(answer) for answer in answers].count(TooManyGuesses) == 4
