"""Consumes one queue on one channel, and returns to the queue what it did not finish."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from typing import Any

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage

from onwatch_runtime.bus.port import BusUnavailable
from onwatch_runtime.bus.rabbit.calls import CLOSE_LIMIT_S, RPC_LIMIT_S, bounded, close_quietly


class Delivery:
    """A message that was delivered and not yet acknowledged."""

    def __init__(self, consumer: QueueConsumer, message: AbstractIncomingMessage) -> None:
        self.consumer = consumer
        self.routing_key = message.routing_key or ""
        self.video_id = self.routing_key.rpartition(".")[2]
        self.body = message.body
        self.message_id = message.message_id
        self.headers = message.headers
        self._message = message

    async def acknowledge(self) -> None:
        """If the channel is lost, the message is delivered again; the handler recognises the repeat by its id."""
        await self._answer(self._message.ack(), "acknowledging")

    async def requeue(self) -> None:
        await self._answer(self._message.nack(requeue=True), "requeueing")

    async def _answer(self, answer: Coroutine[Any, Any, None], what: str) -> None:
        """Without a limit of its own: it ends with the connection."""
        try:
            await bounded(answer, math.inf, what)
        except BusUnavailable:
            self.consumer.mark_lost()


class QueueConsumer:
    """Consumes from `open` until `release`; messages in flight may then still finish.

    An ordered queue has a single active consumer, and a released one stays active until its last handler ends: only
    closing the channel requeues the rest, in order, and activates the next consumer.
    """

    def __init__(
        self,
        queue: str,
        *,
        ordered: bool,
        prefetch: int,
        on_delivery: Callable[[Delivery], None],
        on_failure: Callable[[str], None],
    ) -> None:
        self.queue = queue
        self.ordered = ordered
        self.in_flight = 0
        self.is_released = False
        self.ended = asyncio.Event()
        """The channel is lost or about to close: waiting for another attempt is of no use."""
        self.is_active = False
        """It got a message: in an ordered queue it is the one that gets all."""
        self._prefetch = prefetch
        self._on_delivery = on_delivery
        self._on_failure = on_failure
        self._channel: AbstractChannel | None = None
        self._consumer_tag = ""

    async def open(self, connection: AbstractConnection) -> None:
        channel = self._channel = await connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=self._prefetch)
        queue = await channel.get_queue(self.queue, ensure=False)
        self._consumer_tag = await queue.consume(self._on_message)
        channel.close_callbacks.add(self._on_closed)
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(self._on_cancelled)

    @property
    def is_open(self) -> bool:
        return self._channel is not None

    @property
    def takes_no_more(self) -> bool:
        return self.is_released or self.ended.is_set()

    def mark_lost(self) -> None:
        """The channel is lost: the broker delivers its messages again."""
        self._channel = None
        self.ended.set()

    async def release(self) -> None:
        """Take no more messages. Others get them at once; in an ordered queue, after the last handler has ended."""
        self.is_released = True
        if not self.ordered and self._channel is not None:
            queue = await self._channel.get_queue(self.queue, ensure=False)
            try:
                await bounded(queue.cancel(self._consumer_tag), CLOSE_LIMIT_S, "pausing")
            except BusUnavailable as error:
                self.mark_lost()
                self._on_failure(str(error))
        await self.close_if_idle()

    async def close_if_idle(self) -> None:
        """A released consumer closes after its last handler."""
        if self.is_released and self.in_flight == 0 and self._channel is not None:
            channel = self._channel
            self.mark_lost()
            await close_quietly(channel)

    async def message_count(self) -> int:
        """Messages ready in the queue. Those delivered before the answer have arrived by then."""
        if self._channel is None:
            raise BusUnavailable("the channel is lost")
        queue = await bounded(self._channel.declare_queue(self.queue, passive=True), RPC_LIMIT_S, "counting")
        return queue.declaration_result.message_count or 0

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        delivery = Delivery(self, message)
        self.is_active = True
        if not self.takes_no_more:
            self._on_delivery(delivery)
        elif not self.ordered:
            await delivery.requeue()
        # In an ordered queue closing the channel requeues it: requeued alone, it would be delivered here again at once.

    def _on_closed(self, _: object, error: BaseException | None) -> None:
        if self._channel is not None:
            self.mark_lost()
            self._on_failure(f"the channel to {self.queue} was closed ({error!r})")

    def _on_cancelled(self, _: object) -> None:
        self._on_failure(f"the broker cancelled the consumer of {self.queue}")
