from __future__ import annotations

import pytest

from onwatch_gateway.door.hosts import host_allowed, hosts_of

LISTED = ("nvr.example", "*.Sites.Example")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8000",
        "192.0.2.1",
        "[::1]:8000",
        "[2001:db8::1]",
        "localhost:8000",
        "a.localhost",
        "nvr",
        "NVR:80",
        None,
    ],
)
def test_addresses_and_names_that_no_stranger_can_register_need_no_listing(host: str | None) -> None:
    assert host_allowed(host, ())


@pytest.mark.parametrize("host", ["evil.example", "nvr.example.evil.example", "localhost.evil.example", "nvr.example"])
def test_other_names_are_refused(host: str) -> None:
    assert not host_allowed(host, ())
    assert host_allowed(host, ("*",))


@pytest.mark.parametrize(
    ("host", "is_allowed"),
    [
        ("nvr.example", True),
        ("NVR.example.:8443", True),
        ("a.nvr.example", False),
        ("notnvr.example", False),
        ("a.sites.example", True),
        ("a.b.sites.example", True),
        ("sites.example", False),
        ("evilsites.example", False),
    ],
)
def test_listed_names_are_answered(host: str, is_allowed: bool) -> None:
    assert host_allowed(host, LISTED) is is_allowed


@pytest.mark.parametrize(
    "host", ["", ":80", "[::1", "[evil.example]", "localhost@evil.example", "1.2.3.4.evil.example", "."]
)
def test_what_is_no_host_is_refused(host: str) -> None:
    assert not host_allowed(host, LISTED)


def test_hosts_are_found_in_origins() -> None:
    assert hosts_of(("https://a.example:8443", "http://B.example", "null")) == ("a.example", "b.example")
