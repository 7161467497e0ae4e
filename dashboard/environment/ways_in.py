"""Who is believed about a client and a person, and what a person's groups give them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from django.core.exceptions import ImproperlyConfigured

from dashboard.environment import single_sign_on
from dashboard.environment.single_sign_on import OpenIdConnect, Saml
from dashboard.environment.variables import flag_of, list_of, value_of

Network = IPv4Network | IPv6Network

NAMES = (
    "TRUSTED_PROXIES", "REMOTE_USER_HEADER", "REMOTE_GROUPS_HEADER", "GROUP_MAP", "LOCAL_SIGN_IN",
    *single_sign_on.NAMES,
)  # fmt: skip
ROLES = ("exporter", "numbers", "auditor", "administrator")
# gunicorn drops headers with an underscore, which WSGI would take for the one with a dash.
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
TARGET = re.compile(r"(?P<kind>team|role):(?P<name>[-\w]+)")
GIVEN = re.compile(r"=\s*(?:team|role):")
MAPPED = 96  # bits of ::ffff:0:0/96, the IPv4 addresses as IPv6 writes them


@dataclass(frozen=True, slots=True)
class GroupMap:
    """The teams, by short name, and the roles that each group gives."""

    teams: Mapping[str, frozenset[str]]
    roles: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class WaysIn:
    """How people sign in; a header is named as WSGI names it, or empty."""

    trusted_proxies: list[Network]
    user_header: str
    groups_header: str
    group_map: GroupMap
    local: bool
    oidc: OpenIdConnect | None
    saml: Saml | None


def read() -> WaysIn:
    """Read the variables; ImproperlyConfigured names the first thing that is wrong."""
    proxies = _proxies("TRUSTED_PROXIES")
    user, groups = _header("REMOTE_USER_HEADER"), _header("REMOTE_GROUPS_HEADER")
    if user and not proxies:
        raise ImproperlyConfigured(
            "REMOTE_USER_HEADER needs TRUSTED_PROXIES: set it to the addresses of the proxies that"
            " may name a person, such as 127.0.0.1"
        )
    if groups and not user:
        raise ImproperlyConfigured(
            "REMOTE_GROUPS_HEADER needs REMOTE_USER_HEADER: set it to the header that names the"
            " person, such as Remote-User"
        )
    local = flag_of("LOCAL_SIGN_IN", default=True)
    services = single_sign_on.openid_connect(), single_sign_on.saml()
    if user and any(services):
        # Two people may have the same name, and one would get the account of the other.
        raise ImproperlyConfigured(
            "REMOTE_USER_HEADER names people, and so does the sign-in service of OIDC_ISSUER or"
            " SAML_METADATA_FILE: unset one of them"
        )
    return WaysIn(proxies, user, groups, _group_map("GROUP_MAP"), local, *services)


def _proxies(name: str) -> list[Network]:
    networks = [_network(name, entry) for entry in list_of(name)]
    # Several may make up the whole together.
    whole: list[Network] = [
        *collapse_addresses(each for each in networks if isinstance(each, IPv4Network)),
        *collapse_addresses(each for each in networks if isinstance(each, IPv6Network)),
    ]
    if any(each.prefixlen == 0 for each in whole):
        raise ImproperlyConfigured(f"{name} names every address: name only those of your proxies")
    return networks


def _network(name: str, entry: str) -> Network:
    """Return a network; an address without a mask is a network of one."""
    try:
        network = ip_network(entry)
    except ValueError:
        raise ImproperlyConfigured(
            f"{name}: {entry!r} is not an address such as 10.0.0.5 or a network such as 10.0.0.0/24"
        ) from None
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    return ip_network((mapped, network.prefixlen - MAPPED)) if mapped else network


def _header(name: str) -> str:
    header = value_of(name)
    if header and not HEADER.fullmatch(header):
        raise ImproperlyConfigured(
            f"{name}: {header!r} is not a header's name such as Remote-User: letters, digits and -"
        )
    return f"HTTP_{header.upper().replace('-', '_')}" if header else ""


def _group_map(name: str) -> GroupMap:
    given: dict[str, dict[str, set[str]]] = {"team": {}, "role": {}}
    for group, kind, target in _entries(name):
        given[kind].setdefault(group, set()).add(target)
    teams, roles = (
        {group: frozenset(names) for group, names in given[kind].items()}
        for kind in ("team", "role")
    )
    return GroupMap(teams, roles)


def _entries(name: str) -> Iterator[tuple[str, str, str]]:
    """Yield a group, what it gives and the name of that. A group may contain "="."""
    for entry in filter(None, map(str.strip, re.split(r"[;\r\n]", value_of(name)))):
        _group, *targets = GIVEN.split(entry)
        if len(targets) > 1 or "," in "".join(targets):
            raise ImproperlyConfigured(
                f'{name}: {entry!r} is not one entry: entries are separated by ";" or line breaks,'
                " not commas"
            )
        group, _equals, target = entry.rpartition("=")
        found = TARGET.fullmatch(target.strip())
        if not (group.strip() and found):
            raise ImproperlyConfigured(
                f"{name}: {entry!r} is not group=team:SLUG or group=role:ROLE"
            )
        if found["kind"] == "role" and found["name"] not in ROLES:
            raise ImproperlyConfigured(
                f"{name}: there is no role {found['name']}; the roles are {', '.join(ROLES)}"
            )
        yield group.strip(), found["kind"], found["name"]
