from __future__ import annotations

import asyncio

import pytest

from onwatch_gateway.access import recent as module
from onwatch_gateway.access.recent import Recent
from onwatch_testkit.clock import FakeClock


class Source:
    """Answers with how often it was asked, once it may."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def look_up(self, key: str) -> int | None:
        self.asked.append(key)
        await self.may_answer.wait()
        return len(self.asked) if key != "none" else None


async def test_an_answer_is_remembered_for_a_while_also_that_there_is_none(clock: FakeClock) -> None:
    source = Source()
    recent = Recent(source.look_up, clock, 2.0)

    assert [await recent.of("a"), await recent.of("a"), await recent.of("none"), await recent.of("none")] == [
        1,
        1,
        None,
        None,
    ]
    await clock.advance(2.0)

    assert await recent.of("a") == 3
    recent.forget("a")
    assert await recent.of("a") == 4
    assert dict(recent.items()) == {"a": 4, "none": None}


async def test_those_who_ask_meanwhile_wait_for_the_same_answer(clock: FakeClock) -> None:
    source = Source()
    source.may_answer.clear()
    recent = Recent(source.look_up, clock, 2.0)
    first, second = asyncio.create_task(recent.of("a")), asyncio.create_task(recent.of("a"))
    await asyncio.sleep(0)
    first.cancel()  # does not cancel what the other waits for
    source.may_answer.set()

    assert await second == 1
    assert source.asked == ["a"]


async def test_the_oldest_answer_gives_way(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REMEMBERED", 2)
    source = Source()
    recent = Recent(source.look_up, clock, 2.0)
    for key in ("a", "b", "c"):
        await recent.of(key)

    assert [key for key, _ in recent.items()] == ["b", "c"]
