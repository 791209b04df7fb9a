"""A subscription to frames on RabbitMQ: a queue that drops the oldest, and one frame at a time out of it."""

from __future__ import annotations

import asyncio
import logging
import math

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue

from onwatch_runtime.bus.port import BusUnavailable, FrameHandler
from onwatch_runtime.bus.rabbit.connection import RPC_LIMIT_S, RabbitLink, bounded, close_quietly
from onwatch_runtime.bus.rabbit.topology import FRAMES_PREFETCH, Topology

log = logging.getLogger(__name__)


class RabbitFrameConsumer:
    """The broker keeps the newest frames while the handler is busy with one."""

    def __init__(self, handler: FrameHandler, capacity: int, *, link: RabbitLink, topology: Topology) -> None:
        self._handler = handler
        self._capacity = capacity
        self._link = link
        self._topology = topology
        self._channel: AbstractChannel | None = None
        self._queue: AbstractQueue | None = None
        self._wanted_videos: set[str] = set()
        self._bound_videos: set[str] = set()
        self._changing = asyncio.Lock()
        self._turn = asyncio.Lock()
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
        await self._reconciled(video_id)

    async def unbind(self, video_id: str) -> None:
        self._wanted_videos.discard(video_id)
        await self._reconciled(video_id)

    async def _reconciled(self, video_id: str) -> None:
        """What fails for want of a connection is made good by the next one."""
        try:
            await bounded(self._reconcile(video_id), RPC_LIMIT_S, f"choosing the frames of {video_id}")
        except BusUnavailable as error:
            self._link.give_up(str(error))

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

    async def waiting(self) -> int:
        """Frames that wait in the broker."""
        if self._channel is None or self._queue is None:
            raise BusUnavailable("the channel of the frames is gone")
        looking = self._channel.declare_queue(self._queue.name, passive=True)
        return (await bounded(looking, RPC_LIMIT_S, "looking")).declaration_result.message_count or 0

    async def close(self) -> None:
        self._closing = True
        self._link.remove(self)
        channel = self._channel
        self.detach()
        others = self._handling - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if channel is not None:
            await close_quietly(channel)  # and with the last consumer its queue

    async def _on_frame(self, message: AbstractIncomingMessage) -> None:
        # In a task of ours: the channel's own are cancelled with it, and a handler may close its consumer.
        task = asyncio.create_task(self._handle(message), name="bus:frames")
        self._handling.add(task)
        task.add_done_callback(self._handling.discard)

    async def _handle(self, message: AbstractIncomingMessage) -> None:
        async with self._turn:  # the last frame of a lost connection may still be in the handler
            if not self._closing:
                await self._deliver(message.routing_key or "", message.body)
            if not self._closing:
                await self._ask_for_next(message)

    async def _deliver(self, video_id: str, body: bytes) -> None:
        if video_id not in self._wanted_videos:
            return
        try:
            await self._handler(video_id, body)
        except Exception:  # the bus owns this loop: a frame lost is a frame lost
            log.exception("a frame of video %s was not handled", video_id)

    async def _ask_for_next(self, message: AbstractIncomingMessage) -> None:
        try:
            await bounded(message.ack(), math.inf, "acknowledging a frame")
        except BusUnavailable as error:
            log.debug("%s", error)

    def _on_closed(self, _: object, error: BaseException | None) -> None:
        if self._channel is not None:
            self._link.give_up(f"the channel of the frames was closed ({error!r})")

    def _on_cancelled(self, _: object) -> None:
        self._link.give_up("the broker cancelled the consumer of the frames")
