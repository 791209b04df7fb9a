"""Counts the dead letters that wait in RabbitMQ, for the metrics of each process."""

from __future__ import annotations

import asyncio
import logging

from aio_pika.abc import AbstractConnection

from onwatch_runtime.bus.port import BusUnavailable, WaitingDeadLetters
from onwatch_runtime.bus.rabbit.calls import RPC_LIMIT_S, bounded
from onwatch_runtime.bus.rabbit.topology import Topology
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)

COUNT_INTERVAL_S = 15.0


class DeadLetterWatch:
    """Asks for their number only, which needs no right: a service may not read them."""

    def __init__(self, topology: Topology, clock: Clock) -> None:
        self._topology = topology
        self._clock = clock
        self._count: int | None = None
        self._waiting_since_s: float | None = None
        """Monotonic. Kept while the broker is away: what waited then waits still."""
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> WaitingDeadLetters | None:
        """As last counted; None while the broker does not answer."""
        if self._count is None:
            return None
        since_s = self._waiting_since_s
        return WaitingDeadLetters(self._count, 0.0 if since_s is None else self._clock.monotonic() - since_s)

    async def attach(self, connection: AbstractConnection) -> None:
        self._task = asyncio.create_task(self._watch(connection), name="rabbitmq: dead letters")

    def detach(self) -> None:
        self._count = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _watch(self, connection: AbstractConnection) -> None:
        while True:
            try:
                self._note(await bounded(self._counted(connection), RPC_LIMIT_S, "counting dead letters"))
            except BusUnavailable as error:
                self._count = None
                log.debug("%s", error)
            await self._clock.sleep(COUNT_INTERVAL_S)

    async def _counted(self, connection: AbstractConnection) -> int:
        async with connection.channel(publisher_confirms=False) as channel:
            queue = await channel.declare_queue(self._topology.dead_letters, passive=True)
            return queue.declaration_result.message_count or 0

    def _note(self, count: int) -> None:
        self._count = count
        if count == 0:
            self._waiting_since_s = None
        elif self._waiting_since_s is None:
            self._waiting_since_s = self._clock.monotonic()
