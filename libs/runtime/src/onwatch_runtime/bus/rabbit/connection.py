"""One connection to RabbitMQ that comes back, and what has to be put up again each time it does."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError, ChannelPreconditionFailed

from onwatch_runtime.backoff import Backoff
from onwatch_runtime.bus.port import BusUnavailable
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)
T = TypeVar("T")

HEARTBEAT_S = 10  # a broker that vanished is noticed within three and a bit of these; the library's default is 60
CONNECT_LIMIT_S = 10.0
ATTACH_LIMIT_S = 30.0
RPC_LIMIT_S = 10.0  # declaring a quorum queue in a busy cluster takes seconds
CLOSE_LIMIT_S = 3.0
# At most 2 s, so that a publish, which waits 10 s, survives 6 s without a broker.
RECONNECT_BACKOFF = Backoff(first_delay_s=0.2, max_delay_s=2.0)
STEADY_S = 10.0  # a connection that lasted so long restarts the backoff

# A closed channel raises RuntimeErrors, some of them plain.
FAILURES = (AMQPError, OSError, RuntimeError)

_left_behind: set[asyncio.Task[Any]] = set()


async def bounded(call: Coroutine[Any, Any, T], limit_s: float, what: str) -> T:
    """What the broker answers; `BusUnavailable` when it does not in time, or the connection is lost.

    In a task of its own, for three reasons. The library may answer a lost connection by `CancelledError`, which here
    must not look like the caller's own end. A cancelled call closes its channel, so a caller who is cancelled leaves
    the call to itself. And a call cancelled because of its limit may not end, if the broker is frozen.
    """
    task = asyncio.create_task(call, name=f"rabbitmq: {what}")
    _left_behind.add(task)
    task.add_done_callback(_forget)
    done, _ = await asyncio.wait({task}, timeout=None if math.isinf(limit_s) else limit_s)
    if not done:
        task.cancel()
        raise BusUnavailable(f"{what}: RabbitMQ did not answer within {limit_s:g} s")
    if task.cancelled():
        raise BusUnavailable(f"{what}: the connection to RabbitMQ was lost")
    try:
        return task.result()
    except Exception as error:
        if isinstance(error, FAILURES) or type(error) is Exception:  # which the library gives where it has no reason
            raise BusUnavailable(f"{what}: {error!r}") from error
        raise


def _forget(task: asyncio.Task[Any]) -> None:
    _left_behind.discard(task)
    if not task.cancelled():
        task.exception()  # read, so that nobody complains about a call that was left to itself


class Part(Protocol):
    """Something that lives on the connection."""

    async def attach(self, connection: AbstractConnection) -> None:
        """Put everything up on a new connection."""
        ...

    def detach(self) -> None:
        """The connection is gone, and with it all that was on it."""
        ...


class RabbitLink:
    """Holds one connection; each time it is lost makes a new one and attaches every part to it, in order.

    Any channel that closes by itself counts as a lost connection (`give_up`): there is one way to recover, and it is
    the one that is tested.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self.place = urlsplit(url).netloc.rpartition("@")[2]
        self._clock = clock
        self._parts: list[Part] = []
        self._attaching = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._up = asyncio.Event()
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Return when the broker is reached for the first time, however long that takes."""
        self._task = asyncio.create_task(self._run(), name="rabbitmq: connection")
        await self._up.wait()

    @property
    def is_up(self) -> bool:
        return self._up.is_set()

    async def connection(self) -> AbstractConnection:
        """The connection that is up; waits for it."""
        while self._connection is None:
            await self._up.wait()
        return self._connection

    def give_up(self, why: str) -> None:
        """Take the connection for lost."""
        if not self._lost.is_set():
            log.warning("the connection to RabbitMQ at %s is given up: %s", self.place, why)
            self._lost.set()

    async def add(self, part: Part) -> None:
        """Attach a part now, and to every later connection. `ValueError`: the broker has it, and different."""
        while True:
            connection = await self.connection()
            async with self._attaching:
                if connection is not self._connection:
                    continue
                try:
                    await bounded(part.attach(connection), ATTACH_LIMIT_S, "subscribing")
                except asyncio.CancelledError:
                    self.give_up("a subscription was abandoned half-way")  # and may hold messages for nobody
                    raise
                except BusUnavailable as error:
                    part.detach()
                    if isinstance(error.__cause__, ChannelPreconditionFailed):
                        # About what the queue is, not about a Python type.
                        raise ValueError(str(error.__cause__)) from error  # noqa: TRY004
                    self.give_up(str(error))
                    continue
                self._parts.append(part)
                return

    def put_first(self, part: Part) -> None:
        """Attach a part before all others, from the next connection on."""
        self._parts.insert(0, part)

    def remove(self, part: Part) -> None:
        if part in self._parts:
            self._parts.remove(part)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        attempt = 0
        while True:
            began_s = self._clock.monotonic()
            try:
                await self._hold_one_connection()
            except BusUnavailable as error:
                log.warning("RabbitMQ at %s: %s", self.place, error)
            except Exception:  # this loop is the only one who brings the connection back
                log.exception("RabbitMQ at %s", self.place)
            attempt = 1 if self._clock.monotonic() - began_s >= STEADY_S else attempt + 1
            delay_s = RECONNECT_BACKOFF.delay_s(attempt)
            log.warning("not connected to RabbitMQ at %s; next try in %.1f s", self.place, delay_s)
            await self._clock.sleep(delay_s)

    async def _hold_one_connection(self) -> None:
        connection = await bounded(aio_pika.connect(self._url, heartbeat=HEARTBEAT_S), CONNECT_LIMIT_S, "connecting")
        self._lost.clear()
        connection.close_callbacks.add(self._on_closed)
        try:
            async with self._attaching:
                for part in tuple(self._parts):
                    await bounded(part.attach(connection), ATTACH_LIMIT_S, "restoring")
                self._connection = connection
                self._up.set()
            log.info("connected to RabbitMQ at %s, %d parts attached", self.place, len(self._parts))
            await self._lost.wait()
        finally:
            self._up.clear()
            self._lost.set()
            self._connection = None
            for part in self._parts:
                part.detach()
            await close_quietly(connection)

    def _on_closed(self, _: object, error: BaseException | None) -> None:
        self.give_up(f"it was closed ({error!r})")


async def _closing(thing: AbstractConnection | AbstractChannel) -> None:
    await thing.close()


async def close_quietly(thing: AbstractConnection | AbstractChannel) -> None:
    """Close a channel or connection; one that is gone or frozen is left to its end."""
    try:
        await bounded(_closing(thing), CLOSE_LIMIT_S, "closing")
    except BusUnavailable as error:
        log.debug("%s", error)
