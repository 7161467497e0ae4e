"""Which hosts may be called: by name, and by the address that is really connected to.

Whoever may change a connection could else have this server call what only it can reach, and read
the answer: a cloud's metadata hold its keys.
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
COMPATIBLE = ip_network("::/96")


def check(hosts: Sequence[str], url: str) -> None:
    """Raise HostRefused where the host of a base URL may not be called now.

    A host without an address may be called: who stores a connection may do so before it is there.
    """
    parsed = httpx.URL(url)
    host = parsed.raw_host.decode("ascii")
    try:
        addresses(hosts, host, parsed.port or 443)
    except (OSError, UnicodeError):
        if hosts and not any(_network(entry) or _names(entry, host) for entry in hosts):
            raise _refused() from None


def addresses(hosts: Sequence[str], host: str, port: int) -> list[str]:
    """Return the addresses of a host that may be called.

    ``hosts`` are names, ``*.domain`` or networks; none at all means any but those of CLOSED.
    Raises HostRefused, or OSError where the host has no address.
    """
    # It reads every way to write an address, as the connection would: 0xa9fea9fe, 2852039166.
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    texts = dict.fromkeys(str(each[4][0]) for each in found)
    open_to_us = [text for text in texts if permitted(hosts, host, text)]
    if not open_to_us:
        raise _refused()
    return open_to_us


def permitted(hosts: Sequence[str], host: str, address: str) -> bool:
    """Tell whether a host may be called at an address."""
    known = _readings(ip_address(address))
    networks = [network for network in map(_network, hosts) if network]
    closed = any(each in network for each in known for network in CLOSED)
    if closed:
        networks = [network for network in networks if _within_closed(network)]
    if any(each in network for each in known for network in networks):
        return True
    return not closed and (not hosts or any(_names(entry, host) for entry in hosts))


def _refused() -> HostRefused:
    return HostRefused(gettext_noop("this host may not be called"))


def _names(entry: str, host: str) -> bool:
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


def _readings(address: Address) -> list[Address]:
    """Return an address, and the IPv4 one that it stands for."""
    if isinstance(address, IPv4Address):
        return [address]
    carried = address.ipv4_mapped or address.sixtofour
    if carried is None and address.teredo:
        carried = address.teredo[1]
    if carried is None and any(address in network for network in (*NAT64, COMPATIBLE)):
        carried = IPv4Address(int(address) & 0xFFFFFFFF)
    return [address, carried] if carried else [address]
