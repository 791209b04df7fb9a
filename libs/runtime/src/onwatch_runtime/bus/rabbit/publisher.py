"""Sending to RabbitMQ: events until the broker has them for good, frames as they come."""

from __future__ import annotations

import asyncio
import logging
import math

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage, HeadersType

from onwatch_runtime.bus.codec import kind_of
from onwatch_runtime.bus.port import BusUnavailable
from onwatch_runtime.bus.rabbit.connection import RPC_LIMIT_S, RabbitLink, bounded
from onwatch_runtime.bus.rabbit.topology import PARTITION, Topology, partition_of
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)

PUBLISH_LIMIT_S = 10.0  # a broker that restarts is back by then; the caller of a publish waits no longer
FRAME_LIMIT_S = 1.0  # older than this, a frame is no news
# One by one, a replicated queue confirms 1,200 messages a second, with 100 on their way 5,500 (measured). No more,
# because after a lost connection all of them are sent again.
UNCONFIRMED_AT_ONCE = 100
SEND_AGAIN_DELAY_S = 0.1


class RabbitPublisher:
    """A part of the link with two channels: one that confirms, one for frames."""

    def __init__(self, link: RabbitLink, clock: Clock, topology: Topology, limit_s: float = PUBLISH_LIMIT_S) -> None:
        self._link = link
        self._clock = clock
        self._topology = topology
        self._limit_s = limit_s
        self._slots = asyncio.Semaphore(UNCONFIRMED_AT_ONCE)
        self._exchanges: dict[str, AbstractExchange] = {}
        # The library keeps weak references only.
        self._channels: list[AbstractChannel] = []
        self._unheard: set[str] = set()
        self.messages_published = 0
        self.messages_sent_again = 0
        self.messages_unheard = 0
        """Events that no queue was bound to."""
        self.frames_sent = 0
        self.frames_dropped = 0

    async def attach(self, connection: AbstractConnection) -> None:
        confirming = await connection.channel(publisher_confirms=True, on_return_raises=False)
        await self._topology.declare_exchanges(confirming)
        plain = await connection.channel(publisher_confirms=False)
        for channel in (confirming, plain):
            channel.close_callbacks.add(self._on_closed)
        confirming.return_callbacks.add(self._on_returned)
        self._channels = [confirming, plain]
        self._exchanges = {
            self._topology.events: await confirming.get_exchange(self._topology.events, ensure=False),
            self._topology.dead: await confirming.get_exchange(self._topology.dead, ensure=False),
            self._topology.frames: await plain.get_exchange(self._topology.frames, ensure=False),
        }

    def detach(self) -> None:
        self._exchanges = {}
        self._channels = []

    async def send_event(self, routing_key: str, video_id: str, message_id: str, body: bytes) -> None:
        """Return once every queue that wants it has it; `BusUnavailable` when that takes too long."""
        self.messages_published += 1
        partition: HeadersType = {PARTITION: partition_of(video_id)}
        await self.send(self._topology.events, routing_key, message_id, body, partition)

    async def send(
        self, exchange: str, routing_key: str, message_id: str | None, body: bytes, headers: HeadersType
    ) -> None:
        """Send and, until it is confirmed, send again: with the same id, so that a repeat can be told."""
        message = Message(
            body,
            message_id=message_id,
            type=kind_of(routing_key),
            content_type="application/json",
            delivery_mode=DeliveryMode.PERSISTENT,
            headers=headers,
        )
        try:
            async with asyncio.timeout(self._limit_s), self._slots:
                while not await self._confirmed(exchange, routing_key, message):
                    self.messages_sent_again += 1
                    await self._clock.sleep(SEND_AGAIN_DELAY_S)
        except TimeoutError as error:
            raise BusUnavailable(
                f"{routing_key} ({message_id}) was not confirmed by RabbitMQ at {self._link.place} "
                f"within {self._limit_s:g} s"
            ) from error

    async def _confirmed(self, exchange: str, routing_key: str, message: Message) -> bool:
        """Send once. Mandatory, so that what nobody is bound to comes back and is noted."""
        await self._link.connection()
        if exchange not in self._exchanges:
            return False
        publishing = self._exchanges[exchange].publish(message, routing_key, mandatory=True)
        try:
            # No limit of its own: while the connection lives the confirm may come, and a repeat would only add load.
            await bounded(publishing, math.inf, "publishing")
        except BusUnavailable as error:
            log.warning("%s (%s) is sent again: %s", routing_key, message.message_id, error)
            return False
        return True

    async def send_frame(self, video_id: str, body: bytes) -> None:
        """Send once, if there is a connection."""
        exchange = self._exchanges.get(self._topology.frames)
        if exchange is None:
            self.frames_dropped += 1
            return
        publishing = exchange.publish(
            Message(body, delivery_mode=DeliveryMode.NOT_PERSISTENT), video_id, mandatory=False
        )
        try:
            await bounded(publishing, FRAME_LIMIT_S, "sending a frame")
            self.frames_sent += 1
        except BusUnavailable as error:
            self.frames_dropped += 1
            log.debug("%s", error)

    async def flush_frames(self) -> None:
        """Return when the broker has passed on every frame sent so far."""
        if self._channels:
            looking = self._channels[1].declare_exchange(self._topology.frames, passive=True)
            await bounded(looking, RPC_LIMIT_S, "looking")

    def _on_returned(self, _: object, message: AbstractIncomingMessage) -> None:
        """Nobody is bound: no error on this bus, but worth a line, the first time."""
        self.messages_unheard += 1
        kind = kind_of(message.routing_key or "")
        if kind not in self._unheard:
            self._unheard.add(kind)
            log.info("nobody listens to %s yet", kind)

    def _on_closed(self, _: object, error: BaseException | None) -> None:
        if self._channels:
            self._link.give_up(f"a publishing channel was closed ({error!r})")
