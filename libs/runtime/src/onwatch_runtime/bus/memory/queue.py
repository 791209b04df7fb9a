"""A queue in memory: its bindings, its messages, and which one is next."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Envelope:
    """A message in transit: encoded, so that its schema is checked within one process too."""

    routing_key: str
    video_id: str
    body: bytes
    published_at_s: float


@dataclass(eq=False)
class MemoryQueue:
    """Waiting messages and, in an ordered queue, the videos whose messages are being handled."""

    name: str
    kinds: frozenset[str]
    """Accepted of all videos."""
    kinds_of_bound_videos: frozenset[str]
    ordered: bool
    ttl_s: float | None
    videos: set[str] = field(default_factory=set)
    """The bound ones."""
    waiting: deque[Envelope] = field(default_factory=deque)
    busy_videos: set[str] = field(default_factory=set)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def accepts(self, kind: str, video_id: str) -> bool:
        return kind in self.kinds or (kind in self.kinds_of_bound_videos and video_id in self.videos)

    def put(self, envelope: Envelope, now_s: float) -> None:
        self._expire(now_s)  # here too: a queue without consumers must not grow without limit
        self.waiting.append(envelope)

    def requeue(self, envelope: Envelope) -> None:
        """At the front: the message that was taken first stays first."""
        self.waiting.appendleft(envelope)

    def _expire(self, now_s: float) -> None:
        while self.ttl_s is not None and self.waiting and now_s - self.waiting[0].published_at_s >= self.ttl_s:
            self.waiting.popleft()

    def take(self, now_s: float) -> Envelope | None:
        """The oldest message that may be handled now."""
        self._expire(now_s)
        for index, envelope in enumerate(self.waiting):
            if not (self.ordered and envelope.video_id in self.busy_videos):
                del self.waiting[index]
                if self.ordered:
                    self.busy_videos.add(envelope.video_id)
                return envelope
        return None
