"""Records the messages on the bus: for faults that republish them, and to measure recovery times."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from onwatch_contracts.messages import MESSAGES, Message, MetricsCommittedV1
from onwatch_runtime.bus import PrivateQueue
from onwatch_runtime.bus.rabbit import RabbitBus

KEPT = 60


@dataclass
class BusListener:
    recent: deque[Message] = field(default_factory=lambda: deque(maxlen=KEPT))
    commits: list[tuple[float, str]] = field(default_factory=list)
    """(monotonic time, video id) of each committed progress."""

    @classmethod
    async def subscribed(cls, bus: RabbitBus) -> Self:
        listener = cls()
        await bus.subscribe(PrivateQueue("faults", MESSAGES), listener.record)
        return listener

    async def record(self, message: Message) -> None:
        self.recent.append(message)
        if isinstance(message, MetricsCommittedV1):
            self.commits.append((time.monotonic(), message.video_id))

    def clear(self) -> None:
        self.recent.clear()
        self.commits.clear()

    def progress_after(self, time_s: float, video_ids: Iterable[str]) -> float | None:
        """Seconds until each unfinished video of these has made progress again; None if all were finished."""
        waits = []
        for video_id in video_ids:
            times = [at_s - time_s for at_s, of_video in self.commits if at_s > time_s and of_video == video_id]
            waits += [min(times)] if times else []
        return max(waits, default=None)
