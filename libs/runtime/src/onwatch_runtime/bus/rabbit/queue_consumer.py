"""One channel that takes messages from one queue, and gives back what it did not finish."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from typing import Any

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage

from onwatch_runtime.bus.port import BusUnavailable
from onwatch_runtime.bus.rabbit.connection import CLOSE_LIMIT_S, RPC_LIMIT_S, bounded, close_quietly


class Delivery:
    """A message that a source got and has not yet finished."""

    def __init__(self, source: Source, message: AbstractIncomingMessage) -> None:
        self.source = source
        self.routing_key = message.routing_key or ""
        self.video_id = self.routing_key.rpartition(".")[2]
        self.body = message.body
        self.message_id = message.message_id
        self.headers = message.headers
        self._message = message

    async def acknowledge(self) -> None:
        """Done with it. Where the channel is gone it comes again, and the handler has to know it by its id."""
        await self._answer(self._message.ack(), "acknowledging")

    async def give_back(self) -> None:
        await self._answer(self._message.nack(requeue=True), "giving back")

    async def _answer(self, answer: Coroutine[Any, Any, None], what: str) -> None:
        """No limit of its own: it ends with the connection."""
        try:
            await bounded(answer, math.inf, what)
        except BusUnavailable:
            self.source.lose()


class Source:
    """Taking from a queue, from `open` until `release`; what is under way then may still finish.

    Where order matters, the queue has a single active consumer, and a released source stays that until its last
    handler is through: only the end of the channel gives the rest back, in order, and lets the next one begin.
    """

    def __init__(
        self,
        queue: str,
        *,
        keeps_order: bool,
        prefetch: int,
        take: Callable[[Delivery], None],
        fail: Callable[[str], None],
    ) -> None:
        self.queue = queue
        self.keeps_order = keeps_order
        self.in_flight = 0
        self.released = False
        self.over = asyncio.Event()
        """The channel is gone or goes soon: no use to wait for another try."""
        self.is_active = False
        """It got something: where order matters, it is the one who gets all."""
        self._prefetch = prefetch
        self._take = take
        self._fail = fail
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
    def wants_no_more(self) -> bool:
        return self.released or self.over.is_set()

    def lose(self) -> None:
        """The channel is gone: what it delivered will come again."""
        self._channel = None
        self.over.set()

    async def release(self) -> None:
        """Take no more. Without order, others get it at once; with order, once the last handler is through."""
        self.released = True
        if not self.keeps_order and self._channel is not None:
            queue = await self._channel.get_queue(self.queue, ensure=False)
            try:
                await bounded(queue.cancel(self._consumer_tag), CLOSE_LIMIT_S, "pausing")
            except BusUnavailable as error:
                self.lose()
                self._fail(str(error))
        await self.close_if_done()

    async def close_if_done(self) -> None:
        """A released source closes with its last handler."""
        if self.released and self.in_flight == 0 and self._channel is not None:
            channel = self._channel
            self.lose()
            await close_quietly(channel)

    async def waiting(self) -> int:
        """Messages that wait in the queue; those delivered before it answered have come."""
        if self._channel is None:
            raise BusUnavailable("the channel is gone")
        queue = await bounded(self._channel.declare_queue(self.queue, passive=True), RPC_LIMIT_S, "looking")
        return queue.declaration_result.message_count or 0

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        delivery = Delivery(self, message)
        self.is_active = True
        if not self.wants_no_more:
            self._take(delivery)
        elif not self.keeps_order:
            await delivery.give_back()
        # Else it goes back with the channel: given back alone, it would come again at once, to us.

    def _on_closed(self, _: object, error: BaseException | None) -> None:
        if self._channel is not None:
            self.lose()
            self._fail(f"the channel to {self.queue} was closed ({error!r})")

    def _on_cancelled(self, _: object) -> None:
        self._fail(f"the broker cancelled the consumer of {self.queue}")
