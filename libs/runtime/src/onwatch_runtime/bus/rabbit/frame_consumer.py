"""A subscription to frames on RabbitMQ: a bounded queue that drops the oldest, handled one frame at a time."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue
from aiormq.abc import AbstractChannel as UnderlyingChannel
from aiormq.abc import DeliveredMessage

from onwatch_runtime.bus.port import BusUnavailable, FrameHandler
from onwatch_runtime.bus.rabbit.calls import RPC_LIMIT_S, bounded, close_quietly
from onwatch_runtime.bus.rabbit.connection import RabbitConnection
from onwatch_runtime.bus.rabbit.topology import FRAMES_PREFETCH, Topology

log = logging.getLogger(__name__)


class RabbitFrameConsumer:
    """The newest frames wait in the broker while this process is busy, and here while the handler is.

    Frames are acknowledged when they have arrived, all at once, and not when they are handled: a lost one is of no use
    later. They are consumed from the channel below aio_pika's, whose own message and task for each take as long again.
    """

    def __init__(
        self, handler: FrameHandler, capacity: int, *, connection: RabbitConnection, topology: Topology
    ) -> None:
        self._handler = handler
        self._capacity = capacity
        self._rabbit = connection
        self._topology = topology
        self._channel: AbstractChannel | None = None
        self._underlay: UnderlyingChannel | None = None
        self._queue: AbstractQueue | None = None
        self._wanted_videos: set[str] = set()
        self._bound_videos: set[str] = set()
        self._changing = asyncio.Lock()
        self._frames: deque[tuple[str, bytes]] = deque(maxlen=capacity)
        self._arrived = asyncio.Event()
        self._newest_tag = 0
        self._unacknowledged = asyncio.Event()
        self._acknowledging: asyncio.Task[None] | None = None
        self._handling: asyncio.Task[None] | None = None
        self._closing = False

    async def attach(self, connection: AbstractConnection) -> None:
        async with self._changing:
            channel = await connection.channel(publisher_confirms=False)
            await channel.set_qos(prefetch_count=FRAMES_PREFETCH)
            queue = await self._topology.declare_frames(channel, self._capacity)
            for video_id in tuple(self._wanted_videos):
                await queue.bind(self._topology.frames, video_id)
                self._bound_videos.add(video_id)
            underlay = self._underlay = await channel.get_underlay_channel()
            self._unacknowledged.clear()
            self._acknowledging = asyncio.create_task(self._acknowledge(underlay), name="rabbitmq: frames arrived")
            await underlay.basic_consume(queue.name, self._on_frame)
            self._channel, self._queue = channel, queue
            channel.close_callbacks.add(self._on_closed)
            underlay.on_consumer_cancel_callbacks.add(self._on_cancelled)
        if self._handling is None:
            self._handling = asyncio.create_task(self._handle_frames(), name="bus:frames")

    def detach(self) -> None:
        self._channel = self._underlay = self._queue = None
        self._bound_videos.clear()
        if self._acknowledging is not None:
            self._acknowledging.cancel()

    async def bind(self, video_id: str) -> None:
        self._wanted_videos.add(video_id)
        await self._change_binding(video_id)

    async def unbind(self, video_id: str) -> None:
        self._wanted_videos.discard(video_id)
        await self._change_binding(video_id)

    async def _change_binding(self, video_id: str) -> None:
        """A change that fails forces a new connection, where `attach` applies it."""
        try:
            await bounded(self._reconcile(video_id), RPC_LIMIT_S, f"binding the frames of {video_id}")
        except BusUnavailable as error:
            self._rabbit.reconnect(str(error))

    async def _reconcile(self, video_id: str) -> None:
        async with self._changing:
            if self._queue is None or (video_id in self._wanted_videos) == (video_id in self._bound_videos):
                return
            if video_id in self._wanted_videos:
                await self._queue.bind(self._topology.frames, video_id)
                self._bound_videos.add(video_id)
            else:
                self._bound_videos.discard(video_id)
                await self._queue.unbind(self._topology.frames, video_id)

    async def close(self) -> None:
        self._closing = True
        self._rabbit.remove(self)
        channel = self._channel
        self.detach()
        if self._handling is not None and self._handling is not asyncio.current_task():
            self._handling.cancel()
            await asyncio.gather(self._handling, return_exceptions=True)
        if channel is not None:
            await close_quietly(channel)  # the queue is deleted with its last consumer

    async def _on_frame(self, message: DeliveredMessage) -> None:
        self._frames.append((message.routing_key or "", message.body))
        self._arrived.set()
        if message.channel is self._underlay:  # else it came with a connection that is lost
            self._newest_tag = message.delivery_tag or 0
            self._unacknowledged.set()

    async def _acknowledge(self, channel: UnderlyingChannel) -> None:
        """All that have arrived, at once, until the connection is lost."""
        try:
            while await self._unacknowledged.wait():
                self._unacknowledged.clear()
                await bounded(_acknowledge_up_to(channel, self._newest_tag), RPC_LIMIT_S, "acknowledging frames")
        except BusUnavailable as error:
            self._rabbit.reconnect(str(error))

    async def _handle_frames(self) -> None:
        while not self._closing:
            await self._arrived.wait()
            self._arrived.clear()
            while self._frames and not self._closing:
                await self._deliver(*self._frames.popleft())

    async def _deliver(self, video_id: str, body: bytes) -> None:
        if video_id not in self._wanted_videos:
            return
        try:
            await self._handler(video_id, body)
        except Exception:  # the bus owns this loop: no handler error may stop it
            log.exception("a frame of video %s was not handled", video_id)

    def _on_closed(self, _: object, error: BaseException | None) -> None:
        if self._channel is not None:
            self._rabbit.reconnect(f"the channel of the frames was closed ({error!r})")

    def _on_cancelled(self, _: object) -> None:
        self._rabbit.reconnect("the broker cancelled the consumer of the frames")


async def _acknowledge_up_to(channel: UnderlyingChannel, tag: int) -> None:
    await channel.basic_ack(tag, multiple=True, wait=False)
