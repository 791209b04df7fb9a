"""Decides which sites' pages may open the channel and change something.

A browser sends cookies and reaches private networks for a page of any site.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_allowed(origin: str | None, host: str | None, allowed: Collection[str]) -> bool:
    """True for a page of the same host, for a listed origin, and for a program, which sends no Origin.

    `host` is the Host header. The scheme is not compared: TLS may end before the gateway.
    """
    if origin is None or origin in allowed:
        return True
    try:
        page = urlsplit(origin)
        return bool(page.hostname) and host is not None and _address(page) == _address(_of_host(host, page.scheme))
    except ValueError:  # the port is not a number
        return False


def _of_host(host: str, scheme: str) -> SplitResult:
    return urlsplit(f"{scheme}://{host}")


def _address(url: SplitResult) -> tuple[str | None, int | None]:
    return url.hostname, url.port or DEFAULT_PORTS.get(url.scheme)
