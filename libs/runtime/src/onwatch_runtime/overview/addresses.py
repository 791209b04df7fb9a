"""Finds the processes behind a name: a headless Service and a scaled container have an address for each."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import ip_address

import httpx

ABSENT = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
FAMILIES = (socket.AF_INET, socket.AF_INET6)


class NoAddress(Exception):
    """The name is known to nobody, or has no address: no process runs under it."""


async def each_process(url: str) -> list[str]:
    """The URL for each address of its host, or just the URL if there is one.

    A certificate is for the name, so that `https` is always asked by name. Raises `NoAddress`, `OSError` for a name
    that cannot be looked up now, and `httpx.InvalidURL`.
    """
    parsed = httpx.URL(url)
    if parsed.scheme != "http" or _is_address(parsed.host):
        return [url]
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(parsed.host, parsed.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in ABSENT:
            raise NoAddress(parsed.host) from error
        raise
    addresses = _of_one_family((family, str(address[0])) for family, _, _, _, address in found)
    if len(addresses) == 1:
        return [url]
    return [str(parsed.copy_with(host=address)) for address in addresses]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _of_one_family(found: Iterable[tuple[int, str]]) -> list[str]:
    """Of the family with the most: a process with two families would be found twice."""
    known = set(found)
    families = [sorted(address for each, address in known if each == family) for family in FAMILIES]
    return max(families, key=len)
