"""The bus within one process: the guarantees of RabbitMQ, for the lifetime of the process."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from onwatch_contracts.messages import Message
from onwatch_runtime.bus.codec import UnknownMessage, decode, encode
from onwatch_runtime.bus.handling import failure_of
from onwatch_runtime.bus.memory.queue import Envelope, MemoryQueue
from onwatch_runtime.bus.port import (
    BusCounts,
    Consumer,
    FrameConsumer,
    FrameHandler,
    Handler,
    PrivateQueue,
    SharedQueue,
)
from onwatch_runtime.bus.retry import DEFAULT_POLICY, RetryPolicy, TryAgain, next_step
from onwatch_runtime.clock import Clock
from onwatch_runtime.waiting import happens_within

log = logging.getLogger(__name__)

HANDLERS_PER_CONSUMER = 4  # a message that waits for its next attempt must not delay other videos


@dataclass(frozen=True)
class DeadLettered:
    queue: str
    routing_key: str
    body: bytes
    reason: str


class MemoryBus:
    """Queues in memory. `dead_letters` holds messages that could not be handled, for inspection."""

    def __init__(self, clock: Clock, policy: RetryPolicy = DEFAULT_POLICY) -> None:
        self._clock = clock
        self._policy = policy
        self._shared: dict[str, MemoryQueue] = {}
        # Lists, so that subscribers are served in the order of subscription.
        self._private: list[MemoryQueue] = []
        self._consumers: list[_MemoryConsumer] = []
        self._frame_consumers: list[_MemoryFrameConsumer] = []
        self._active = 0
        self._idle = asyncio.Condition()
        self.dead_letters: list[DeadLettered] = []
        self.counts = BusCounts()
        self.messages_published = 0
        self.frames_carried = 0
        """Frames with at least one bound consumer."""

    # --- messages --------------------------------------------------------------------------------

    async def publish(self, message: Message) -> None:
        kind = f"{message.name}.v{message.version}"
        await self.publish_raw(kind, message.video_id, encode(message))

    async def publish_raw(self, kind: str, video_id: str, body: bytes) -> None:
        """Publish any bytes, as another program could."""
        self.messages_published += 1
        envelope = Envelope(f"{kind}.{video_id}", video_id, body, self._clock.monotonic())
        for queue in (*self._shared.values(), *self._private):
            if queue.accepts(kind, video_id):
                await self._enqueue(queue, envelope)

    async def _enqueue(self, queue: MemoryQueue, envelope: Envelope) -> None:
        async with queue.changed:
            queue.put(envelope, self._clock.monotonic())
            queue.changed.notify_all()

    async def subscribe(self, queue: SharedQueue | PrivateQueue, handler: Handler) -> Consumer:
        consumer = _MemoryConsumer(self, self._declare(queue), handler)
        self._consumers.append(consumer)
        consumer.start()
        return consumer

    def _declare(self, queue: SharedQueue | PrivateQueue) -> MemoryQueue:
        kinds = _kinds(queue.messages)
        if isinstance(queue, SharedQueue):
            return self._declare_shared(queue, kinds)
        of_bound = _kinds(queue.of_bound_videos)
        private = MemoryQueue(queue.name, kinds - of_bound, of_bound, ordered=True, ttl_s=None)
        self._private.append(private)
        return private

    def _declare_shared(self, queue: SharedQueue, kinds: frozenset[str]) -> MemoryQueue:
        known = self._shared.get(queue.name)
        if known is None:
            known = self._shared[queue.name] = MemoryQueue(queue.name, kinds, frozenset(), queue.ordered, queue.ttl_s)
        if (known.kinds, known.ordered, known.ttl_s) != (kinds, queue.ordered, queue.ttl_s):
            raise ValueError(f"queue {queue.name!r} was declared before, with other messages, order or time to live")
        return known

    def _drop_private(self, queue: MemoryQueue) -> None:
        if queue in self._private:
            self._private.remove(queue)

    async def _forget(self, consumer: _MemoryConsumer) -> None:
        if consumer in self._consumers:
            self._consumers.remove(consumer)
        await self._handled(0)

    # --- frames ----------------------------------------------------------------------------------

    async def publish_frame(self, video_id: str, body: bytes) -> None:
        bound = [consumer for consumer in self._frame_consumers if video_id in consumer.videos]
        self.frames_carried += bool(bound)
        for consumer in bound:
            consumer.offer(video_id, body)

    async def subscribe_frames(self, handler: FrameHandler, *, capacity: int) -> FrameConsumer:
        consumer = _MemoryFrameConsumer(self, handler, capacity)
        self._frame_consumers.append(consumer)
        consumer.start()
        return consumer

    # --- lifecycle -------------------------------------------------------------------------------

    @property
    def dead_letters_waiting(self) -> None:
        """No command lists those that end with the process."""

    @property
    def is_connected(self) -> bool:
        return True

    async def check(self) -> None:
        """It can always be reached."""

    async def close(self) -> None:
        for consumer in tuple(self._consumers):
            await consumer.close()
        for frame_consumer in tuple(self._frame_consumers):
            await frame_consumer.close()

    async def settle(self) -> None:
        """Wait until every consumed queue is empty and no handler runs or waits for its next attempt."""
        async with self._idle:
            await self._idle.wait_for(self._is_idle)

    def _is_idle(self) -> bool:
        consumed = {id(c.queue): c.queue for c in self._consumers if c.takes}
        return self._active == 0 and not any(queue.waiting for queue in consumed.values())

    async def _handled(self, change: int) -> None:
        async with self._idle:
            self._active += change
            self._idle.notify_all()

    async def _deliver(self, queue: MemoryQueue, envelope: Envelope, handler: Handler, closing: asyncio.Event) -> bool:
        """Handle a message until it is acknowledged or dead-lettered; False if the consumer closes before that.

        It is retried in place: in an ordered queue the later messages of the video must not overtake it.
        """
        try:
            message = decode(envelope.routing_key, envelope.body)
        except UnknownMessage as error:
            self._dead_letter(queue, envelope, str(error))
            return True
        for attempt in itertools.count(1):
            failure = await failure_of(handler, message)
            if failure is None:
                return True
            step = next_step(attempt, failure, self._policy)
            if not isinstance(step, TryAgain):
                self._dead_letter(queue, envelope, step.reason)
                return True
            self.counts.failed_attempts += 1
            log.warning(
                "%s in %s failed, next try in %.1f s: %r", envelope.routing_key, queue.name, step.delay_s, failure
            )
            if await happens_within(closing.wait(), step.delay_s, self._clock):
                return False
        raise AssertionError("unreachable: the count is infinite")

    def _dead_letter(self, queue: MemoryQueue, envelope: Envelope, reason: str) -> None:
        self.counts.dead_letters[queue.name] += 1
        log.error("%s in %s was dead-lettered: %s", envelope.routing_key, queue.name, reason)
        self.dead_letters.append(DeadLettered(queue.name, envelope.routing_key, envelope.body, reason))


def _kinds(messages: Sequence[type[Message]]) -> frozenset[str]:
    return frozenset(f"{cls.name}.v{cls.version}" for cls in messages)


class _MemoryConsumer:
    """Several tasks, each of which handles one message at a time."""

    def __init__(self, bus: MemoryBus, queue: MemoryQueue, handler: Handler) -> None:
        self.queue = queue
        self.paused = False
        self._bus = bus
        self._handler = handler
        self._closing = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def takes(self) -> bool:
        return not self.paused and not self._closing.is_set()

    def start(self) -> None:
        name = f"bus:{self.queue.name}"
        self._tasks = [asyncio.create_task(self._run(), name=name) for _ in range(HANDLERS_PER_CONSUMER)]

    async def bind(self, video_id: str) -> None:
        self.queue.videos.add(video_id)

    async def unbind(self, video_id: str) -> None:
        self.queue.videos.discard(video_id)

    async def pause(self) -> None:
        await self._set(paused=True)

    async def resume(self) -> None:
        await self._set(paused=False)

    async def _set(self, *, paused: bool) -> None:
        async with self.queue.changed:
            self.paused = paused
            self.queue.changed.notify_all()

    async def close(self) -> None:
        self._closing.set()
        self._bus._drop_private(self.queue)
        async with self.queue.changed:
            self.queue.changed.notify_all()
        if asyncio.current_task() in self._tasks:
            return  # a handler that closes its own consumer cannot wait for itself
        await asyncio.gather(*self._tasks)
        await self._bus._forget(self)

    async def _run(self) -> None:
        while (envelope := await self._next()) is not None:
            handled = False
            try:
                handled = await self._bus._deliver(self.queue, envelope, self._handler, self._closing)
            finally:
                await self._done(envelope, handled=handled)

    async def _next(self) -> Envelope | None:
        async with self.queue.changed:
            while not self._closing.is_set():
                envelope = self.queue.take(self._bus._clock.monotonic()) if self.takes else None
                if envelope is not None:
                    await self._bus._handled(+1)
                    return envelope
                await self._bus._handled(0)
                await self.queue.changed.wait()
        return None

    async def _done(self, envelope: Envelope, *, handled: bool) -> None:
        async with self.queue.changed:
            if not handled:
                self.queue.requeue(envelope)
            self.queue.busy_videos.discard(envelope.video_id)
            self.queue.changed.notify_all()
        await self._bus._handled(-1)


class _MemoryFrameConsumer:
    """A bounded buffer of frames which drops the oldest."""

    def __init__(self, bus: MemoryBus, handler: FrameHandler, capacity: int) -> None:
        self.videos: set[str] = set()
        self._bus = bus
        self._handler = handler
        self._frames: deque[tuple[str, bytes]] = deque(maxlen=capacity)
        self._arrived = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="bus:frames")

    def offer(self, video_id: str, body: bytes) -> None:
        self._frames.append((video_id, body))
        self._arrived.set()

    async def bind(self, video_id: str) -> None:
        self.videos.add(video_id)

    async def unbind(self, video_id: str) -> None:
        self.videos.discard(video_id)

    async def close(self) -> None:
        self._closing = True
        if self in self._bus._frame_consumers:
            self._bus._frame_consumers.remove(self)
        if self._task is None or self._task is asyncio.current_task():
            return  # its own handler closes it: the loop ends after the handler
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._closing:
            await self._arrived.wait()
            self._arrived.clear()
            while self._frames and not self._closing:
                video_id, body = self._frames.popleft()
                if video_id in self.videos:
                    await self._deliver(video_id, body)

    async def _deliver(self, video_id: str, body: bytes) -> None:
        try:
            await self._handler(video_id, body)
        except Exception:  # the bus owns this loop: no handler error may stop it
            log.exception("a frame of video %s was not handled", video_id)
