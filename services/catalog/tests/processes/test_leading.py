from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from onwatch_catalog.processes.leading import RETRY_S, WhileLeading
from onwatch_testkit.clock import FakeClock


class Work:
    """A context that notes when it is opened and closed, and may fail."""

    def __init__(self, clock: FakeClock) -> None:
        self.leads = False
        self.log: list[str] = []
        self.failure: Exception | None = None
        self.leading = WhileLeading(lambda: self.leads, self.context, clock)

    @asynccontextmanager
    async def context(self) -> AsyncIterator[None]:
        if self.failure:
            failure, self.failure = self.failure, None
            raise failure
        self.log.append("opened")
        yield
        self.log.append("closed")

    def set(self, leads: bool) -> None:
        self.leads = leads
        self.leading.wake_up.set()


async def test_the_context_is_open_while_the_process_leads(clock: FakeClock) -> None:
    work = Work(clock)
    loop = asyncio.create_task(work.leading.run())
    await clock.advance(0)
    assert work.log == []

    for leads in (True, False, True):
        work.set(leads)
        await clock.advance(0)
    assert work.log == ["opened", "closed", "opened"]

    work.leading.wake_up.close()
    await loop
    assert work.log == ["opened", "closed", "opened", "closed"]


async def test_a_failure_is_logged_and_tried_again(clock: FakeClock) -> None:
    work = Work(clock)
    work.failure, work.leads = RuntimeError("broken"), True
    loop = asyncio.create_task(work.leading.run())
    await clock.advance(0)
    assert work.log == []
    await clock.advance(RETRY_S)
    assert work.log == ["opened"]
    work.leading.wake_up.close()
    await loop
