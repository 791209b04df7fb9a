from __future__ import annotations

from ipaddress import ip_address

import pytest

from onwatch_catalog.webhook_targets import WebhookTargets

PUBLIC = ("93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::93.184.216.34")
NOT_PUBLIC = (
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.8", "192.88.99.1",  # noqa: S104
    "192.168.1.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
    "3fff::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert WebhookTargets().allows("a.example", ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_other_addresses_are_refused(address: str) -> None:
    assert not WebhookTargets().allows("a.example", ip_address(address))


@pytest.mark.parametrize(
    ("entry", "allowed"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "::ffff:127.0.0.1"),
        ("10.0.0.0/8", "10.1.2.3"),
        ("fd00::/8", "fd00::1"),
        ("64:ff9b::/96", "64:ff9b::10.0.0.1"),
        ("A.Example.", "192.168.1.1"),
    ],
)
def test_the_setting_allows_networks_and_hosts(entry: str, allowed: str) -> None:
    targets = WebhookTargets.of((entry,))
    assert targets.allows("a.example", ip_address(allowed))
    assert targets.allows("b.example", ip_address(PUBLIC[0]))
    assert not targets.allows("b.example", ip_address("172.16.0.1"))


@pytest.mark.parametrize("entry", ["", "10.0.0.0/33", "10.1.2.3/8", "http://a.example", "a.example:80", "*.a.example"])
def test_an_entry_that_is_neither_host_nor_network_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="is neither a host name nor a network"):
        WebhookTargets.of((entry,))
