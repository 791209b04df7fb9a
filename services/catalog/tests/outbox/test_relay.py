from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.outbox.relay import OutboxEntry, OutboxRelay
from onwatch_contracts.messages import Message, VideoCreatedV1, VideoDeletedV1, VideoUpdatedV1
from onwatch_runtime.bus import BusUnavailable, encode
from onwatch_testkit.clock import FakeClock


@dataclass
class FakeOutbox:
    entries: list[OutboxEntry] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def put(self, kind: type[Message]) -> None:
        message = kind(message_id=kind.name, occurred_at=datetime(2026, 3, 2, tzinfo=UTC), video_id="v")
        self.entries.append(OutboxEntry(len(self.entries) + 1, message.routing_key, encode(message)))

    is_sent_by_another: bool = False

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Sequence[OutboxEntry] | None]:
        if self.is_sent_by_another:
            yield None
            return
        oldest = self.entries[:1]
        yield oldest
        if self.failures:
            raise self.failures.pop()
        del self.entries[: len(oldest)]

    async def unsent(self, limit: int) -> Sequence[OutboxEntry]:
        return self.entries[:limit]


@dataclass
class FakeBus:
    published: list[str] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def publish(self, message: Message) -> None:
        if self.failures:
            raise self.failures.pop()
        self.published.append(message.message_id)


async def running(outbox: FakeOutbox, bus: Any, clock: FakeClock) -> tuple[OutboxRelay, asyncio.Task[None]]:
    relay = OutboxRelay(outbox, bus, clock, poll_s=5, retry_s=1)
    task = asyncio.create_task(relay.run())
    await clock.advance(0)
    return relay, task


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_messages_of_before_the_start_are_sent_in_order(clock: FakeClock) -> None:
    outbox, bus = FakeOutbox(), FakeBus()
    outbox.put(VideoCreatedV1)
    outbox.put(VideoUpdatedV1)
    outbox.put(VideoDeletedV1)
    _, task = await running(outbox, bus, clock)

    assert bus.published == ["video.created", "video.updated", "video.deleted"]
    assert outbox.entries == []
    await end(task)


async def test_a_later_message_is_sent_on_wake_up_or_at_the_next_poll(clock: FakeClock) -> None:
    outbox, bus = FakeOutbox(), FakeBus()
    relay, task = await running(outbox, bus, clock)

    outbox.put(VideoCreatedV1)
    relay.wake()
    await clock.advance(0)
    assert bus.published == ["video.created"]

    outbox.put(VideoDeletedV1)
    await clock.advance(5)
    assert bus.published == ["video.created", "video.deleted"]
    await end(task)


async def test_a_message_that_the_bus_refuses_keeps_its_place(clock: FakeClock) -> None:
    outbox, bus = FakeOutbox(), FakeBus(failures=[BusUnavailable("away"), RuntimeError("broken")])
    outbox.put(VideoCreatedV1)
    outbox.put(VideoDeletedV1)
    relay, task = await running(outbox, bus, clock)

    await clock.advance(1)
    assert bus.published == []
    assert relay.blocked_s() == 1
    await clock.advance(1)
    assert bus.published == ["video.created", "video.deleted"]
    assert relay.blocked_s() == 0
    await end(task)


async def test_a_message_whose_removal_failed_is_republished_with_the_same_id(clock: FakeClock) -> None:
    outbox, bus = FakeOutbox(failures=[StoreUnavailable(OSError("gone"))]), FakeBus()
    outbox.put(VideoCreatedV1)
    _, task = await running(outbox, bus, clock)

    await clock.advance(1)
    assert bus.published == ["video.created", "video.created"]
    assert outbox.entries == []
    await end(task)


async def test_what_another_process_sends_is_left_to_it(clock: FakeClock) -> None:
    outbox, bus = FakeOutbox(is_sent_by_another=True), FakeBus()
    outbox.put(VideoCreatedV1)
    relay, task = await running(outbox, bus, clock)
    assert bus.published == []
    assert relay.blocked_s() == 0

    outbox.is_sent_by_another = False
    await clock.advance(5)
    assert bus.published == ["video.created"]
    await end(task)
