"""A subscription to messages on RabbitMQ."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Coroutine
from typing import Any

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue

from onwatch_runtime.bus.port import BusCounts, BusUnavailable, Handler, PrivateQueue, SharedQueue
from onwatch_runtime.bus.rabbit.calls import CLOSE_LIMIT_S, RPC_LIMIT_S, bounded, close_quietly
from onwatch_runtime.bus.rabbit.connection import RabbitConnection
from onwatch_runtime.bus.rabbit.dispatcher import MAX_CONCURRENT_HANDLERS, Dispatcher
from onwatch_runtime.bus.rabbit.publisher import RabbitPublisher
from onwatch_runtime.bus.rabbit.queue_consumer import QueueConsumer
from onwatch_runtime.bus.rabbit.topology import Topology, kind_key
from onwatch_runtime.bus.retry import RetryPolicy
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)

# Without order a consumer takes what it can handle at once: what would wait here, another could handle.
UNORDERED_PREFETCH = MAX_CONCURRENT_HANDLERS

# With order, a video's messages wait behind each other here, and those of other videos must get past them: enough for
# a few videos. A publisher has a handful in flight per video, and a message has a few kB: at most 2 MB in 8 partitions.
ORDERED_PREFETCH = 64

# How often the consumers of an ordered queue check whether one has more than its share of the partitions.
SHARE_INTERVAL_S = 15.0


class RabbitConsumer:
    """Consumes a queue, or all partitions of an ordered one, and survives the loss of the connection."""

    def __init__(
        self,
        queue: SharedQueue | PrivateQueue,
        handler: Handler,
        *,
        connection: RabbitConnection,
        publisher: RabbitPublisher,
        topology: Topology,
        clock: Clock,
        policy: RetryPolicy,
        counts: BusCounts,
    ) -> None:
        self.queue = queue
        self._ordered = queue.ordered if isinstance(queue, SharedQueue) else True
        self._kinds_to_bind = queue.of_bound_videos if isinstance(queue, PrivateQueue) else ()
        self._rabbit = connection
        self._topology = topology
        self._clock = clock
        self.dispatcher = Dispatcher(
            queue.name,
            handler,
            ordered=self._ordered,
            publisher=publisher,
            topology=topology,
            clock=clock,
            policy=policy,
            counts=counts,
        )
        self._connection: AbstractConnection | None = None
        self._control: AbstractChannel | None = None
        self._private: AbstractQueue | None = None
        self._wanted_videos: set[str] = set()
        self._bound_videos: set[str] = set()
        self._changing = asyncio.Lock()
        self.paused = False
        self._closing = asyncio.Event()
        self._closed: asyncio.Task[None] | None = None
        self.queue_consumers: list[QueueConsumer] = []
        self._sharing: asyncio.Task[None] | None = None

    # --- attachment ------------------------------------------------------------------------------

    async def attach(self, connection: AbstractConnection) -> None:
        async with self._changing:
            channel = await connection.channel(publisher_confirms=False)
            names = await self._declare(channel)
            if isinstance(self.queue, SharedQueue) and self.queue.ordered:
                members = await channel.get_queue(self._topology.members(self.queue), ensure=False)
                await members.consume(_never_called)
            self._control, self._connection = channel, connection
            channel.close_callbacks.add(self._on_control_closed)
            self.queue_consumers = [self._queue_consumer(name) for name in names]
            if not self.paused:
                for consumer in self.queue_consumers:
                    await consumer.open(connection)
        if self._ordered and isinstance(self.queue, SharedQueue) and self._sharing is None:
            name = f"rabbitmq: partitions of {self.queue.name}"
            self._sharing = asyncio.create_task(self._keep_sharing_partitions(), name=name)

    def detach(self) -> None:
        self._connection = self._control = self._private = None
        self._bound_videos.clear()
        for consumer in self.queue_consumers:
            consumer.mark_lost()

    async def _declare(self, channel: AbstractChannel) -> list[str]:
        if isinstance(self.queue, SharedQueue):
            await self._topology.declare_shared(channel, self.queue)
            return list(self._topology.queue_names(self.queue))
        self._private = await self._topology.declare_private(channel, self.queue)
        for video_id in tuple(self._wanted_videos):
            await self._bind_now(self._private, video_id)
        return [self._private.name]

    def _queue_consumer(self, name: str) -> QueueConsumer:
        return QueueConsumer(
            name,
            ordered=self._ordered,
            prefetch=ORDERED_PREFETCH if self._ordered else UNORDERED_PREFETCH,
            on_delivery=self.dispatcher.dispatch,
            on_failure=self._rabbit.reconnect,
        )

    def _on_control_closed(self, _: object, error: BaseException | None) -> None:
        if self._control is not None:
            self._control = None
            self._rabbit.reconnect(f"a channel of {self.queue.name} was closed ({error!r})")

    # --- videos ----------------------------------------------------------------------------------

    async def bind(self, video_id: str) -> None:
        self._wanted_videos.add(video_id)
        await self._change(self._reconcile(video_id))

    async def unbind(self, video_id: str) -> None:
        self._wanted_videos.discard(video_id)
        await self._change(self._reconcile(video_id))

    async def _change(self, change: Coroutine[Any, Any, None]) -> None:
        """A change that fails forces a new connection, where `attach` applies it."""
        try:
            await bounded(change, RPC_LIMIT_S, f"changing {self.queue.name}")
        except BusUnavailable as error:
            self._rabbit.reconnect(str(error))

    async def _reconcile(self, video_id: str) -> None:
        async with self._changing:
            queue = self._private  # a connection that is lost meanwhile takes the attribute away
            if queue is None or (video_id in self._wanted_videos) == (video_id in self._bound_videos):
                return
            if video_id in self._wanted_videos:
                await self._bind_now(queue, video_id)
            else:
                self._bound_videos.discard(video_id)
                for message_class in self._kinds_to_bind:
                    await queue.unbind(self._topology.events, kind_key(message_class, video_id))

    async def _bind_now(self, queue: AbstractQueue, video_id: str) -> None:
        for message_class in self._kinds_to_bind:
            await queue.bind(self._topology.events, kind_key(message_class, video_id))
        self._bound_videos.add(video_id)

    # --- pause, resume, close --------------------------------------------------------------------

    async def pause(self) -> None:
        self.paused = True
        await self._change(self._release())

    async def resume(self) -> None:
        self.paused = False
        await self._change(self._reopen())

    async def _release(self) -> None:
        async with self._changing:
            await asyncio.gather(*(consumer.release() for consumer in self.queue_consumers if not consumer.is_released))

    async def _reopen(self) -> None:
        async with self._changing:
            if self._connection is None or self.paused or self._closing.is_set():
                return
            connection = self._connection
            self.queue_consumers = [await self._reopened(connection, consumer) for consumer in self.queue_consumers]

    async def _reopened(self, connection: AbstractConnection, consumer: QueueConsumer) -> QueueConsumer:
        """This consumer or its successor, which in an ordered queue gets nothing before this one has finished."""
        if consumer.is_open and not consumer.is_released:
            return consumer
        successor = self._queue_consumer(consumer.queue)
        await successor.open(connection)
        return successor

    async def close(self) -> None:
        if self._closed is None:
            self._closing.set()
            self._rabbit.remove(self)
            self._closed = asyncio.create_task(self._close(), name=f"rabbitmq: closing {self.queue.name}")
        if self.dispatcher.is_calling_itself:
            return  # a handler that closes its own consumer cannot wait for itself
        await asyncio.shield(self._closed)

    async def _close(self) -> None:
        if self._sharing is not None:
            self._sharing.cancel()
        await self._change(self._release())
        for consumer in self.queue_consumers:
            consumer.ended.set()  # a message that waits for its next attempt is returned instead
        await self.dispatcher.finished()
        await asyncio.gather(*(consumer.close_if_idle() for consumer in self.queue_consumers))
        if self._control is not None:
            channel, private = self._control, self._private
            self._control = None
            if private is not None:
                await self._try(private.delete(if_unused=False, if_empty=False))
            await close_quietly(channel)
        self.detach()

    async def _try(self, change: Coroutine[Any, Any, Any]) -> None:
        try:
            await bounded(change, CLOSE_LIMIT_S, f"closing {self.queue.name}")
        except BusUnavailable as error:
            log.debug("%s", error)

    # --- sharing the partitions of an ordered queue ----------------------------------------------

    async def _keep_sharing_partitions(self) -> None:
        while True:
            await self._clock.sleep(SHARE_INTERVAL_S)
            await self._change(self.share_partitions())

    async def share_partitions(self) -> None:
        """Leave the partitions beyond a fair share to the consumers that wait for them.

        The broker gives a partition to the first consumer, so the first of several processes would have them all.
        """
        async with self._changing:
            if self._connection is None or self._control is None or not isinstance(self.queue, SharedQueue):
                return
            members = await self._control.declare_queue(self._topology.members(self.queue), passive=True)
            share = math.ceil(self._topology.partitions / max(members.declaration_result.consumer_count or 1, 1))
            active = [each for each in self.queue_consumers if each.is_active and not each.takes_no_more]
            for consumer in active[share:]:
                log.info("%s is left to another consumer", consumer.queue)
                successor = self._queue_consumer(consumer.queue)
                self.queue_consumers[self.queue_consumers.index(consumer)] = successor
                await successor.open(self._connection)
                await consumer.release()


async def _never_called(_: object) -> None:
    """Consumes a queue that never has messages."""
