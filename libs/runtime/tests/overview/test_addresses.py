from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpx
import pytest

from onwatch_runtime.overview.addresses import NoAddress, each_process

V4, V6 = socket.AF_INET, socket.AF_INET6
Known = list[tuple[int, str]]


@pytest.fixture
async def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Known]:
    """What a test adds is known to the system."""
    known: dict[str, Known] = {}

    async def look_up(host: str, port: int, **_: Any) -> list[Any]:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        # Once for each protocol, as some systems answer.
        return [(family, kind, 6, "", (address, port)) for family, address in known[host] for kind in (1, 1)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    return known


async def test_a_name_with_one_address_is_asked_by_its_name(names: dict[str, Known]) -> None:
    names["catalog"] = [(V4, "10.0.0.1")]
    assert await each_process("http://catalog:9001") == ["http://catalog:9001"]


async def test_a_name_with_several_addresses_has_a_process_at_each(names: dict[str, Known]) -> None:
    names["detector"] = [(V4, "10.0.0.2"), (V4, "10.0.0.1")]
    assert await each_process("http://detector:9004") == ["http://10.0.0.1:9004", "http://10.0.0.2:9004"]


async def test_a_process_with_an_address_of_each_family_is_one(names: dict[str, Known]) -> None:
    names["localhost"] = [(V6, "::1"), (V4, "127.0.0.1")]
    assert await each_process("http://localhost:9000") == ["http://localhost:9000"]
    names["detector"] = [(V4, "10.0.0.1"), (V6, "fd00::1"), (V4, "10.0.0.2"), (V6, "fd00::2")]
    assert await each_process("http://detector:9004") == ["http://10.0.0.1:9004", "http://10.0.0.2:9004"]
    names["of-six"] = [(V6, "fd00::1"), (V6, "fd00::2")]
    assert await each_process("http://of-six:9004") == ["http://[fd00::1]:9004", "http://[fd00::2]:9004"]


async def test_a_name_of_a_certificate_is_asked_by_its_name(names: dict[str, Known]) -> None:
    names["catalog"] = [(V4, "10.0.0.1"), (V4, "10.0.0.2")]
    assert await each_process("https://catalog:9001") == ["https://catalog:9001"]


@pytest.mark.parametrize("url", ["http://10.0.0.1:9001", "http://[fd00::1]:9001"])
async def test_an_address_is_not_looked_up(names: dict[str, Known], url: str) -> None:
    assert await each_process(url) == [url]


async def test_a_name_that_nobody_has_and_no_address_are_told_apart(names: dict[str, Known]) -> None:
    with pytest.raises(NoAddress, match="gone"):
        await each_process("http://gone:9001")
    with pytest.raises(httpx.InvalidURL):
        await each_process("http://[::1")
