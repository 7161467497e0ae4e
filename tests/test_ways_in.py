"""Who is believed about clients and people, as the operator says it in the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from dashboard.accounts.roles import ROLES
from dashboard.environment import ways_in


@pytest.fixture(autouse=True)
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ways_in.NAMES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def refused(environ: pytest.MonkeyPatch, **variables: str) -> str:
    for name, value in variables.items():
        environ.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as problem:
        ways_in.read()
    assert "\n" not in str(problem.value)
    return str(problem.value)


def test_nobody_is_believed_and_passwords_are_asked_for_unless_said_otherwise() -> None:
    nothing = ways_in.GroupMap({}, {})
    assert ways_in.read() == ways_in.WaysIn([], "", "", nothing, local=True, oidc=None, saml=None)


def test_proxies_are_addresses_and_networks_of_both_kinds(environ: pytest.MonkeyPatch) -> None:
    """Without a mask an entry is one address: Grafana's CVE-2026-33376."""
    environ.setenv("TRUSTED_PROXIES", "10.0.0.5, 192.168.0.0/16,2001:db8::1,fd00::/8")
    assert list(map(str, ways_in.read().trusted_proxies)) == [
        "10.0.0.5/32", "192.168.0.0/16", "2001:db8::1/128", "fd00::/8",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "meant"),
    [("::ffff:10.0.0.5", "10.0.0.5/32"), ("::ffff:10.0.0.0/104", "10.0.0.0/8")],
)
def test_an_ipv4_proxy_may_be_written_as_ipv6_does(
    environ: pytest.MonkeyPatch, given: str, meant: str
) -> None:
    environ.setenv("TRUSTED_PROXIES", given)
    assert list(map(str, ways_in.read().trusted_proxies)) == [meant]


@pytest.mark.parametrize(
    "given",
    [
        "0.0.0.0/0",
        "::/0",
        "10.0.0.5,::0/0",
        "0.0.0.0/0.0.0.0",
        "::ffff:0:0/96",
        "128.0.0.0/1,0.0.0.0/1",
    ],
)
def test_the_whole_world_is_no_proxy(environ: pytest.MonkeyPatch, given: str) -> None:
    assert refused(environ, TRUSTED_PROXIES=given) == (
        "TRUSTED_PROXIES names every address: name only those of your proxies"
    )


@pytest.mark.parametrize(
    "entry", ["*", "proxy.example", "10.0.0", "10.0.0.5/8", "10.0.0.0/33", "10.0.0.5:80", "[::1]"]
)
def test_what_is_no_address_or_network_is_named(environ: pytest.MonkeyPatch, entry: str) -> None:
    said = refused(environ, TRUSTED_PROXIES=f"127.0.0.1,{entry}")
    assert said.startswith(f"TRUSTED_PROXIES: {entry!r} is not an address such as")


def test_a_header_that_names_people_needs_proxies_that_may_send_it(
    environ: pytest.MonkeyPatch,
) -> None:
    assert refused(environ, REMOTE_USER_HEADER="Remote-User").startswith(
        "REMOTE_USER_HEADER needs TRUSTED_PROXIES: set it to"
    )


def test_a_header_of_groups_needs_one_that_names_people(environ: pytest.MonkeyPatch) -> None:
    assert refused(
        environ, REMOTE_GROUPS_HEADER="Remote-Groups", TRUSTED_PROXIES="127.0.0.1"
    ).startswith("REMOTE_GROUPS_HEADER needs REMOTE_USER_HEADER: set it to")


@pytest.mark.parametrize("header", ["Remote_User", "Remote User", "Remote-User:", "Übung", "-"])
def test_what_is_no_header_or_would_never_arrive_is_refused(
    environ: pytest.MonkeyPatch, header: str
) -> None:
    said = refused(environ, REMOTE_USER_HEADER=header, TRUSTED_PROXIES="127.0.0.1")
    assert said.startswith(f"REMOTE_USER_HEADER: {header!r} is not a header's name such as")


def test_groups_give_teams_and_roles_and_may_be_named_with_equals_signs(
    environ: pytest.MonkeyPatch,
) -> None:
    environ.setenv(
        "GROUP_MAP", "sales=team:north; sales = role:exporter;\n\nCN=Chief,OU=x=role:auditor\r\n"
    )
    assert ways_in.read().group_map == ways_in.GroupMap(
        teams={"sales": frozenset({"north"})},
        roles={"sales": frozenset({"exporter"}), "CN=Chief,OU=x": frozenset({"auditor"})},
    )


@pytest.mark.parametrize(
    "entry", ["sales", "sales=north", "=team:north", "sales=team:", "sales=team:a b", "x=user:ana"]
)
def test_a_mistyped_entry_of_the_map_is_named(environ: pytest.MonkeyPatch, entry: str) -> None:
    assert refused(environ, GROUP_MAP=f"a=team:b;{entry}") == (
        f"GROUP_MAP: {entry!r} is not group=team:SLUG or group=role:ROLE"
    )


@pytest.mark.parametrize(
    "entry",
    [
        "sales=team:nonesuch,ops=role:administrator",
        "sales=team:north,south",
        "sales=team:north, ops=team:south",
        "sales=role:auditor ops=role:exporter",
        "cn=sales,ou=g=team:north,cn=ops,ou=g=role:auditor",
        "a=team:b=role:exporter",
    ],
)
def test_entries_of_the_map_that_run_together_are_named(
    environ: pytest.MonkeyPatch, entry: str
) -> None:
    assert refused(environ, GROUP_MAP=entry) == (
        f'GROUP_MAP: {entry!r} is not one entry: entries are separated by ";" or line breaks, not'
        " commas"
    )


def test_a_group_may_have_commas(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("GROUP_MAP", "cn=sales,ou=g=team:north")
    assert ways_in.read().group_map.teams == {"cn=sales,ou=g": frozenset({"north"})}


def test_a_role_that_is_none_is_named_with_those_that_are(environ: pytest.MonkeyPatch) -> None:
    assert refused(environ, GROUP_MAP="sales=role:boss") == (
        "GROUP_MAP: there is no role boss; the roles are exporter, numbers, auditor, administrator"
    )


def test_the_map_knows_every_role() -> None:
    assert set(ways_in.ROLES) == set(ROLES)


OIDC = {
    "OIDC_ISSUER": "https://id.example/realms/a",
    "OIDC_CLIENT_ID": "dashboard",
    "OIDC_CLIENT_SECRET": "hidden-word",
}


def test_a_provider_is_an_address_and_what_it_gave_for_the_dashboard(
    environ: pytest.MonkeyPatch,
) -> None:
    for name, value in OIDC.items():
        environ.setenv(name, value)
    found = ways_in.read().oidc
    assert found and (found.issuer, found.client_id) == (OIDC["OIDC_ISSUER"], "dashboard")
    assert (found.name, found.groups_claim) == ("", "groups")
    assert "hidden-word" not in repr(found)


@pytest.mark.parametrize("missing", OIDC)
def test_half_a_provider_is_refused(environ: pytest.MonkeyPatch, missing: str) -> None:
    given = {name: value for name, value in OIDC.items() if name != missing}
    assert refused(environ, **given).startswith(f"{missing} is not set: ")


@pytest.mark.parametrize(
    "issuer",
    [
        "id.example",
        "http://id.example",
        "https://",
        "https://id.example?a=b",
        "https://id.example/#a",
        f"https://id.example/{'a' * 190}",
    ],
)
def test_an_issuer_that_is_no_safe_address_is_refused(
    environ: pytest.MonkeyPatch, issuer: str
) -> None:
    assert refused(environ, **{**OIDC, "OIDC_ISSUER": issuer}).startswith("OIDC_ISSUER ")


def test_a_provider_on_this_machine_needs_no_tls(environ: pytest.MonkeyPatch) -> None:
    for name, value in {**OIDC, "OIDC_ISSUER": "http://127.0.0.1:9400"}.items():
        environ.setenv(name, value)
    assert ways_in.read().oidc


def test_a_proxy_and_a_provider_that_both_name_people_are_refused(
    environ: pytest.MonkeyPatch,
) -> None:
    proxy = {"REMOTE_USER_HEADER": "Remote-User", "TRUSTED_PROXIES": "127.0.0.1"}
    assert refused(environ, **OIDC, **proxy) == (
        "REMOTE_USER_HEADER names people, and so does the sign-in service of OIDC_ISSUER or"
        " SAML_METADATA_FILE: unset one of them"
    )


METADATA = (Path(__file__).parent / "sso" / "metadata.xml").read_text()


def test_an_identity_provider_is_what_its_metadata_say(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("SAML_METADATA", METADATA)
    found = ways_in.read().saml
    assert found and found.provider["entityId"] == "https://idp.example/metadata"


def test_half_an_identity_provider_is_refused(environ: pytest.MonkeyPatch) -> None:
    said = refused(environ, SAML_ENTITY_ID="https://calls.example")
    assert said.startswith("SAML_METADATA_FILE is not set: ")


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        ("none", "hold no XML"),
        ("<!DOCTYPE a><a/>", "hold no XML"),
        ("<a/>", "name no identity provider"),
        (METADATA.replace("HTTP-Redirect", "HTTP-POST"), "offer no sign-in with the binding"),
        (METADATA.replace("X509Certificate", "X509Nothing"), "hold no certificate that signs"),
    ],
)
def test_metadata_that_are_of_no_use_are_refused(
    environ: pytest.MonkeyPatch, metadata: str, problem: str
) -> None:
    said = refused(environ, SAML_METADATA=metadata)
    assert said.startswith(f"SAML_METADATA_FILE: the metadata {problem}")
