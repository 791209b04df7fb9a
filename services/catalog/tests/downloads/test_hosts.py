from __future__ import annotations

from ipaddress import ip_address

import pytest

from onwatch_catalog.downloads.errors import InvalidDownloadUrl
from onwatch_catalog.downloads.hosts import DownloadHosts, checked_url


@pytest.mark.parametrize(
    ("host", "address", "is_allowed"),
    [
        ("nvr.example", "10.1.2.3", True),
        ("NVR.example.", "10.1.2.3", True),
        ("other.example", "192.168.7.7", True),
        ("other.example", "::ffff:192.168.7.7", True),
        ("other.example", "8.8.8.8", False),  # public, and not listed
        ("other.example", "127.0.0.1", False),
        ("other.example", "169.254.169.254", False),
        ("nvr.example.evil.example", "8.8.8.8", False),
    ],
)
def test_only_what_is_listed_is_allowed(host: str, address: str, is_allowed: bool) -> None:
    hosts = DownloadHosts.of(("nvr.example", "192.168.0.0/16"))

    assert hosts.allows(host, ip_address(address)) is is_allowed


def test_an_empty_list_allows_nothing() -> None:
    hosts = DownloadHosts.of(())
    assert not hosts.are_any
    assert not hosts.allows("a.example", ip_address("8.8.8.8"))


@pytest.mark.parametrize("url", ["ftp://a.example/x", "file:///etc/passwd", "x", "http://", "http://u:p@a.example/x"])
def test_an_address_that_is_not_of_http_is_refused(url: str) -> None:
    with pytest.raises(InvalidDownloadUrl):
        checked_url(url)


def test_an_address_is_written_as_a_browser_would() -> None:
    assert checked_url("HTTP://0x7f.1/a b#c") == "http://127.0.0.1/a%20b"
