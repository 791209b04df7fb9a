"""A subscription to messages on RabbitMQ."""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
from collections import deque
from collections.abc import Coroutine
from typing import Any

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue

from onwatch_runtime.bus.codec import UnknownMessage, decode
from onwatch_runtime.bus.handling import failure_of
from onwatch_runtime.bus.port import BusUnavailable, Handler, PrivateQueue, SharedQueue
from onwatch_runtime.bus.rabbit.connection import CLOSE_LIMIT_S, RPC_LIMIT_S, RabbitLink, bounded, close_quietly
from onwatch_runtime.bus.rabbit.publisher import RabbitPublisher
from onwatch_runtime.bus.rabbit.queue_consumer import Delivery, Source
from onwatch_runtime.bus.rabbit.topology import PARTITIONS, Topology, dead_headers, kind_key
from onwatch_runtime.bus.retry import RetryPolicy, TryAgain, next_step
from onwatch_runtime.clock import Clock
from onwatch_runtime.waiting import happens_within

log = logging.getLogger(__name__)

HANDLERS_PER_CONSUMER = 4  # side by side; one that waits to try again does not count

# Without order a consumer takes what it can handle at once: what would wait here, another could have.
WORK_PREFETCH = HANDLERS_PER_CONSUMER

# With order, a video's messages wait behind each other here, and those of other videos must get past them: a few
# videos' worth. A publisher has a handful in flight per video, and a message has a few kB: at most 2 MB in 8 parts.
ORDERED_PREFETCH = 64

# How often consumers of an ordered queue see whether one has more than its share of the parts.
SHARE_INTERVAL_S = 15.0


class RabbitConsumer:
    """Messages of one video through one lane, one at a time; without order, each message has a lane of its own.

    A message that failed is tried again here, not by way of a delay queue: so nothing overtakes it, and it leaves its
    queue only when it is handled or dead-lettered.
    """

    def __init__(
        self,
        queue: SharedQueue | PrivateQueue,
        handler: Handler,
        *,
        link: RabbitLink,
        publisher: RabbitPublisher,
        topology: Topology,
        clock: Clock,
        policy: RetryPolicy,
    ) -> None:
        self.queue = queue
        self._keeps_order = queue.ordered if isinstance(queue, SharedQueue) else True
        self._handler = handler
        self._link = link
        self._publisher = publisher
        self._topology = topology
        self._clock = clock
        self._policy = policy
        self._connection: AbstractConnection | None = None
        self._control: AbstractChannel | None = None
        self._private: AbstractQueue | None = None
        self._wanted_videos: set[str] = set()
        self._bound_videos: set[str] = set()
        self._changing = asyncio.Lock()
        self.paused = False
        self._closing = asyncio.Event()
        self._finish: asyncio.Task[None] | None = None
        self.sources: list[Source] = []
        self._slots = asyncio.Semaphore(HANDLERS_PER_CONSUMER)
        self._lanes: dict[object, deque[Delivery]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sharing: asyncio.Task[None] | None = None

    # --- a part of the link ----------------------------------------------------------------------

    async def attach(self, connection: AbstractConnection) -> None:
        async with self._changing:
            channel = await connection.channel(publisher_confirms=False)
            names = await self._declare(channel)
            if isinstance(self.queue, SharedQueue) and self.queue.ordered:
                members = await channel.get_queue(self._topology.members(self.queue), ensure=False)
                await members.consume(_never_called)
            self._control, self._connection = channel, connection
            channel.close_callbacks.add(self._on_control_closed)
            self.sources = [self._source(name) for name in names]
            if not self.paused:
                for source in self.sources:
                    await source.open(connection)
        if self._keeps_order and isinstance(self.queue, SharedQueue) and self._sharing is None:
            self._sharing = asyncio.create_task(self._share_parts(), name=f"rabbitmq: parts of {self.queue.name}")

    def detach(self) -> None:
        self._connection = self._control = self._private = None
        self._bound_videos.clear()
        for source in self.sources:
            source.lose()

    async def _declare(self, channel: AbstractChannel) -> list[str]:
        if isinstance(self.queue, SharedQueue):
            await self._topology.declare_shared(channel, self.queue)
            return list(self._topology.parts(self.queue))
        self._private = await self._topology.declare_private(channel, self.queue)
        for video_id in tuple(self._wanted_videos):
            await self._bind_now(self._private, video_id)
        return [self._private.name]

    def _source(self, name: str) -> Source:
        prefetch = ORDERED_PREFETCH if self._keeps_order else WORK_PREFETCH
        return Source(name, keeps_order=self._keeps_order, prefetch=prefetch, take=self._take, fail=self._link.give_up)

    def _on_control_closed(self, _: object, error: BaseException | None) -> None:
        if self._control is not None:
            self._control = None
            self._link.give_up(f"a channel of {self.queue.name} was closed ({error!r})")

    # --- videos ----------------------------------------------------------------------------------

    async def bind(self, video_id: str) -> None:
        self._wanted_videos.add(video_id)
        await self._change(self._reconcile(video_id))

    async def unbind(self, video_id: str) -> None:
        self._wanted_videos.discard(video_id)
        await self._change(self._reconcile(video_id))

    async def _change(self, change: Coroutine[Any, Any, None]) -> None:
        """What fails for want of a connection is made good by the next one."""
        try:
            await bounded(change, RPC_LIMIT_S, f"changing {self.queue.name}")
        except BusUnavailable as error:
            self._link.give_up(str(error))

    async def _reconcile(self, video_id: str) -> None:
        async with self._changing:
            if self._private is None or (video_id in self._wanted_videos) == (video_id in self._bound_videos):
                return
            if video_id in self._wanted_videos:
                await self._bind_now(self._private, video_id)
            else:
                self._bound_videos.discard(video_id)
                for message_class in self.queue.messages:
                    await self._private.unbind(self._topology.events, kind_key(message_class, video_id))

    async def _bind_now(self, queue: AbstractQueue, video_id: str) -> None:
        for message_class in self.queue.messages:
            await queue.bind(self._topology.events, kind_key(message_class, video_id))
        self._bound_videos.add(video_id)

    # --- pause, resume, close --------------------------------------------------------------------

    async def pause(self) -> None:
        self.paused = True
        await self._change(self._release())

    async def resume(self) -> None:
        self.paused = False
        await self._change(self._take_again())

    async def _release(self) -> None:
        async with self._changing:
            await asyncio.gather(*(source.release() for source in self.sources if not source.released))

    async def _take_again(self) -> None:
        async with self._changing:
            if self._connection is None or self.paused or self._closing.is_set():
                return
            connection = self._connection
            self.sources = [await self._taking(connection, source) for source in self.sources]

    async def _taking(self, connection: AbstractConnection, source: Source) -> Source:
        """This source or its successor, which, where order matters, gets nothing before this one is through."""
        if source.is_open and not source.released:
            return source
        new = self._source(source.queue)
        await new.open(connection)
        return new

    async def close(self) -> None:
        if self._finish is None:
            self._closing.set()
            self._link.remove(self)
            self._finish = asyncio.create_task(self._end(), name=f"rabbitmq: end of {self.queue.name}")
        if asyncio.current_task() in self._tasks:
            return  # its own handler closes it, and cannot wait for itself
        await asyncio.shield(self._finish)

    async def _end(self) -> None:
        if self._sharing is not None:
            self._sharing.cancel()
        await self._change(self._release())
        for source in self.sources:
            source.over.set()  # who waits to try again, gives back instead
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(source.close_if_done() for source in self.sources))
        if self._control is not None:
            channel, private = self._control, self._private
            self._control = None
            if private is not None:
                await self._try(private.delete(if_unused=False, if_empty=False))
            await close_quietly(channel)
        self.detach()

    async def _try(self, change: Coroutine[Any, Any, Any]) -> None:
        try:
            await bounded(change, CLOSE_LIMIT_S, f"ending {self.queue.name}")
        except BusUnavailable as error:
            log.debug("%s", error)

    # --- handling --------------------------------------------------------------------------------

    @property
    def is_idle(self) -> bool:
        return not self._tasks

    def _take(self, delivery: Delivery) -> None:
        lane: object = delivery.video_id if self._keeps_order else delivery
        waiting = self._lanes.get(lane)
        if waiting is not None:
            waiting.append(delivery)
            return
        self._lanes[lane] = deque([delivery])
        task = asyncio.create_task(self._run_lane(lane), name=f"bus:{self.queue.name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_lane(self, lane: object) -> None:
        waiting = self._lanes[lane]
        while waiting:
            delivery = waiting.popleft()
            source = delivery.source
            if source.wants_no_more:
                continue  # it goes back with its channel
            source.in_flight += 1
            try:
                await self._handle(delivery)
            finally:
                source.in_flight -= 1
                await source.close_if_done()
        del self._lanes[lane]

    async def _handle(self, delivery: Delivery) -> None:
        try:
            message = decode(delivery.routing_key, delivery.body)
        except UnknownMessage as error:
            await self._bury(delivery, str(error))
            return
        for attempt in itertools.count(1):
            async with self._slots:
                if attempt == 1 and delivery.source.wants_no_more:
                    return
                failure = await failure_of(self._handler, message)
            if failure is None:
                await delivery.acknowledge()
                return
            step = next_step(attempt, failure, self._policy)
            if not isinstance(step, TryAgain):
                await self._bury(delivery, step.reason)
                return
            log.warning(
                "%s in %s failed, next try in %.1f s: %r", delivery.routing_key, self.queue.name, step.delay_s, failure
            )
            if await happens_within(delivery.source.over.wait(), step.delay_s, self._clock):
                await self._leave(delivery)
                return

    async def _leave(self, delivery: Delivery) -> None:
        """Given up unfinished. With order it goes back with its channel, among the others and in its place."""
        if not self._keeps_order:
            await delivery.give_back()

    async def _bury(self, delivery: Delivery, reason: str) -> None:
        """To the dead letters, and only then out of the queue."""
        headers = dead_headers(self.queue.name, reason, delivery.headers)
        while not delivery.source.over.is_set():
            try:
                await self._publisher.send(
                    self._topology.dead, delivery.routing_key, delivery.message_id, delivery.body, headers
                )
            except BusUnavailable as error:
                log.warning("%s in %s waits to be dead-lettered: %s", delivery.routing_key, self.queue.name, error)
                continue
            log.error("%s in %s was dead-lettered: %s", delivery.routing_key, self.queue.name, reason)
            await delivery.acknowledge()
            return

    # --- sharing an ordered queue ----------------------------------------------------------------

    async def _share_parts(self) -> None:
        while True:
            await self._clock.sleep(SHARE_INTERVAL_S)
            await self._change(self.share_parts())

    async def share_parts(self) -> None:
        """Leave the parts beyond a fair share to the consumers that wait for them.

        The broker gives a part to whoever asked first, so the first process of several would have them all.
        """
        async with self._changing:
            if self._connection is None or self._control is None or not isinstance(self.queue, SharedQueue):
                return
            members = await self._control.declare_queue(self._topology.members(self.queue), passive=True)
            share = math.ceil(PARTITIONS / max(members.declaration_result.consumer_count or 1, 1))
            mine = [source for source in self.sources if source.is_active and not source.wants_no_more]
            for source in mine[share:]:
                log.info("%s is left to another consumer", source.queue)
                self.sources[self.sources.index(source)] = new = self._source(source.queue)
                await new.open(self._connection)
                await source.release()


async def _never_called(_: object) -> None:
    """For a queue without messages."""
