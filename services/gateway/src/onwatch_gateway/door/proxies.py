"""Whose X-Forwarded headers are believed.

Not uvicorn's middleware, which reads no X-Forwarded-Host, passes on what it does not believe, takes a wrong network for
the name of a host, and behind `*` believes the address that a client has made up.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Scope

from onwatch_gateway.door.addresses import Address, address_of, forwarded_address

log = logging.getLogger(__name__)

ANY = "*"
PREFIX = b"x-forwarded-"
OTHERS = frozenset({b"forwarded", b"x-real-ip"})  # with the same purpose; read by nobody here
IS_TLS = {"http": False, "ws": False, "https": True, "wss": True}


@dataclass
class TrustedProxies:
    """Reverse proxies: addresses, networks like `10.0.0.0/8`, or `*` for whoever connects."""

    proxies: Collection[str] = ()
    _networks: tuple[IPv4Network | IPv6Network, ...] = field(init=False)
    _has_warned: bool = False

    def __post_init__(self) -> None:
        self._networks = tuple(ip_network(proxy) for proxy in self.proxies if proxy != ANY)

    def believed(self, scope: Scope) -> Scope:
        """The request with the address, scheme and Host that a trusted proxy says its client sent.

        Without X-Forwarded headers, believed or not: services behind the gateway would believe them.
        """
        kept = [(name, value) for name, value in scope["headers"] if not _is_forwarded(name)]
        request = {**scope, "headers": kept}
        if len(kept) == len(scope["headers"]):
            return request
        headers = Headers(scope=scope)
        if not self._trusts(scope):
            self._warn_once(scope, headers)
            return request
        chain = ",".join(headers.getlist("x-forwarded-for"))
        if chain and (address := self._client_in(chain.split(","))):
            request["client"] = (str(address), 0)
        # Of several, the client's own: a lie about it protects nobody less than the liar.
        proto = headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
        if proto in IS_TLS:
            plain = "ws" if scope["type"] == "websocket" else "http"
            request["scheme"] = f"{plain}s" if IS_TLS[proto] else plain
        # Of several, the one that the nearest proxy received: a proxy may add its own to what it got.
        if host := ",".join(headers.getlist("x-forwarded-host")).split(",")[-1].strip():
            MutableHeaders(raw=kept)["host"] = host
        return request

    def _trusts(self, scope: Scope) -> bool:
        if ANY in self.proxies:
            return True
        address = address_of(scope["client"][0]) if scope.get("client") else None
        return address is not None and self._is_listed(address)

    def _is_listed(self, address: Address) -> bool:
        return any(address in network for network in self._networks)

    def _client_in(self, chain: Iterable[str]) -> Address | None:
        """The last address that is no listed proxy: what stands before it, the client may have made up."""
        client = None
        for entry in reversed(list(chain)):
            address = forwarded_address(entry)
            if address is None:
                break
            client = address
            if not self._is_listed(address):
                break
        return client

    def _warn_once(self, scope: Scope, headers: Headers) -> None:
        """Most likely a proxy that nobody has listed: its clients then count as one."""
        if self._has_warned or "x-forwarded-for" not in headers:
            return
        self._has_warned = True
        log.warning(
            "%s sends X-Forwarded-For and is no trusted proxy: it is ignored. If it is your reverse proxy, add it to "
            "ONWATCH_GATEWAY_TRUSTED_PROXIES; until then its clients count as one, and cookies are not Secure",
            scope["client"][0] if scope.get("client") else "a client without an address",
        )


def _is_forwarded(name: bytes) -> bool:
    name = name.lower()
    return name.startswith(PREFIX) or name in OTHERS
