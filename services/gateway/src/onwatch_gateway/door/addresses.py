"""IP addresses as clients and proxies write them."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address
PORT = re.compile(r":\d+$")


def address_of(text: str) -> Address | None:
    """The address; None if it is none. An IPv4 address in the form of IPv6 is one of IPv4. A zone is dropped."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))


def forwarded_address(entry: str) -> Address | None:
    """The address in an entry of X-Forwarded-For, to which some proxies add the port."""
    entry = entry.strip()
    return address_of(entry) or address_of(PORT.sub("", entry).strip("[]"))
