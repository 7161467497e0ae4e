"""Networks of IP addresses, as people write them."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


def network(text: str) -> str:
    """Return an address or a network with its mask in the usual form. Raises ValueError."""
    return str(ip_network(text.strip()))


def holds(networks: Iterable[str], address: str) -> bool:
    """Tell whether an address lies in one of the networks."""
    found = _plain(address)
    return any(found in ip_network(each) for each in networks)


def _plain(address: str) -> IPv4Address | IPv6Address:
    """Return an address; of IPv4 within IPv6, the IPv4 one."""
    found = ip_address(address)
    return getattr(found, "ipv4_mapped", None) or found
