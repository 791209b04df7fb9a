"""How many requests a client may send, and how many it may have open.

Written here, because the libraries for it read the system's clock, start timers and keep a record of each client.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_network

from starlette.types import Scope

from onwatch_gateway.door.addresses import address_of
from onwatch_gateway.door.errors import TooManyOpen, TooManyRequests
from onwatch_runtime.clock import Clock

MAX_CLIENTS = 10_000  # remembered, each in about 300 bytes; those with something open come in addition
IPV6_PREFIX = 64  # what one customer of a provider has at least


def client_of(scope: Scope) -> str | None:
    """The client's address; of IPv6 its network, since it has any number of addresses there.

    None for one that is not limited: a program on this machine, such as a proxy, or one whose address is not known.
    """
    address = address_of(scope["client"][0]) if scope.get("client") else None
    if address is None or address.is_loopback:
        return None
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), IPV6_PREFIX), strict=False))
    return str(address)


@dataclass(slots=True)
class _Bucket:
    left: float
    at_s: float


@dataclass
class ClientLimits:
    """A token bucket for each client: `requests_per_minute` at once, and as many again in each minute after it.

    0 is no limit.
    """

    clock: Clock
    requests_per_minute: int
    max_open: int
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    """The least recent first."""
    _open: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def admitted(self, scope: Scope) -> Iterator[None]:
        """Counts a request or channel while it is open. Raises `TooManyRequests` or `TooManyOpen`."""
        client = client_of(scope)
        if client is None:
            yield
            return
        if self.requests_per_minute:
            self._take(client)
        is_open = self._open.get(client, 0)
        if self.max_open and is_open >= self.max_open:
            raise TooManyOpen(self.max_open)
        self._open[client] = is_open + 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if self._open[client] == 0:
                del self._open[client]

    def _take(self, client: str) -> None:
        now_s, per_s = self.clock.monotonic(), self.requests_per_minute / 60
        bucket = self._buckets.pop(client, None) or _Bucket(self.requests_per_minute, now_s)
        bucket.left = min(self.requests_per_minute, bucket.left + (now_s - bucket.at_s) * per_s)
        bucket.at_s = now_s
        self._buckets[client] = bucket
        if len(self._buckets) > MAX_CLIENTS:
            del self._buckets[next(iter(self._buckets))]
        if bucket.left < 1:
            raise TooManyRequests(self.requests_per_minute, (1 - bucket.left) / per_s)
        bucket.left -= 1
