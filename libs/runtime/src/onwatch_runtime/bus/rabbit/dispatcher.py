"""Handles deliveries: runs the handler, retries in place, acknowledges or dead-letters."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque

from onwatch_runtime.bus.codec import UnknownMessage, decode
from onwatch_runtime.bus.handling import failure_of
from onwatch_runtime.bus.port import BusCounts, BusUnavailable, Handler
from onwatch_runtime.bus.rabbit.publisher import RabbitPublisher
from onwatch_runtime.bus.rabbit.queue_consumer import Delivery
from onwatch_runtime.bus.rabbit.topology import Topology, dead_letter_headers
from onwatch_runtime.bus.retry import RetryPolicy, TryAgain, next_step
from onwatch_runtime.clock import Clock
from onwatch_runtime.waiting import happens_within

log = logging.getLogger(__name__)

MAX_CONCURRENT_HANDLERS = 4  # a message that waits for its next attempt does not count


class Dispatcher:
    """With order, one queue per video, handled one message at a time; without, each message is handled on its own.

    A failed message is tried again here, not by way of a delay queue: so nothing overtakes it, and it leaves its queue
    in the broker only when it is handled or dead-lettered.
    """

    def __init__(
        self,
        queue: str,
        handler: Handler,
        *,
        ordered: bool,
        publisher: RabbitPublisher,
        topology: Topology,
        clock: Clock,
        policy: RetryPolicy,
        counts: BusCounts,
    ) -> None:
        self._queue = queue
        self._handler = handler
        self._ordered = ordered
        self._publisher = publisher
        self._topology = topology
        self._clock = clock
        self._policy = policy
        self._counts = counts
        self._slots = asyncio.Semaphore(MAX_CONCURRENT_HANDLERS)
        self._waiting: dict[object, deque[Delivery]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_idle(self) -> bool:
        return not self._tasks

    @property
    def is_calling_itself(self) -> bool:
        """Whether the current task is one of its handlers."""
        return asyncio.current_task() in self._tasks

    async def finished(self) -> None:
        """Wait until every handler has ended."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def dispatch(self, delivery: Delivery) -> None:
        key: object = delivery.video_id if self._ordered else delivery
        if key in self._waiting:
            self._waiting[key].append(delivery)
            return
        self._waiting[key] = deque([delivery])
        task = asyncio.create_task(self._handle_all(key), name=f"bus:{self._queue}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle_all(self, key: object) -> None:
        waiting = self._waiting[key]
        while waiting:
            delivery = waiting.popleft()
            consumer = delivery.consumer
            if consumer.takes_no_more:
                continue  # closing the channel requeues it
            consumer.in_flight += 1
            try:
                await self._handle(delivery)
            finally:
                consumer.in_flight -= 1
                await consumer.close_if_idle()
        del self._waiting[key]

    async def _handle(self, delivery: Delivery) -> None:
        try:
            message = decode(delivery.routing_key, delivery.body)
        except UnknownMessage as error:
            await self._dead_letter(delivery, str(error), attempts=0)
            return
        for attempt in itertools.count(1):
            async with self._slots:
                if attempt == 1 and delivery.consumer.takes_no_more:
                    return
                failure = await failure_of(self._handler, message)
            if failure is None:
                await delivery.acknowledge()
                return
            step = next_step(attempt, failure, self._policy)
            if not isinstance(step, TryAgain):
                await self._dead_letter(delivery, step.reason, attempts=attempt)
                return
            self._counts.failed_attempts += 1
            log.warning(
                "%s in %s failed, next try in %.1f s: %r", delivery.routing_key, self._queue, step.delay_s, failure
            )
            if await happens_within(delivery.consumer.ended.wait(), step.delay_s, self._clock):
                await self._abandon(delivery)
                return

    async def _abandon(self, delivery: Delivery) -> None:
        """Return it unfinished. With order, closing the channel requeues it in its place among the others."""
        if not self._ordered:
            await delivery.requeue()

    async def _dead_letter(self, delivery: Delivery, reason: str, *, attempts: int) -> None:
        """Acknowledges only once the dead letter is confirmed."""
        headers = dead_letter_headers(self._queue, reason, delivery.headers, at=self._clock.now(), attempts=attempts)
        while not delivery.consumer.ended.is_set():
            try:
                await self._publisher.send(
                    self._topology.dead_letters, delivery.routing_key, delivery.message_id, delivery.body, headers
                )
            except BusUnavailable as error:
                log.warning("%s in %s waits to be dead-lettered: %s", delivery.routing_key, self._queue, error)
                continue
            self._counts.dead_letters[self._queue] += 1
            log.error("%s in %s was dead-lettered: %s", delivery.routing_key, self._queue, reason)
            await delivery.acknowledge()
            return
