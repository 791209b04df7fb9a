"""The bus port. Every adapter passes `onwatch_testkit.bus_suite`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from onwatch_contracts.messages import Message
from onwatch_runtime.errors import StartRefused, Unavailable

Handler = Callable[[Message], Awaitable[None]]
FrameHandler = Callable[[str, bytes], Awaitable[None]]

ALL_VIDEOS = "*"


class BusUnavailable(Unavailable):
    """The bus did not accept the message in time, or cannot be reached; the caller still has the message."""


class PartitionsDiffer(StartRefused):
    """Services with another number of partitions use the bus: some messages would wait in queues that nobody reads."""


@dataclass(frozen=True)
class SharedQueue:
    """A durable queue: each message is handled by one of its consumers.

    It exists from its first `subscribe` on and outlives its consumers; messages published before are not kept. All
    subscribers to a name declare the same queue. With `ordered`, the messages of one video are handled one at a time,
    in the order of publishing, however many consumers there are. With `ttl_s`, a message not delivered in time is
    dropped.
    """

    name: str
    messages: tuple[type[Message], ...]
    ordered: bool = False
    ttl_s: float | None = None


@dataclass(frozen=True)
class PrivateQueue:
    """A queue of one consumer, with its own copy of each message; deleted with the consumer.

    The messages of one video are handled one at a time, in order; those of different videos concurrently. With
    `per_video` only messages of the kinds `of_all_videos` arrive until `Consumer.bind(video_id)`, otherwise all.
    """

    name: str
    messages: tuple[type[Message], ...]
    per_video: bool = False
    of_all_videos: tuple[type[Message], ...] = ()
    """Some of `messages`, of which it gets all, also with `per_video`."""

    @property
    def of_bound_videos(self) -> tuple[type[Message], ...]:
        """The kinds that it gets only of the videos that it is bound to."""
        return tuple(kind for kind in self.messages if kind not in self.of_all_videos) if self.per_video else ()


@dataclass
class BusCounts:
    """What became of messages whose handlers failed, since the bus was made."""

    failed_attempts: int = 0
    dead_letters: Counter[str] = field(default_factory=Counter)
    """By the name of the queue."""


@dataclass(frozen=True)
class WaitingDeadLetters:
    """Dead letters in the broker, of all processes."""

    count: int
    waiting_s: float
    """For how long there have been some, as far as this process has seen; 0: there are none."""


class Consumer(Protocol):
    """A running subscription."""

    async def bind(self, video_id: str) -> None:
        """Receive the messages of one more video (queues with `per_video`). Idempotent."""
        ...

    async def unbind(self, video_id: str) -> None:
        """Receive no messages published from now on; those already in the queue are still delivered. Idempotent."""
        ...

    async def pause(self) -> None:
        """Take no new message; they stay in the queue, also for others. A running handler ends normally."""
        ...

    async def resume(self) -> None: ...

    async def close(self) -> None:
        """Take no new message and wait for the running handlers. Idempotent.

        A message that waits for its next attempt returns to its queue. A handler may close its own consumer, without
        waiting.
        """
        ...


class FrameConsumer(Protocol):
    """A subscription to frames, with a bounded queue that drops the oldest. It is bound to no video at first.

    In place of the id of a video stands the key of one of its formats (`onwatch_contracts.frame_formats.frames_key`).
    """

    async def bind(self, video_id: str) -> None: ...

    async def unbind(self, video_id: str) -> None: ...

    async def close(self) -> None:
        """Take no new frame; a running handler is cancelled. Idempotent."""
        ...


class Bus(Protocol):
    """Publish and subscribe.

    Messages are delivered at least once. A handler that returns acknowledges; `Reject` dead-letters with its reason;
    after any other error the message is tried again with a growing delay, and dead-lettered after the last attempt
    (`retry.next_step`); for `Unavailable` the attempts are not limited. A message that no schema accepts is
    dead-lettered. No failure drops a message silently. Frames are best effort: a viewer wants the newest, not all.

    Where processes share ordered queues in partitions, they agree on their number: the first records it in the broker,
    and others cannot connect (`PartitionsDiffer`).
    """

    @property
    def counts(self) -> BusCounts: ...

    @property
    def dead_letters_waiting(self) -> WaitingDeadLetters | None:
        """None: nobody can list them, or the broker does not answer."""
        ...

    @property
    def is_connected(self) -> bool: ...

    async def publish(self, message: Message) -> None:
        """Return once every bound queue has the message; `BusUnavailable` otherwise."""
        ...

    async def subscribe(self, queue: SharedQueue | PrivateQueue, handler: Handler) -> Consumer: ...

    async def publish_frame(self, video_id: str, body: bytes) -> None:
        """Deliver a frame to the consumers bound to the video, if any."""
        ...

    async def subscribe_frames(self, handler: FrameHandler, *, capacity: int) -> FrameConsumer: ...

    async def check(self) -> None:
        """Raise `BusUnavailable` if the bus cannot be reached."""
        ...

    async def close(self) -> None: ...
