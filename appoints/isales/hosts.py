"""Which hosts may be called, by name and by the address that is connected to.

Otherwise a person who may change a connection could make this server call an address that only
the server can reach, and read the answer (SSRF): a cloud's metadata service gives out keys.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
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
# Addresses of this machine and of networks that are not the internet's.
PRIVATE: tuple[Network, ...] = (
    ip_network("0.0.0.0/8"),
    ip_network("10.0.0.0/8"),
    ip_network("100.64.0.0/10"),
    ip_network("127.0.0.0/8"),
    ip_network("172.16.0.0/12"),
    ip_network("192.0.0.0/24"),
    ip_network("192.168.0.0/16"),
    ip_network("198.18.0.0/15"),
    ip_network("224.0.0.0/3"),
    ip_network("::/127"),
    ip_network("fc00::/7"),
    ip_network("fec0::/10"),
    ip_network("ff00::/8"),
)
NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
IPV4_COMPATIBLE = ip_network("::/96")


@dataclass(frozen=True, slots=True)
class HostPolicy:
    """What may be called besides the hosts that an operator names.

    An address in ``closed`` may be called only where an entry of the hosts lies within.
    ``named_only``: without any entry, no host may be called; else any may that is not closed.
    """

    closed: tuple[Network, ...]
    named_only: bool


ISALES = HostPolicy(CLOSED, named_only=False)
WEBHOOKS = HostPolicy((*CLOSED, *PRIVATE), named_only=True)


def check(hosts: Sequence[str], url: str, policy: HostPolicy = ISALES) -> None:
    """Raise HostRefused where the host of a base URL may not be called now.

    A host that has no address yet may be called: a connection may be stored before its host exists.
    """
    parsed = httpx.URL(url)
    host = parsed.raw_host.decode("ascii")
    try:
        addresses(hosts, host, parsed.port or 443, policy)
    except (OSError, UnicodeError):
        may_be_any = not hosts and not policy.named_only
        if not may_be_any and not any(_network(each) or _matches(each, host) for each in hosts):
            raise _refused() from None


def addresses(hosts: Sequence[str], host: str, port: int, policy: HostPolicy = ISALES) -> list[str]:
    """Return the addresses of a host that may be called.

    ``hosts`` are names, ``*.domain`` or networks; what none at all means, the policy says.
    Raises HostRefused, or OSError where the host has no address.
    """
    # It reads an address in every notation, as a connection would: 0xa9fea9fe, 2852039166.
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    texts = dict.fromkeys(str(each[4][0]) for each in found)
    allowed = [text for text in texts if permitted(hosts, host, text, policy)]
    if not allowed:
        raise _refused()
    return allowed


def permitted(hosts: Sequence[str], host: str, address: str, policy: HostPolicy = ISALES) -> bool:
    """Tell whether a host may be called at an address."""
    known = _with_embedded(ip_address(address))
    networks = [network for network in map(_network, hosts) if network]
    closed = [each for each in policy.closed if any(one in each for one in known)]
    if closed:
        networks = [each for each in networks if _is_within(each, policy.closed)]
    if any(each in network for each in known for network in networks):
        return True
    may_be_any = not hosts and not policy.named_only
    return not closed and (may_be_any or any(_matches(entry, host) for entry in hosts))


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


def _is_within(network: Network, others: Sequence[Network]) -> bool:
    return any(
        network.version == each.version
        and network.network_address in each
        and network.broadcast_address in each
        for each in others
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
