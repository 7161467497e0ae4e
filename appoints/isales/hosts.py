"""Which hosts may be called, by name and by the address that is connected to.

Otherwise a person who may change a connection could make this server call an address that only
the server can reach, and read the answer (SSRF): a cloud's metadata service gives out keys.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

import httpx

from .codes import gettext_noop
from .errors import HostRefused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Called only where an entry of the hosts lies within: link-local, and clouds' metadata.
CLOSED: tuple[Network, ...] = (
    ip_network("169.254.0.0/16"),
    ip_network("fe80::/10"),
    ip_network("fd00:ec2::/32"),  # AWS
    ip_network("fd20:ce::254"),  # Google
    ip_network("fd00:42::42"),  # Scaleway
    ip_network("100.100.100.200"),  # Alibaba
    ip_network("168.63.129.16"),  # Azure
    ip_network("192.0.0.192"),  # Oracle
)
NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
IPV4_COMPATIBLE = ip_network("::/96")


def check(hosts: Sequence[str], url: str) -> None:
    """Raise HostRefused where the host of a base URL may not be called now.

    A host that has no address yet may be called: a connection may be stored before its host exists.
    """
    parsed = httpx.URL(url)
    host = parsed.raw_host.decode("ascii")
    try:
        addresses(hosts, host, parsed.port or 443)
    except (OSError, UnicodeError):
        if hosts and not any(_network(entry) or _matches(entry, host) for entry in hosts):
            raise _refused() from None


def addresses(hosts: Sequence[str], host: str, port: int) -> list[str]:
    """Return the addresses of a host that may be called.

    ``hosts`` are names, ``*.domain`` or networks; none at all means any but those of CLOSED.
    Raises HostRefused, or OSError where the host has no address.
    """
    # It reads an address in every notation, as a connection would: 0xa9fea9fe, 2852039166.
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    texts = dict.fromkeys(str(each[4][0]) for each in found)
    allowed = [text for text in texts if permitted(hosts, host, text)]
    if not allowed:
        raise _refused()
    return allowed


def permitted(hosts: Sequence[str], host: str, address: str) -> bool:
    """Tell whether a host may be called at an address."""
    known = _with_embedded(ip_address(address))
    networks = [network for network in map(_network, hosts) if network]
    closed = any(each in network for each in known for network in CLOSED)
    if closed:
        networks = [network for network in networks if _within_closed(network)]
    if any(each in network for each in known for network in networks):
        return True
    return not closed and (not hosts or any(_matches(entry, host) for entry in hosts))


def _refused() -> HostRefused:
    return HostRefused(gettext_noop("this host may not be called"))


def _matches(entry: str, host: str) -> bool:
    entry, host = entry.lower().rstrip("."), host.lower().rstrip(".")
    return host.endswith(entry[1:]) if entry.startswith("*.") else host == entry


def _network(entry: str) -> Network | None:
    try:
        return ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return None


def _within_closed(network: Network) -> bool:
    return any(
        network.version == each.version
        and network.network_address in each
        and network.broadcast_address in each
        for each in CLOSED
    )


def _with_embedded(address: Address) -> list[Address]:
    """Return an address, and the IPv4 address that it embeds."""
    if isinstance(address, IPv4Address):
        return [address]
    embedded = address.ipv4_mapped or address.sixtofour
    if embedded is None and address.teredo:
        embedded = address.teredo[1]
    if embedded is None and any(address in network for network in (*NAT64, IPV4_COMPATIBLE)):
        embedded = IPv4Address(int(address) & 0xFFFFFFFF)
    return [address, embedded] if embedded else [address]
