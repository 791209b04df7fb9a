"""Connects to the bus at an address."""

from __future__ import annotations

from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.bus.port import Bus
from onwatch_runtime.clock import Clock
from onwatch_runtime.tls import NO_TLS_FILES, TlsFiles


async def connect_bus(url: str, clock: Clock, tls: TlsFiles = NO_TLS_FILES) -> Bus:
    """The bus at `memory://` (within one process), or at `amqp://...` or `amqps://...` (RabbitMQ; of a cluster
    several addresses, separated by commas).

    Returns once it is connected; an unavailable broker is tried again with a growing delay, each time with a log line.
    """
    scheme = url.partition("://")[0]
    if scheme == "memory":
        return MemoryBus(clock)
    if scheme in ("amqp", "amqps"):
        # Imported late: aio_pika takes a while to import, and the one-process mode does without it.
        from onwatch_runtime.bus.rabbit import RabbitBus

        return await RabbitBus(url, clock, tls=tls).open()
    raise ValueError(f"no bus at {scheme!r}://...: expected memory://, amqp:// or amqps://")
