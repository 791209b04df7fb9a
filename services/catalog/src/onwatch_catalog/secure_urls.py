"""Which addresses nobody between here and there can listen to, or change the answers of."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "::1"})
IPV4_LOOPBACK = re.compile(r"127(\.\d{1,3}){3}")


def is_this_machine(host: str) -> bool:
    return host in LOOPBACK or host.endswith(".localhost") or bool(IPV4_LOOPBACK.fullmatch(host))


def is_secure_url(url: str) -> bool:
    """Whether it has TLS, or is of this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:  # what is in brackets is no address
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(host)))
