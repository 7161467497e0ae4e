"""People sign in with OpenID Connect, and nobody else does."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import time
from datetime import timedelta
from typing import Any, NoReturn
from urllib.parse import quote

import jwt
import pytest
import requests
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from dashboard.accounts import retention
from dashboard.accounts.models import Session, User
from dashboard.accounts.sso import people
from dashboard.accounts.sso.identity import Identity
from dashboard.audit.models import Event
from dashboard.environment.single_sign_on import OpenIdConnect
from dashboard.environment.ways_in import GroupMap
from tests.factories import PASSWORD, administrator, browser_of, person, team_called
from tests.screen import Screen, form_of, text_of
from tests.sso.provider import (
    ISSUER,
    Provider,
    address_of,
    begin,
    claims_of,
    come_back,
    parameters,
    sign_in,
)

PAGE = "/accounts/preferences/"
LINK = "/appoints/?state=due&agent=101%2C102&q=a%20b&tz=Asia/Tokyo"


@pytest.fixture
def ana(provider: Provider) -> str:
    return provider.person("7", preferred_username="ana", email="ana@example.org", groups=[])


@pytest.fixture
def mapped(settings: Settings) -> Settings:
    settings.GROUP_MAP = GroupMap(
        teams={"sales": frozenset({"north"})}, roles={"sales": frozenset({"exporter"})}
    )
    for name in ("North", "South"):
        team_called(name)
    return settings


def is_signed_in(browser: Client) -> bool:
    return SESSION_KEY in browser.session


def causes() -> list[Any]:
    failed = Event.objects.filter(action="sign-in failed").order_by("pk")
    return [each.details["reason"] for each in failed]


def is_refused(response: HttpResponse, words: str, status: int = 403) -> bool:
    """Whether a page says so, and leads back to all ways in."""
    [link] = Screen(response).links("main a.btn")
    assert link.partition("?")[0] == "/accounts/login/"
    return response.status_code == status and words in text_of(response)


# Who comes in


def test_who_is_new_is_created_without_a_password_and_any_right(
    client: Client, provider: Provider
) -> None:
    provider.person(
        "7", preferred_username="ana", email="ana@example.org", given_name="Ana", family_name="Ng"
    )
    assert sign_in(client, provider, "7")["Location"] == "/"
    ana = User.objects.get()
    assert (ana.username, ana.email, ana.get_full_name()) == ("ana", "ana@example.org", "Ana Ng")
    assert not ana.has_usable_password()
    assert not (ana.is_staff or ana.is_superuser or ana.teams.exists() or ana.groups.exists())
    assert client.get(PAGE).status_code == 200


def test_the_same_subject_is_the_same_person_whatever_the_provider_calls_them(
    client: Client, provider: Provider, ana: str
) -> None:
    sign_in(client, provider, ana)
    provider.person(ana, preferred_username="ben", email="ben@example.org")
    sign_in(Client(), provider, ana)
    assert User.objects.get().username == "ana"


def test_another_subject_of_the_same_name_is_not_let_in(
    client: Client, provider: Provider, ana: str
) -> None:
    sign_in(Client(), provider, ana)
    provider.person("8", preferred_username="Ana")
    response = sign_in(client, provider, "8")
    assert is_refused(response, "An account of your name exists here, and is not linked")
    assert causes() == ["taken; the subject is 8"]
    assert not is_signed_in(client)


def test_nobody_gets_an_account_by_its_name(client: Client, provider: Provider, ana: str) -> None:
    administrator("ana")
    assert is_refused(sign_in(client, provider, ana), "exists here, and is not linked")
    assert not is_signed_in(client)


def test_nobody_gets_an_account_by_its_mail_address(
    client: Client, provider: Provider, ana: str
) -> None:
    chief = administrator("chief", email="ana@example.org")
    sign_in(client, provider, ana)
    assert client.session[SESSION_KEY] != str(chief.pk)


def test_the_same_subject_of_another_issuer_is_another_person(
    client: Client, provider: Provider, ana: str
) -> None:
    SocialAccount.objects.create(user=person("ben"), provider="https://old.example", uid=ana)
    sign_in(client, provider, ana)
    assert User.objects.get(pk=client.session[SESSION_KEY]).username == "ana"


def test_two_first_sign_ins_at_once_make_one_person(
    provider: Provider, ana: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, first = people._known, Client()

    def meanwhile(identity: Identity) -> User | None:
        monkeypatch.setattr(people, "_known", found)
        sign_in(first, provider, ana)
        return None

    monkeypatch.setattr(people, "_known", meanwhile)
    second = Client()
    sign_in(second, provider, ana)
    assert first.session[SESSION_KEY] == second.session[SESSION_KEY]


def test_a_superuser_links_an_account_that_was_there_before(
    client: Client, provider: Provider, ana: str
) -> None:
    there = person("ana")
    admin = Client()
    admin.force_login(administrator())
    address = f"/admin/accounts/user/{there.pk}/change/"
    form = form_of(admin.get(address))
    link = {"provider": ISSUER, "uid": ana}
    form |= {f"socialaccount_set-0-{name}": value for name, value in link.items()}
    form["socialaccount_set-TOTAL_FORMS"] = "1"
    assert admin.post(address, form).status_code == 302
    sign_in(client, provider, ana)
    assert client.session[SESSION_KEY] == str(there.pk)
    assert Event.objects.filter(kind="socialaccount", action="create", name="ana").exists()


def test_an_administrator_links_nobody(provider: Provider, ana: str) -> None:
    boss = person("boss")
    boss.groups.add(Group.objects.get(name="administrator"))
    page = browser_of(boss).get(f"/admin/accounts/user/{person('ben').pk}/change/")
    assert page.status_code == 200
    assert not Screen(page).all("[name^=socialaccount_set]")


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "ana b", "email": "ana@example.org"}, "ana@example.org"),
        ({"preferred_username": ["ana"], "email": "\x00"}, "7"),
        ({"preferred_username": "\uff41na"}, "7"),
    ],
)
def test_a_name_that_no_account_can_have_gives_way_to_the_next(
    client: Client, provider: Provider, claims: dict[str, Any], name: str
) -> None:
    sign_in(client, provider, provider.person("7", **claims))
    assert User.objects.get().username == name


def test_a_subject_that_cannot_be_kept_is_refused(client: Client, provider: Provider) -> None:
    subject = provider.person("7" * 192, preferred_username="ana")
    assert is_refused(sign_in(client, provider, subject), "in a way that no account here can have")
    assert not User.objects.exists()


def test_who_is_inactive_stays_out_and_is_told_so(
    client: Client, provider: Provider, ana: str
) -> None:
    sign_in(Client(), provider, ana)
    User.objects.update(is_active=False)
    assert is_refused(sign_in(client, provider, ana), "Your account here is closed")
    assert not is_signed_in(client)


def test_no_password_opens_an_account_that_the_provider_vouches_for(
    client: Client, provider: Provider, ana: str
) -> None:
    sign_in(client, provider, ana)
    data = {"username": "ana", "password": ""}
    assert Client().post("/accounts/login/", data).status_code == 200


def test_a_sign_in_and_a_first_one_are_in_the_log(
    client: Client, provider: Provider, ana: str
) -> None:
    sign_in(client, provider, ana)
    told = Event.objects.order_by("pk").values_list("action", "kind", "name", "actor")
    assert list(told) == [
        ("create", "user", "ana", ""), ("create", "socialaccount", "ana", ""),
        ("sign-in", "", "", "ana"),
    ]  # fmt: skip


# Groups


def held() -> list[str]:
    ana = User.objects.get(username="ana")
    return sorted([*(team.slug for team in ana.teams.all()), *map(str, ana.groups.all())])


def test_groups_give_teams_and_roles_and_take_them_away_at_the_next_sign_in(
    client: Client, provider: Provider, ana: str, mapped: Settings
) -> None:
    provider.person(ana, preferred_username="ana", groups=["sales", "other"])
    sign_in(client, provider, ana)
    assert held() == ["exporter", "north"]
    User.objects.get().groups.add(Group.objects.get(name="auditor"))
    provider.person(ana, preferred_username="ana", groups=["other"])
    sign_in(Client(), provider, ana)
    assert held() == ["auditor"]


def test_groups_stand_where_the_operator_says(
    client: Client, provider: Provider, ana: str, mapped: Settings
) -> None:
    mapped.OIDC = type(mapped.OIDC)(ISSUER, "dashboard", "word", groups_claim="memberOf")
    provider.person(ana, preferred_username="ana", memberOf="sales")
    sign_in(client, provider, ana)
    assert held() == ["exporter", "north"]


def test_the_id_token_is_enough_where_nothing_more_can_be_asked(
    client: Client, provider: Provider, ana: str, mapped: Settings
) -> None:
    provider.changes["openid-configuration"] = lambda answer: {**answer, "userinfo_endpoint": None}
    provider.say(preferred_username="ana", groups=["sales"])
    sign_in(client, provider, ana)
    assert held() == ["exporter", "north"]


@pytest.mark.parametrize("claims", [{}, {"groups": None}, {"groups": [7]}, {"groups": {"a": "b"}}])
def test_a_missing_claim_is_no_empty_one(
    client: Client, provider: Provider, mapped: Settings, claims: dict[str, Any]
) -> None:
    provider.person("7", preferred_username="ana", **claims)
    response = sign_in(client, provider, "7")
    assert is_refused(response, "does not say which groups you are in")
    assert not User.objects.filter(username="ana").exists()


@pytest.mark.parametrize(
    "claims", [{"_claim_names": {"groups": "src1"}}, {"hasgroups": True, "groups": []}]
)
def test_more_groups_than_the_provider_tells_of_are_not_none(
    client: Client, provider: Provider, ana: str, mapped: Settings, claims: dict[str, Any]
) -> None:
    provider.person(ana, preferred_username="ana", groups=["sales"])
    sign_in(Client(), provider, ana)
    provider.person(ana, preferred_username="ana", **claims)
    assert is_refused(sign_in(client, provider, ana), "more groups than the sign-in service tells")
    assert held() == ["exporter", "north"]


def test_no_claim_is_needed_where_groups_give_nothing(
    client: Client, provider: Provider, mapped: Settings
) -> None:
    provider.person("7", preferred_username="ana", groups=["sales"])
    sign_in(Client(), provider, "7")
    mapped.GROUP_MAP = GroupMap({}, {})
    provider.person("7", preferred_username="ana")
    sign_in(client, provider, "7")
    assert is_signed_in(client)
    assert held() == []


# What the provider answers


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ({"exp": 1_000_000_000}, "expired"),
        ({"nbf": 4_000_000_000}, "not valid yet"),
        ({"aud": "another"}, "wrong audience"),
        ({"aud": ["dashboard", "another"], "azp": "another"}, "wrong audience"),
        ({"iss": "https://evil.example"}, "wrong issuer"),
        ({"nonce": "another"}, "wrong nonce"),
        ({"nonce": None}, "wrong nonce"),
        ({"exp": None}, "ID token not valid"),
        ({"sub": None}, "ID token not valid"),
        ({"sub": "8"}, "user info of another person"),
    ],
)
def test_claims_that_are_not_for_this_sign_in_are_refused(
    client: Client, provider: Provider, ana: str, said: dict[str, Any], cause: str
) -> None:
    provider.say(**said)
    response = sign_in(client, provider, ana)
    assert is_refused(response, "The answer of the sign-in service is not valid")
    assert causes() == [cause]
    assert not User.objects.exists()


def test_a_clock_that_is_a_little_ahead_keeps_nobody_out(
    client: Client, provider: Provider, ana: str
) -> None:
    provider.say(iat=int(time.time()) + 30)
    sign_in(client, provider, ana)
    assert is_signed_in(client)


def unsigned(id_token: str) -> str:
    return jwt.encode(claims_of(id_token), None, "none")


def signed_with_the_secret(id_token: str) -> str:
    return jwt.encode(claims_of(id_token), "word-of-the-dashboard" * 2, "HS256")


def with_another_signature(id_token: str) -> str:
    before, _dot, signature = id_token.rpartition(".")
    return f"{before}.{signature[::-1]}"


def with_another_key(id_token: str) -> str:
    _head, _dot, rest = id_token.partition(".")
    other = base64.urlsafe_b64encode(b'{"alg": "RS256", "kid": "other"}').decode().rstrip("=")
    return f"{other}.{rest}"


@pytest.mark.parametrize(
    "forge", [unsigned, signed_with_the_secret, with_another_signature, with_another_key]
)
def test_what_the_provider_has_not_signed_is_refused(
    client: Client, provider: Provider, ana: str, forge: Any
) -> None:
    provider.changes["token"] = lambda answer: {**answer, "id_token": forge(answer["id_token"])}
    response = sign_in(client, provider, ana)
    assert is_refused(response, "The answer of the sign-in service is not valid")
    assert not is_signed_in(client)
    assert len(causes()) == 1


def test_an_answer_is_good_once(client: Client, provider: Provider, ana: str) -> None:
    address = provider.allow(begin(client), ana)
    come_back(client, address)
    client.post("/accounts/logout/")
    assert is_refused(come_back(client, address), "was used already")
    assert causes() == ["unknown state"]
    assert not is_signed_in(client)


def test_an_answer_is_good_in_its_own_browser_alone(
    client: Client, provider: Provider, ana: str
) -> None:
    response = come_back(client, provider.allow(begin(Client()), ana))
    assert is_refused(response, "This sign-in was begun elsewhere")
    assert not is_signed_in(client)


@pytest.mark.parametrize("state", ["&state=another", "", "&state="])
def test_a_changed_state_is_refused(client: Client, provider: Provider, state: str) -> None:
    begin(client)
    assert is_refused(
        client.get(f"/accounts/oidc/callback/?code=7{state}"), "This sign-in was begun elsewhere"
    )


def test_an_answer_that_comes_late_is_refused(client: Client, provider: Provider, ana: str) -> None:
    address = provider.allow(begin(client), ana)
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert is_refused(come_back(client, address), "took more than ten minutes")


def test_a_code_that_the_provider_refuses_is_refused(client: Client, provider: Provider) -> None:
    state = parameters(begin(client))["state"]
    response = client.get(f"/accounts/oidc/callback/?code=stolen&state={state}")
    assert is_refused(response, "The answer of the sign-in service is not valid")
    assert causes() == ["invalid_grant"]


@pytest.mark.parametrize(
    ("query", "words", "cause"),
    [
        ("error=access_denied", "The sign-in was cancelled", "error: access_denied"),
        ("error=server_error&error_description=x", "is not valid", "error: server_error"),
        ("code=7&iss=https://evil.example", "is not valid", "wrong issuer"),
        ("", "is not valid", "no code"),
    ],
)
def test_what_the_provider_tells_instead_of_a_code_is_said(
    client: Client, provider: Provider, query: str, words: str, cause: str
) -> None:
    state = parameters(begin(client, LINK))["state"]
    response = client.get(f"/accounts/oidc/callback/?{query}&state={state}")
    assert is_refused(response, words)
    assert causes() == [cause]
    [again] = Screen(response).links("main a.btn")
    assert again == f"/accounts/login/?next={quote(LINK, safe='')}"


# A provider that is down, or talks nonsense


def down(_answer: Any) -> Any:
    raise requests.ConnectionError("could not connect")


def slow(_answer: Any) -> Any:
    raise requests.Timeout("slow")


@pytest.mark.parametrize(
    ("path", "silence"),
    [("openid-configuration", down), ("token", slow), ("jwks", down), ("userinfo", slow)],
)
def test_a_provider_that_does_not_answer_is_told_in_words(
    client: Client, provider: Provider, ana: str, path: str, silence: Any
) -> None:
    address = "" if path == "openid-configuration" else provider.allow(begin(client), ana)
    provider.changes[path] = silence
    response = come_back(client, address) if address else client.post("/accounts/oidc/")
    assert is_refused(response, "The sign-in service does not answer", 503)
    assert causes() == [{down: "ConnectionError", slow: "Timeout"}[silence]]
    assert Screen(client.get("/accounts/login/")).all("input[type=password]")


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), "certificate verify failed"),
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (None, "ConnectionError"),
    ],
)
def test_why_a_provider_does_not_answer_is_in_the_servers_log(
    client: Client,
    provider: Provider,
    caplog: pytest.LogCaptureFixture,
    cause: OSError | None,
    words: str,
) -> None:
    asked = requests.Request("GET", "https://u:pw@id.example:8443/keys?token=secret").prepare()

    def silent(_answer: Any) -> NoReturn:
        raise requests.ConnectionError("max retries: /keys?token=secret", request=asked) from cause

    provider.changes["openid-configuration"] = silent
    client.post("/accounts/oidc/")
    assert lines_of(caplog) == [f"OIDC: asking https://id.example:8443/keys failed: {words}"]


def test_a_provider_that_refuses_connections_is_in_the_servers_log(
    client: Client, db: None, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OIDC = OpenIdConnect("http://127.0.0.1:1/a", "dashboard", "word")
    client.post("/accounts/oidc/")
    address = "http://127.0.0.1:1/a/.well-known/openid-configuration"
    assert lines_of(caplog) == [f"OIDC: asking {address} failed: Connection refused"]


def lines_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the server's log says of the provider."""
    name = "dashboard.accounts.sso.oidc"
    return [each.getMessage() for each in caplog.records if each.name == name]


@pytest.mark.parametrize("path", ["openid-configuration", "token", "jwks", "userinfo"])
@pytest.mark.parametrize("answer", [{}, None, {"issuer": ISSUER, "keys": [{}], "id_token": 7}])
def test_nonsense_is_told_in_words(
    client: Client, provider: Provider, ana: str, path: str, answer: Any
) -> None:
    address = "" if path == "openid-configuration" else provider.allow(begin(client), ana)
    provider.changes[path] = lambda _answer: answer
    response = come_back(client, address) if address else client.post("/accounts/oidc/")
    assert response.status_code in (403, 502)
    assert is_refused(response, "The answer of the sign-in service is not valid") or is_refused(
        response, "gave an answer that makes no sense", 502
    )
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://id.example/authorize"},
        {"token_endpoint": "http://id.example/token"},
    ],
)
def test_metadata_that_would_lead_people_elsewhere_is_refused(
    client: Client, provider: Provider, change: dict[str, str]
) -> None:
    provider.changes["openid-configuration"] = lambda answer: {**answer, **change}
    assert is_refused(client.post("/accounts/oidc/"), "gave an answer that makes no sense", 502)


def test_an_error_of_the_provider_is_told_in_words(
    client: Client, provider: Provider, settings: Settings
) -> None:
    settings.OIDC = type(settings.OIDC)(f"{ISSUER}/nobody", "dashboard", "word")
    assert is_refused(client.post("/accounts/oidc/"), "gave an answer that makes no sense", 502)
    assert causes() == ["status 404"]


def test_strangers_who_only_begin_do_not_call_the_provider_each_time(
    provider: Provider, db: None
) -> None:
    for _ in range(3):
        begin(Client())
    assert len(provider.asked) == 1


# What leads where


def test_the_sign_in_page_offers_the_provider_by_its_name(client: Client, db: None) -> None:
    page = Screen(client.get(f"/accounts/login/?next={LINK.replace('&', '%26')}"))
    [button] = page.texts("form[action='/accounts/oidc/'] button")
    assert button == "Sign in with Example ID"
    [link] = page.values("form[action='/accounts/oidc/'] [name=next]", "value")
    assert link == LINK.replace("%2C", ",").replace("%20", " ")


def test_the_whole_link_opens_after_the_sign_in(
    client: Client, provider: Provider, ana: str
) -> None:
    assert sign_in(client, provider, ana, LINK)["Location"] == LINK


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_nobody_is_led_to_another_site(
    client: Client, provider: Provider, ana: str, address: str
) -> None:
    assert sign_in(client, provider, ana, address)["Location"] == "/"


def test_a_sign_in_begins_by_a_form_with_its_token_alone(db: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.get("/accounts/oidc/").status_code == 405
    assert browser.post("/accounts/oidc/").status_code == 403


def test_a_page_of_ours_leads_on_for_a_form_may_not(client: Client, provider: Provider) -> None:
    page = client.post("/accounts/oidc/")
    assert "form-action 'self'" in page["Content-Security-Policy"]
    assert address_of(page).startswith(f"{ISSUER}/oauth2/authorize?")


def test_each_sign_in_has_its_own_state_nonce_and_verifier(
    client: Client, provider: Provider, ana: str
) -> None:
    first, second = begin(client), begin(client)
    for name in ("state", "nonce", "code_challenge"):
        assert len(parameters(first)[name]) >= 16
        assert parameters(first)[name] != parameters(second)[name]
    assert parameters(first)["code_challenge_method"] == "S256"
    come_back(client, provider.allow(first, ana))
    [sent] = [each for each in provider.asked if each.url and each.url.endswith("/token")]
    verifier = parameters(f"?{sent.body}")["code_verifier"]
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode()
    assert hashed.rstrip("=") == parameters(first)["code_challenge"]


def test_groups_are_asked_for_where_the_provider_has_a_scope_of_them(
    client: Client, provider: Provider
) -> None:
    assert set(parameters(begin(client))["scope"].split()) == {"openid", "profile", "email"}
    cache.clear()
    provider.changes["openid-configuration"] = lambda answer: {
        **answer,
        "scopes_supported": ["openid", "groups"],
    }
    assert "groups" in parameters(begin(client))["scope"].split()


# Signing out, and how long a session lasts


def test_signing_out_ends_the_session_here_and_leads_to_the_providers_sign_out(
    client: Client, provider: Provider, ana: str
) -> None:
    sign_in(client, provider, ana)
    address = address_of(client.post("/accounts/logout/"))
    assert address.startswith(f"{ISSUER}/oauth2/end_session?")
    asked = parameters(address)
    assert claims_of(asked["id_token_hint"])["sub"] == ana
    assert asked["post_logout_redirect_uri"] == "http://testserver/accounts/login/"
    assert asked["client_id"] == "dashboard"
    assert not is_signed_in(client)


@pytest.mark.parametrize("offered", [None, "", "javascript:alert(1)", 7])
def test_signing_out_stays_here_where_the_provider_offers_nothing(
    client: Client, provider: Provider, ana: str, offered: Any
) -> None:
    provider.changes["openid-configuration"] = lambda answer: {
        **answer,
        "end_session_endpoint": offered,
    }
    sign_in(client, provider, ana)
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"


def test_a_session_ends_after_half_a_day_however_much_it_is_used(
    client: Client, provider: Provider, ana: str
) -> None:
    sign_in(client, provider, ana)
    for hours, status in ((7, 200), (11.9, 200), (12.1, 302)):
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            assert client.get(PAGE).status_code == status


def test_a_session_ends_with_the_setting(
    client: Client, provider: Provider, ana: str, settings: Settings
) -> None:
    sign_in(client, provider, ana)
    ways = settings.AUTHENTICATION_BACKENDS
    settings.AUTHENTICATION_BACKENDS = [way for way in ways if "OpenId" not in way]
    assert client.get(PAGE).status_code == 302


def test_a_try_is_forgotten_soon_and_shortens_no_other_sign_in(
    client: Client, provider: Provider
) -> None:
    person("ben")
    begin(client)
    assert client.session.get_expiry_age() <= 600
    client.post("/accounts/login/", {"username": "ben", "password": PASSWORD})
    assert client.session.get_expiry_age() > 600


def test_tries_of_strangers_do_not_fill_the_database(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST_STRANGERS", 3)
    for _ in range(6):
        begin(Client())
    assert Session.objects.count() <= 4


# What remains of a sign-in


def test_no_secret_is_in_the_log_or_the_database(
    client: Client, provider: Provider, ana: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    address = provider.allow(begin(client), ana)
    come_back(client, address)
    come_back(client, address)
    state = parameters(begin(client))["state"]
    client.get(f"/accounts/oidc/callback/?code=stolen-code&state={state}")
    kept = repr([*Event.objects.values(), *SocialAccount.objects.values()])
    for secret in ("word-of-the-dashboard", parameters(address)["code"], "stolen-code"):
        assert secret not in kept + caplog.text


# Without passwords of our own


def test_only_the_provider_is_offered_where_local_passwords_are_off(
    client: Client, provider: Provider, ana: str, settings: Settings
) -> None:
    settings.LOCAL_SIGN_IN = False
    page = Screen(client.get("/accounts/login/"))
    assert page.all("form[action='/accounts/oidc/']") and not page.all("input[type=password]")
    assert "portal" not in page.text
    person("ben")
    data = {"username": "ben", "password": PASSWORD}
    assert client.post("/accounts/login/", data).status_code == 403
    sign_in(client, provider, ana)
    assert is_signed_in(client)


def test_a_superuser_comes_in_by_a_password_while_the_provider_is_down(
    client: Client, provider: Provider, settings: Settings
) -> None:
    settings.LOCAL_SIGN_IN = False
    provider.changes["openid-configuration"] = down
    administrator("root")
    data = {"username": "root", "password": PASSWORD}
    assert client.post("/admin/login/", data)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
