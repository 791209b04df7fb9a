"""The bus port. Every adapter passes `onwatch_testkit.bus_suite`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from onwatch_contracts.messages import Message
from onwatch_runtime.errors import Unavailable

Handler = Callable[[Message], Awaitable[None]]
FrameHandler = Callable[[str, bytes], Awaitable[None]]

ALL_VIDEOS = "*"


class BusUnavailable(Unavailable):
    """The bus could not take the message in time; the caller still has it."""


@dataclass(frozen=True)
class SharedQueue:
    """A durable queue: each message is handled by one of the consumers with this name.

    It exists from its first `subscribe` on and outlives its consumers; what was published before nobody kept.
    All who subscribe to a name declare the same queue. With `ordered`, the messages of one video are handled
    one at a time, in the order of publishing, however many consumers there are. With `ttl_s`, a message not
    taken in time is dropped.
    """

    name: str
    messages: tuple[type[Message], ...]
    ordered: bool = False
    ttl_s: float | None = None


@dataclass(frozen=True)
class PrivateQueue:
    """A consumer's own queue: it gets its own copy of each message, and the queue goes with it.

    The messages of one video are handled one at a time, in order; those of different videos side by side.
    With `per_video` it is bound to nothing until `Consumer.bind(video_id)`, else to all videos.
    """

    name: str
    messages: tuple[type[Message], ...]
    per_video: bool = False


class Consumer(Protocol):
    """A running subscription."""

    async def bind(self, video_id: str) -> None:
        """Listen to one more video (queues with `per_video`). Twice is the same as once."""
        ...

    async def unbind(self, video_id: str) -> None:
        """Messages published from now on stay away; those that already wait still come. Twice is the same as once."""
        ...

    async def pause(self) -> None:
        """Take no new message; the queue keeps them, for others too. A handler under way ends normally."""
        ...

    async def resume(self) -> None: ...

    async def close(self) -> None:
        """Take no new message, wait for the handlers under way. Twice is the same as once.

        A message that waits to be tried again goes back to its queue. A handler may close its own consumer;
        that does not wait.
        """
        ...


class FrameConsumer(Protocol):
    """A subscription to frames: bound to nothing at first, bounded, dropping the oldest."""

    async def bind(self, video_id: str) -> None: ...

    async def unbind(self, video_id: str) -> None: ...

    async def close(self) -> None:
        """Take no new frame; a handler under way is cancelled. Twice is the same as once."""
        ...


class Bus(Protocol):
    """Publish and subscribe.

    Messages are delivered at least once. A handler that returns acknowledges; `Reject` dead-letters with its
    reason; any other error is tried again with a growing delay and a limit (`retry.next_step`), then
    dead-lettered; `Unavailable`, a server being away, has no limit. A message that no schema accepts is
    dead-lettered. No failure path drops one silently. Frames are best effort: a viewer wants now, not all.
    """

    async def publish(self, message: Message) -> None:
        """Return once the bus has the message for good; `BusUnavailable` otherwise."""
        ...

    async def subscribe(self, queue: SharedQueue | PrivateQueue, handler: Handler) -> Consumer: ...

    async def publish_frame(self, video_id: str, body: bytes) -> None:
        """Hand a frame to whoever is bound to the video; nobody bound, nothing sent."""
        ...

    async def subscribe_frames(self, handler: FrameHandler, *, capacity: int) -> FrameConsumer: ...

    async def check(self) -> None:
        """Raise `BusUnavailable` when the bus is not reached."""
        ...

    async def close(self) -> None: ...
