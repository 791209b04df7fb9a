"""The MQTT broker of the user: the port. Every adapter passes the suite in `tests/mqtt/test_aiomqtt_broker.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from onwatch_runtime.errors import Unavailable


class BrokerUnavailable(Unavailable):
    """The broker cannot be reached, refuses the connection, or did not confirm in time."""


class Broker(Protocol):
    """A connection. When it ends without `OFFLINE` having been published, the broker publishes it (last will)."""

    async def publish(self, topic: str, payload: str) -> None:
        """Have the broker retain the payload; an empty one removes it. `BrokerUnavailable` without a confirmation."""
        ...

    async def publish_event(self, topic: str, payload: str) -> None:
        """Have the broker pass it on to who listens now; nothing is retained. `BrokerUnavailable` as above."""
        ...

    def retained(self) -> AsyncIterator[tuple[str, str]]:
        """What the broker retained below the prefix before; then wait. `BrokerUnavailable` when the connection ends."""
        ...


Connect = Callable[[], AbstractAsyncContextManager[Broker]]
"""Opens a connection. Raises `BrokerUnavailable`."""
