"""A subscription to frames on RabbitMQ: a bounded queue that drops the oldest, consumed one frame at a time."""

from __future__ import annotations

import asyncio
import logging
import math

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue

from onwatch_runtime.bus.port import BusUnavailable, FrameHandler
from onwatch_runtime.bus.rabbit.calls import RPC_LIMIT_S, bounded, close_quietly
from onwatch_runtime.bus.rabbit.connection import RabbitConnection
from onwatch_runtime.bus.rabbit.topology import FRAMES_PREFETCH, Topology

log = logging.getLogger(__name__)


class RabbitFrameConsumer:
    """The broker keeps the newest frames while the handler is busy with one."""

    def __init__(
        self, handler: FrameHandler, capacity: int, *, connection: RabbitConnection, topology: Topology
    ) -> None:
        self._handler = handler
        self._capacity = capacity
        self._rabbit = connection
        self._topology = topology
        self._channel: AbstractChannel | None = None
        self._queue: AbstractQueue | None = None
        self._wanted_videos: set[str] = set()
        self._bound_videos: set[str] = set()
        self._changing = asyncio.Lock()
        self._handling_one = asyncio.Lock()
        self._handling: set[asyncio.Task[None]] = set()
        self._closing = False

    async def attach(self, connection: AbstractConnection) -> None:
        async with self._changing:
            channel = await connection.channel(publisher_confirms=False)
            await channel.set_qos(prefetch_count=FRAMES_PREFETCH)
            queue = await self._topology.declare_frames(channel, self._capacity)
            for video_id in tuple(self._wanted_videos):
                await queue.bind(self._topology.frames, video_id)
                self._bound_videos.add(video_id)
            await queue.consume(self._on_frame)
            self._channel, self._queue = channel, queue
            channel.close_callbacks.add(self._on_closed)
            underlay = await channel.get_underlay_channel()
            underlay.on_consumer_cancel_callbacks.add(self._on_cancelled)

    def detach(self) -> None:
        self._channel = self._queue = None
        self._bound_videos.clear()

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

    async def message_count(self) -> int:
        """Frames ready in the broker's queue."""
        if self._channel is None or self._queue is None:
            raise BusUnavailable("the channel of the frames is lost")
        answer = self._channel.declare_queue(self._queue.name, passive=True)
        return (await bounded(answer, RPC_LIMIT_S, "counting")).declaration_result.message_count or 0

    async def close(self) -> None:
        self._closing = True
        self._rabbit.remove(self)
        channel = self._channel
        self.detach()
        others = self._handling - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if channel is not None:
            await close_quietly(channel)  # the queue is deleted with its last consumer

    async def _on_frame(self, message: AbstractIncomingMessage) -> None:
        # In a task of its own: the channel cancels its callbacks when it closes, and a handler may close its consumer.
        task = asyncio.create_task(self._handle(message), name="bus:frames")
        self._handling.add(task)
        task.add_done_callback(self._handling.discard)

    async def _handle(self, message: AbstractIncomingMessage) -> None:
        async with self._handling_one:  # the last frame of a lost connection may still be handled
            if not self._closing:
                await self._deliver(message.routing_key or "", message.body)
            if not self._closing:
                await self._acknowledge(message)

    async def _deliver(self, video_id: str, body: bytes) -> None:
        if video_id not in self._wanted_videos:
            return
        try:
            await self._handler(video_id, body)
        except Exception:  # the bus owns this loop: no handler error may stop it
            log.exception("a frame of video %s was not handled", video_id)

    async def _acknowledge(self, message: AbstractIncomingMessage) -> None:
        try:
            await bounded(message.ack(), math.inf, "acknowledging a frame")
        except BusUnavailable as error:
            log.debug("%s", error)

    def _on_closed(self, _: object, error: BaseException | None) -> None:
        if self._channel is not None:
            self._rabbit.reconnect(f"the channel of the frames was closed ({error!r})")

    def _on_cancelled(self, _: object) -> None:
        self._rabbit.reconnect("the broker cancelled the consumer of the frames")
