"""Calls to RabbitMQ that end in time, and fail in one way: `BusUnavailable`."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Coroutine
from typing import Any, TypeVar

from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError

from onwatch_runtime.bus.port import BusUnavailable

log = logging.getLogger(__name__)
T = TypeVar("T")

RPC_LIMIT_S = 10.0  # declaring a quorum queue in a busy cluster takes seconds
CLOSE_LIMIT_S = 3.0

# A closed channel raises RuntimeErrors, some of them plain.
FAILURES = (AMQPError, OSError, RuntimeError)

_abandoned: set[asyncio.Task[Any]] = set()


async def bounded(call: Coroutine[Any, Any, T], limit_s: float, what: str) -> T:
    """The broker's answer; `BusUnavailable` if it does not come in time, or the connection is lost.

    Runs in a task of its own, for three reasons. The library may report a lost connection as `CancelledError`, which
    must not look like the cancellation of the caller. A cancelled call closes its channel, so a call outlives a
    cancelled caller. And a call cancelled at its limit may never end, if the broker is frozen.
    """
    task = asyncio.create_task(call, name=f"rabbitmq: {what}")
    _abandoned.add(task)
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
        # A plain Exception is what the library raises where it has no reason.
        if isinstance(error, FAILURES) or type(error) is Exception:
            raise BusUnavailable(f"{what}: {error!r}") from error
        raise


def _forget(task: asyncio.Task[Any]) -> None:
    _abandoned.discard(task)
    if not task.cancelled():
        task.exception()  # retrieved, so that asyncio does not report an abandoned call


async def close_quietly(thing: AbstractConnection | AbstractChannel) -> None:
    """Close a channel or connection; one that is lost or frozen is abandoned."""
    try:
        await bounded(_close(thing), CLOSE_LIMIT_S, "closing")
    except BusUnavailable as error:
        log.debug("%s", error)


async def _close(thing: AbstractConnection | AbstractChannel) -> None:
    await thing.close()
