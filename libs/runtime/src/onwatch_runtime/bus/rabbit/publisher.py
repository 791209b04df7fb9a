"""Publishes to RabbitMQ: events until the broker confirms them, frames once."""

from __future__ import annotations

import asyncio
import logging
import math

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage, HeadersType

from onwatch_runtime.bus.codec import kind_of
from onwatch_runtime.bus.port import BusUnavailable
from onwatch_runtime.bus.rabbit.calls import RPC_LIMIT_S, bounded
from onwatch_runtime.bus.rabbit.connection import RabbitConnection
from onwatch_runtime.bus.rabbit.topology import PARTITION, Topology, partition_of
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)

PUBLISH_LIMIT_S = 10.0  # a broker that restarts is back by then
FRAME_LIMIT_S = 1.0  # an older frame is of no use
# A replicated queue confirms 1,200 messages a second one by one, and 5,500 with 100 unconfirmed (measured). No more,
# because all of them are republished after a lost connection.
MAX_UNCONFIRMED = 100
REPUBLISH_DELAY_S = 0.1


class RabbitPublisher:
    """An attachment with two channels: one with publisher confirms, and one for frames."""

    def __init__(
        self, connection: RabbitConnection, clock: Clock, topology: Topology, limit_s: float = PUBLISH_LIMIT_S
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._topology = topology
        self._limit_s = limit_s
        self._slots = asyncio.Semaphore(MAX_UNCONFIRMED)
        self._exchanges: dict[str, AbstractExchange] = {}
        # Kept here, because the library has only weak references.
        self._channels: list[AbstractChannel] = []
        self._unroutable_kinds: set[str] = set()
        self.messages_published = 0
        self.messages_republished = 0
        self.messages_unroutable = 0
        """Events that no queue was bound to."""
        self.frames_sent = 0
        self.frames_dropped = 0

    async def attach(self, connection: AbstractConnection) -> None:
        await self._topology.declare_common(connection)
        confirming = await connection.channel(publisher_confirms=True, on_return_raises=False)
        plain = await connection.channel(publisher_confirms=False)
        for channel in (confirming, plain):
            channel.close_callbacks.add(self._on_closed)
        confirming.return_callbacks.add(self._on_returned)
        self._channels = [confirming, plain]
        self._exchanges = {
            self._topology.events: await confirming.get_exchange(self._topology.events, ensure=False),
            self._topology.dead_letters: await confirming.get_exchange(self._topology.dead_letters, ensure=False),
            self._topology.frames: await plain.get_exchange(self._topology.frames, ensure=False),
        }

    def detach(self) -> None:
        self._exchanges = {}
        self._channels = []

    async def send_event(self, routing_key: str, video_id: str, message_id: str, body: bytes) -> None:
        """Return once every bound queue has it; `BusUnavailable` if that takes too long."""
        self.messages_published += 1
        partition: HeadersType = {PARTITION: partition_of(video_id, self._topology.partitions)}
        await self.send(self._topology.events, routing_key, message_id, body, partition)

    async def send(
        self, exchange: str, routing_key: str, message_id: str | None, body: bytes, headers: HeadersType
    ) -> None:
        """Publish until it is confirmed, each time with the same id, so that a repeat can be recognised."""
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
                    self.messages_republished += 1
                    await self._clock.sleep(REPUBLISH_DELAY_S)
        except TimeoutError as error:
            raise BusUnavailable(
                f"{routing_key} ({message_id}) was not confirmed by RabbitMQ at {self._connection.address} "
                f"within {self._limit_s:g} s"
            ) from error

    async def _confirmed(self, exchange: str, routing_key: str, message: Message) -> bool:
        """Publish once. Mandatory, so that an unroutable message is returned and counted."""
        await self._connection.established()
        if exchange not in self._exchanges:
            return False
        publishing = self._exchanges[exchange].publish(message, routing_key, mandatory=True)
        try:
            # Without a limit of its own: while the connection is up, a repeat would only add load.
            await bounded(publishing, math.inf, "publishing")
        except BusUnavailable as error:
            log.warning("%s (%s) is republished: %s", routing_key, message.message_id, error)
            return False
        return True

    async def send_frame(self, video_id: str, body: bytes) -> None:
        """Publish once, if there is a connection."""
        exchange = self._exchanges.get(self._topology.frames)
        if exchange is None:
            self.frames_dropped += 1
            return
        publishing = exchange.publish(
            Message(body, delivery_mode=DeliveryMode.NOT_PERSISTENT), video_id, mandatory=False
        )
        try:
            await bounded(publishing, FRAME_LIMIT_S, "publishing a frame")
            self.frames_sent += 1
        except BusUnavailable as error:
            self.frames_dropped += 1
            log.debug("%s", error)

    async def flush_frames(self) -> None:
        """Return when the broker has routed every frame sent so far."""
        if self._channels:
            answer = self._channels[1].declare_exchange(self._topology.frames, passive=True)
            await bounded(answer, RPC_LIMIT_S, "flushing frames")

    def _on_returned(self, _: object, message: AbstractIncomingMessage) -> None:
        """No queue is bound: not an error, but logged once for each kind."""
        self.messages_unroutable += 1
        kind = kind_of(message.routing_key or "")
        if kind not in self._unroutable_kinds:
            self._unroutable_kinds.add(kind)
            log.info("no queue is bound to %s yet", kind)

    def _on_closed(self, _: object, error: BaseException | None) -> None:
        if self._channels:
            self._connection.reconnect(f"a publishing channel was closed ({error!r})")
