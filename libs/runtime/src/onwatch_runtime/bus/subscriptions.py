"""The `SUBSCRIPTIONS` table of a service: which queue is handled by what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from onwatch_runtime.bus.port import Bus, Consumer, PrivateQueue, SharedQueue

HandlersT = TypeVar("HandlersT")


class Subscription(NamedTuple, Generic[HandlersT]):
    """A row of the table: the handler is a function of the service's handlers and one message."""

    queue: SharedQueue | PrivateQueue
    handler: Callable[[HandlersT, Any], Awaitable[None]]


@asynccontextmanager
async def subscribed(
    bus: Bus, subscriptions: Sequence[Subscription[HandlersT]], handlers: HandlersT
) -> AsyncIterator[Sequence[Consumer]]:
    """Subscribe in the order of the table; leaving the context closes the consumers in reverse."""
    async with AsyncExitStack() as stack:
        consumers: list[Consumer] = []
        for queue, handler in subscriptions:
            consumer = await bus.subscribe(queue, partial(handler, handlers))
            stack.push_async_callback(consumer.close)
            consumers.append(consumer)
        yield consumers
