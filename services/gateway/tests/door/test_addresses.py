from __future__ import annotations

import pytest

from onwatch_gateway.door.addresses import address_of, forwarded_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_one_address_is_written_one_way(text: str, expected: str) -> None:
    assert str(address_of(text)) == expected


@pytest.mark.parametrize("text", ["", "nvr", "192.0.2", "192.0.2.1:80", "testclient", "10.0.0.0/8", "0x7f000001"])
def test_anything_else_is_no_address(text: str) -> None:
    assert address_of(text) is None


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (" 192.0.2.1 ", "192.0.2.1"),
        ("192.0.2.1:5000", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:db8::1:5000", "2001:db8::1:5000"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:5000", "2001:db8::1"),
    ],
)
def test_a_proxy_may_add_the_port(entry: str, expected: str) -> None:
    assert str(forwarded_address(entry)) == expected


@pytest.mark.parametrize("entry", ["", "unknown", "_hidden", "<script>", "192.0.2.1:port"])
def test_what_is_no_address_is_not_taken_for_one(entry: str) -> None:
    assert forwarded_address(entry) is None
