from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from onwatch_runtime.bus.rabbit.doctor.dead_letters import DeadLetter, DeadLetters, grouped
from onwatch_runtime.bus.rabbit.topology import DEAD_AT, Topology

BEGIN = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)


class RotatedQueue:
    """In place of a browser: its messages are no longer in the order in which they came."""

    def __init__(self, *dead_at: datetime | None) -> None:
        self._messages = [
            SimpleNamespace(
                headers={} if at is None else {DEAD_AT: at.isoformat()},
                routing_key="video.deleted.v1.a",
                message_id="m",
                body=b"",
            )
            for at in dead_at
        ]

    async def for_each(self, queue: str, visit: Any) -> tuple[int, int]:
        for message in self._messages:
            assert not await visit(None, message)
        return 0, len(self._messages)


async def test_dead_letters_are_listed_by_time_and_those_of_an_unknown_time_first() -> None:
    queue: Any = RotatedQueue(BEGIN + timedelta(seconds=2), BEGIN, None, BEGIN + timedelta(seconds=1))
    found = await DeadLetters(queue, Topology("test")).list()
    seconds = [None if letter.dead_at is None else (letter.dead_at - BEGIN).total_seconds() for letter in found]
    assert seconds == [None, 0, 1, 2]


def test_dead_letters_are_grouped_by_queue_and_reason() -> None:
    groups = grouped(
        [
            DeadLetter("q", "no file", "a.v1"),
            DeadLetter("q", "no file", "b.v1"),
            DeadLetter("q", "no file", "b.v1"),
            DeadLetter("p", "late", "a.v1"),
        ]
    )

    assert [(group.queue, group.reason, group.count, group.kinds) for group in groups] == [
        ("q", "no file", 3, (("b.v1", 2), ("a.v1", 1))),
        ("p", "late", 1, (("a.v1", 1),)),
    ]
