"""One connection to RabbitMQ that is restored when it is lost, with everything attached to it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from typing import Protocol

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import ChannelPreconditionFailed

from onwatch_runtime.backoff import Backoff
from onwatch_runtime.bus.port import BusUnavailable
from onwatch_runtime.bus.rabbit.addresses import broker_urls, host_and_port
from onwatch_runtime.bus.rabbit.calls import bounded, close_quietly
from onwatch_runtime.clock import Clock
from onwatch_runtime.errors import StartRefused
from onwatch_runtime.tls import NO_TLS_FILES, TlsFiles, with_tls_failure

log = logging.getLogger(__name__)

HEARTBEAT_S = 10  # a lost broker is noticed within three and a bit of these; the library's default is 60
CONNECT_LIMIT_S = 10.0
ATTACH_LIMIT_S = 30.0
# At most 2 s, so that a publish, which waits 10 s, survives 6 s without a broker.
RECONNECT_BACKOFF = Backoff(first_delay_s=0.2, max_delay_s=2.0)
STABLE_S = 10.0  # a connection that lasted so long restarts the backoff


async def connected(url: str, tls: TlsFiles, limit_s: float) -> AbstractConnection:
    """A new connection; `BusUnavailable` if there is none in time."""
    # The library's own context verifies certificate and name as well, with the files that the URL may name.
    context = tls.context() if tls.are_given else None
    connecting = aio_pika.connect(url, heartbeat=HEARTBEAT_S, ssl_context=context)
    return await bounded(connecting, limit_s, "connecting")


async def connected_to_any(urls: str, tls: TlsFiles, limit_s: float) -> AbstractConnection:
    """A new connection to the first of the addresses that answers; the `BusUnavailable` of the last if none does."""
    *others, last = broker_urls(urls)
    for url in others:
        with suppress(BusUnavailable):
            return await connected(url, tls, limit_s)
    return await connected(last, tls, limit_s)


class Attachment(Protocol):
    """Something with channels on the connection: a publisher or a consumer."""

    async def attach(self, connection: AbstractConnection) -> None:
        """Open the channels and declare everything on a new connection."""
        ...

    def detach(self) -> None:
        """The connection is lost, with all its channels."""
        ...


class RabbitConnection:
    """Holds one connection. Each time it is lost, makes a new one and attaches every attachment to it, in order.

    A channel that closes by itself counts as a lost connection (`reconnect`): there is one way to recover, and it is
    the one that is tested.

    `url` may name several nodes of a cluster. They are tried in this order, also when the connection is lost, beginning
    after the node that was connected.
    """

    def __init__(self, url: str, clock: Clock, tls: TlsFiles = NO_TLS_FILES) -> None:
        self._urls = deque(broker_urls(url))
        self._tls = tls
        self._clock = clock
        self._attachments: list[Attachment] = []
        self._attaching = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._up = asyncio.Event()
        self._was_up = False
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Return when the broker is connected for the first time, however long that takes.

        Raises the `StartRefused` of an attachment; later, without anybody to raise it to, it is logged at each try.
        """
        self._task = asyncio.create_task(self._run(), name="rabbitmq: connection")
        is_up = asyncio.create_task(self._up.wait())
        try:
            await asyncio.wait((self._task, is_up), return_when=asyncio.FIRST_COMPLETED)
        finally:
            is_up.cancel()
        if self._task.done():
            self._task.result()

    @property
    def address(self) -> str:
        """Of the node that is connected, or tried now."""
        return host_and_port(self._urls[0])

    @property
    def is_up(self) -> bool:
        return self._up.is_set()

    async def established(self) -> AbstractConnection:
        """The current connection; waits until there is one."""
        while self._connection is None:
            await self._up.wait()
        return self._connection

    def reconnect(self, reason: str) -> None:
        """Treat the connection as lost."""
        if not self._lost.is_set():
            log.warning("the connection to RabbitMQ at %s is lost: %s", self.address, reason)
            self._lost.set()

    async def add(self, attachment: Attachment) -> None:
        """Attach now, and to every later connection.

        `ValueError`: a queue that it declares exists in the broker with other arguments.
        """
        while True:
            connection = await self.established()
            async with self._attaching:
                if connection is not self._connection:
                    continue
                try:
                    await bounded(attachment.attach(connection), ATTACH_LIMIT_S, "subscribing")
                except asyncio.CancelledError:
                    # The incomplete subscription may already hold messages, for nobody.
                    self.reconnect("a subscription was cancelled before it was complete")
                    raise
                except BusUnavailable as error:
                    attachment.detach()
                    if isinstance(error.__cause__, ChannelPreconditionFailed):
                        raise ValueError(str(error.__cause__)) from error  # noqa: TRY004 it is not about a Python type
                    self.reconnect(str(error))
                    continue
                self._attachments.append(attachment)
                return

    def add_first(self, attachment: Attachment) -> None:
        """Attach before all others, from the next connection on."""
        self._attachments.insert(0, attachment)

    def remove(self, attachment: Attachment) -> None:
        if attachment in self._attachments:
            self._attachments.remove(attachment)

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
            except StartRefused as error:
                if not self._was_up:
                    raise
                log.error("RabbitMQ at %s: %s", self.address, error)  # noqa: TRY400 the stack says no more
            except BusUnavailable as error:
                log.warning("RabbitMQ at %s: %s", self.address, with_tls_failure(str(error), error))
            except Exception:  # nothing else restores the connection: this loop must not end
                log.exception("RabbitMQ at %s", self.address)
            self._urls.rotate(-1)
            attempt = 1 if self._clock.monotonic() - began_s >= STABLE_S else attempt + 1
            delay_s = RECONNECT_BACKOFF.delay_s(attempt)
            log.warning("not connected to RabbitMQ at %s; next try in %.1f s", self.address, delay_s)
            await self._clock.sleep(delay_s)

    async def _hold_one_connection(self) -> None:
        connection = await connected(self._urls[0], self._tls, CONNECT_LIMIT_S)
        self._lost.clear()
        connection.close_callbacks.add(self._on_closed)
        try:
            async with self._attaching:
                for attachment in tuple(self._attachments):
                    await bounded(attachment.attach(connection), ATTACH_LIMIT_S, "restoring")
                self._connection = connection
                self._up.set()
                self._was_up = True
            log.info("connected to RabbitMQ at %s with %d attachments", self.address, len(self._attachments))
            await self._lost.wait()
        finally:
            self._up.clear()
            self._lost.set()
            self._connection = None
            for attachment in self._attachments:
                attachment.detach()
            await close_quietly(connection)

    def _on_closed(self, _: object, error: BaseException | None) -> None:
        self.reconnect(f"it was closed ({error!r})")
