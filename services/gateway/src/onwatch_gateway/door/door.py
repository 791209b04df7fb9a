"""The middleware around everything that the gateway serves."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from onwatch_gateway.door.errors import HostRefused
from onwatch_gateway.door.headers import securing
from onwatch_gateway.door.hosts import host_allowed
from onwatch_gateway.door.limits import ClientLimits
from onwatch_gateway.door.proxies import TrustedProxies
from onwatch_gateway.errors import refuse
from onwatch_runtime.http import ProblemError


@dataclass(frozen=True)
class Door:
    """Refuses foreign hosts and clients beyond their limits; secures what it passes on and what it refuses."""

    app: ASGIApp
    proxies: TrustedProxies
    limits: ClientLimits
    allowed_hosts: Collection[str] = ()
    has_other_sites: bool = False
    """Pages of other origins are allowed to use what is served."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = self.proxies.believed(scope)
        send = securing(send, request, is_read_by_other_sites=self.has_other_sites)
        with ExitStack() as while_open:
            try:
                self._check_hosts(scope, request)
                while_open.enter_context(self.limits.admitted(request))
            except ProblemError as refusal:
                await refuse(refusal, request, receive, send)
                return
            await self.app(request, receive, send)

    def _check_hosts(self, received: Scope, believed: Scope) -> None:
        """As received, too: a page can send an X-Forwarded-Host to its own address, and some proxies pass it on."""
        for scope in (received, believed):
            host = Headers(scope=scope).get("host")
            if not host_allowed(host, self.allowed_hosts):
                raise HostRefused(host)
