"""Connects to addresses that were checked: between the check and the connection, no name is looked up again."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import ip_address
from typing import Protocol

from httpcore import (
    SOCKET_OPTION,
    AnyIOBackend,
    AsyncNetworkBackend,
    AsyncNetworkStream,
    ConnectError,
    ConnectTimeout,
)

from onwatch_catalog.webhook_targets import Address

RESOLVERS = 8
CONNECT_S = 3.0  # for one of several addresses; then the next one is tried

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Allowed(Protocol):
    """Which addresses may be connected to."""

    def allows(self, host: str, address: Address) -> bool: ...

    def why_refused(self, addresses: str) -> str: ...


class TargetRefused(Exception):
    """This host may not be connected to."""


class Resolver:
    """Looks up names in threads of its own: slow name servers delay nothing else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVERS, "checked-names")

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Its addresses, the best first; `OSError` if there are none."""
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        return tuple(dict.fromkeys(str(address[0]) for *_, address in found))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class CheckedBackend(AsyncNetworkBackend):
    """Looks up the host of every connection, and connects to one of its addresses that is allowed.

    HTTP above it still names the host, in `Host` and for TLS.
    """

    def __init__(self, targets: Allowed, resolve: Resolve) -> None:
        self._targets = targets
        self._resolve = resolve
        self._network = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 the interface of httpcore
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """`TargetRefused` if no address is allowed; `OSError` if there is none."""
        found = await self._resolve(host, port)
        allowed = [address for address in found if self._targets.allows(host, ip_address(address))]
        if not allowed:
            raise TargetRefused(f"{host}: {self._targets.why_refused(', '.join(found))}")
        for address in allowed[:-1]:
            try:
                return await self._network.connect_tcp(address, port, CONNECT_S, local_address, socket_options)
            except (ConnectError, ConnectTimeout):
                continue
        return await self._network.connect_tcp(allowed[-1], port, timeout, local_address, socket_options)
