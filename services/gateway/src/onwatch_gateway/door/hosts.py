"""Decides which Host headers are answered.

A page of an attacker can have its own name point to this server (DNS rebinding). Host and Origin are then the same, so
that only the name gives it away. IP addresses, names without a dot and `*.localhost` need no listing: no stranger can
register them in the public DNS.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from onwatch_gateway.door.addresses import address_of

ANY = "*"
OF_THIS_MACHINE = "*.localhost"
"""Browsers resolve these names themselves."""


def host_allowed(host: str | None, allowed: Collection[str]) -> bool:
    """Whether the value of a Host header is answered. `allowed` are `nvr.example`, `*.nvr.example`, or `*` for all.

    A request without a Host is not of a browser.
    """
    if host is None or ANY in allowed:
        return True
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:  # what is in brackets is no address
        return False
    if not name:
        return False
    is_private = "." not in name or address_of(name) is not None
    return is_private or any(_matches(name, pattern.lower()) for pattern in (OF_THIS_MACHINE, *allowed))


def hosts_of(origins: Iterable[str]) -> tuple[str, ...]:
    """The host names in origins like `https://a.example:8443`."""
    return tuple(host for host in (urlsplit(origin).hostname for origin in origins) if host)


def _matches(name: str, pattern: str) -> bool:
    return name.endswith(pattern[1:]) if pattern.startswith("*.") else name == pattern
