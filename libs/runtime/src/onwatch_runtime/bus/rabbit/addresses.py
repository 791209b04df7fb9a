"""The addresses of a broker in the setting `bus_url`: one, or those of the nodes of a cluster."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from onwatch_runtime.errors import StartRefused

BETWEEN = re.compile(r",\s*(?=amqps?://)")  # a password may contain a comma


class UnusableAddress(StartRefused):
    """The setting is no list of addresses; the text has no passwords."""


def broker_urls(setting: str) -> tuple[str, ...]:
    """In the order in which they are tried. `UnusableAddress` if one cannot be an address."""
    urls = tuple(url.strip() for url in BETWEEN.split(setting))
    for number, url in enumerate(urls, 1):
        if problem := _problem(url):
            raise UnusableAddress(f"bus_url: address {number} of {len(urls)} {problem}")
    if len({_virtual_host(url) for url in urls}) > 1:
        raise UnusableAddress("bus_url: its addresses have different virtual hosts; all must be nodes of one cluster")
    return urls


def host_and_port(url: str) -> str:
    """Without user and password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def virtual_host_of(setting: str) -> str:
    """The same at every address."""
    return _virtual_host(broker_urls(setting)[0])


def _virtual_host(url: str) -> str:
    return unquote(urlsplit(url).path[1:]) or "/"


def _problem(url: str) -> str | None:
    place = host_and_port(url)
    if "," in place:
        return f"names several hosts ({place}); write amqp://user:password@host:port/ for each, separated by commas"
    try:
        urlsplit(url).port  # noqa: B018 raises for what is no port
    except ValueError as error:
        return f"({place}) has no valid port: {error}"
    return None if urlsplit(url).hostname else "has no host"
