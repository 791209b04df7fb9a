"""What is said on the bus, kept for faults that repeat it and for the time that recovery takes."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Self

from onwatch_contracts.messages import MESSAGES, Message, MetricsCommittedV1
from onwatch_runtime.bus import PrivateQueue
from onwatch_runtime.rabbit_bus import RabbitBus

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

    def progress_after(self, moment: float, video_ids: set[str]) -> float | None:
        """Seconds until one of these videos made progress; None if none did any more."""
        times = [at for at, video_id in self.commits if at > moment and video_id in video_ids]
        return min(times) - moment if times else None
