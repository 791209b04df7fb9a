from __future__ import annotations

import logging

import pytest
from starlette.datastructures import Headers
from starlette.types import Scope

from onwatch_gateway.door.proxies import TrustedProxies

from .conftest import request_of

TOLD = {
    "x_forwarded_for": "203.0.113.9",
    "x_forwarded_proto": "https",
    "x_forwarded_host": "nvr.example",
    "x_forwarded_port": "443",
    "forwarded": "for=203.0.113.9",
    "x_real_ip": "203.0.113.9",
}


def seen(request: Scope) -> tuple[str | None, str, str | None]:
    """Address, scheme and Host."""
    client = request["client"]
    return client and client[0], request["scheme"], Headers(scope=request).get("host")


@pytest.mark.parametrize("proxies", [(), ("10.0.0.0/8", "2001:db8::1")])
@pytest.mark.parametrize("sender", ["203.0.113.7", "127.0.0.1", "2001:db8::2", None])
def test_a_stranger_is_not_believed_and_nothing_of_it_is_passed_on(
    proxies: tuple[str, ...], sender: str | None
) -> None:
    request = TrustedProxies(proxies).believed(request_of(sender, accept="image/jpeg", **TOLD))
    assert seen(request) == (sender, "http", "nvr")
    assert Headers(scope=request).keys() == ["host", "accept"]


@pytest.mark.parametrize("proxy", ["10.0.0.0/8", "10.1.2.3", "*"])
@pytest.mark.parametrize("sender", ["10.1.2.3", "::ffff:10.1.2.3"])
def test_a_trusted_proxy_is_believed_and_nothing_of_it_is_passed_on(proxy: str, sender: str) -> None:
    request = TrustedProxies((proxy,)).believed(request_of(sender, **TOLD))
    assert seen(request) == ("203.0.113.9", "https", "nvr.example")
    assert Headers(scope=request).keys() == ["host"]


def test_what_it_does_not_say_is_as_received() -> None:
    proxies = TrustedProxies(("10.1.2.3",))
    assert seen(proxies.believed(request_of("10.1.2.3"))) == ("10.1.2.3", "http", "nvr")
    said = request_of("10.1.2.3", x_forwarded_proto="gopher", x_forwarded_for="unknown", x_forwarded_host="")
    assert seen(proxies.believed(said)) == ("10.1.2.3", "http", "nvr")


@pytest.mark.parametrize(
    ("proto", "scheme"), [("https", "wss"), ("wss", "wss"), ("http", "ws"), ("https, http", "wss")]
)
def test_a_channel_has_the_schemes_of_websockets(proto: str, scheme: str) -> None:
    request = TrustedProxies(("*",)).believed(request_of(scheme="ws", x_forwarded_proto=proto))
    assert request["scheme"] == scheme


@pytest.mark.parametrize(
    ("proxies", "told", "client"),
    [
        # What stands before the last stranger may be made up by the client.
        (("10.0.0.0/8",), "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (("10.0.0.0/8",), "198.51.100.1, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        (("10.0.0.0/8",), "203.0.113.9:5000,10.9.9.9:80", "203.0.113.9"),
        (("10.0.0.0/8",), "198.51.100.1, nonsense, 10.9.9.9", "10.9.9.9"),
        (("10.0.0.0/8",), "10.8.8.8, 10.9.9.9", "10.8.8.8"),
        (("*",), "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (("*",), "[2001:db8::5]:80", "2001:db8::5"),
        (("*",), "<script>", "10.1.2.3"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy(proxies: tuple[str, ...], told: str, client: str) -> None:
    request = TrustedProxies(proxies).believed(request_of("10.1.2.3", x_forwarded_for=told))
    assert seen(request)[0] == client


def test_several_headers_are_one_list() -> None:
    request = request_of("10.1.2.3")
    request["headers"] += [(b"x-forwarded-for", b"198.51.100.1"), (b"x-forwarded-for", b"203.0.113.9")]
    request["headers"] += [(b"x-forwarded-host", b"made.up"), (b"x-forwarded-host", b"nvr.example")]
    assert seen(TrustedProxies(("*",)).believed(request)) == ("203.0.113.9", "http", "nvr.example")


def test_the_request_itself_is_not_changed() -> None:
    request = request_of("10.1.2.3", **TOLD)
    before = {**request, "headers": list(request["headers"])}
    TrustedProxies(("*",)).believed(request)
    assert request == before


def test_a_proxy_that_nobody_has_listed_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    proxies = TrustedProxies(("10.1.2.3",))
    for sender in ("10.1.2.3", "10.1.2.4", "10.1.2.5"):
        proxies.believed(request_of(sender, **TOLD))
    proxies.believed(request_of(None))
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("10.1.2.4 sends X-Forwarded-For")
    assert "ONWATCH_GATEWAY_TRUSTED_PROXIES" in record.getMessage()
