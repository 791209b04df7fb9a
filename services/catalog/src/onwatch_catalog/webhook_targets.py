"""To which addresses webhooks may be sent: public ones, and those that a setting allows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
ALL_DIGITS_AND_DOTS = re.compile(r"[0-9./]+")
GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that is assigned of IPv6
NAT64 = IPv6Network("64:ff9b::/96")
# Beside what Python knows as private, which differs between its versions.
REFUSED: tuple[Network, ...] = (
    IPv4Network("192.0.0.0/24"),  # of protocols
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv6Network("2001::/32"),  # Teredo: it contains addresses of IPv4
    IPv6Network("2002::/16"),  # 6to4: as Teredo
    IPv6Network("3fff::/20"),  # of documentation
)


@dataclass(frozen=True)
class WebhookTargets:
    """What is allowed beside public addresses."""

    hosts: frozenset[str] = frozenset()
    """Whatever their addresses are."""
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> WebhookTargets:
        """Of names, addresses and networks. `ValueError` for one that is neither."""
        hosts, networks = set[str](), list[Network]()
        for entry in entries:
            try:
                networks.append(ip_network(entry))
            except ValueError as error:
                host = host_key(entry)
                if not HOST.fullmatch(host) or ALL_DIGITS_AND_DOTS.fullmatch(entry):
                    raise ValueError(
                        f"{entry!r} is neither a host name nor a network: expected one like nvr.example, 10.1.2.3 or "
                        "10.0.0.0/8"
                    ) from error
                hosts.add(host)
        return cls(frozenset(hosts), tuple(networks))

    def allows(self, host: str, address: Address) -> bool:
        """Whether a webhook of this host may be sent to this address."""
        return self.lists(host, address) or _is_public(_meant(address))

    def lists(self, host: str, address: Address) -> bool:
        """Whether the setting names the host, or a network with the address."""
        if host_key(host) in self.hosts:
            return True
        return any(each in network for network in self.networks for each in (address, _meant(address)))

    def why_refused(self, addresses: str) -> str:
        return f"{addresses} is not public, and ONWATCH_CATALOG_WEBHOOK_TARGETS does not allow it"


def host_key(host: str) -> str:
    return host.lower().removesuffix(".")


def _meant(address: Address) -> Address:
    """The address of IPv4 that is within one of IPv6, else the address."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(address.packed[-4:])
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in REFUSED)
