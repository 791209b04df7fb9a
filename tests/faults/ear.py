"""What is said on the bus, kept for faults that repeat it and for the time that recovery takes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from onwatch_contracts.messages import MESSAGES, Message, MetricsCommittedV1
from onwatch_runtime.bus import PrivateQueue
from onwatch_runtime.bus.rabbit.bus import RabbitBus

KEPT = 60


@dataclass
class Ear:
    recent: deque[Message] = field(default_factory=lambda: deque(maxlen=KEPT))
    commits: list[tuple[float, str]] = field(default_factory=list)
    """When progress was committed (monotonic), and of which video."""

    @classmethod
    async def at(cls, bus: RabbitBus) -> Self:
        ear = cls()
        await bus.subscribe(PrivateQueue("faults", MESSAGES), ear.hear)
        return ear

    async def hear(self, message: Message) -> None:
        self.recent.append(message)
        if isinstance(message, MetricsCommittedV1):
            self.commits.append((time.monotonic(), message.video_id))

    def forget(self) -> None:
        self.recent.clear()
        self.commits.clear()

    def progress_after(self, moment: float, video_ids: Iterable[str]) -> float | None:
        """Seconds until the last of those videos that were not at their end made progress; None if all were."""
        waits = []
        for video_id in video_ids:
            times = [at - moment for at, of_video in self.commits if at > moment and of_video == video_id]
            waits += [min(times)] if times else []
        return max(waits, default=None)
