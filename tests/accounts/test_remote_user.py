"""A proxy names the person on each request; nobody else can."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, assume, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from dashboard.accounts.models import User
from dashboard.audit.models import Event
from tests.factories import PASSWORD, administrator, connection_to, person
from tests.screen import Screen, text_of

PROXY, STRANGER = "10.0.0.5", "203.0.113.7"
PAGE = "/accounts/preferences/"
TEXTS = st.text(st.characters(codec="utf-8"), max_size=4)
HTMX = {"HTTP_HX_REQUEST": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def behind_a_proxy(settings: Settings) -> Settings:
    cache.clear()  # of what the log has just told
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    settings.REMOTE_USER_HEADER = "HTTP_REMOTE_USER"
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        "dashboard.accounts.backends.ProxyBackend",
    ]
    return settings


def get(client: Client, name: str | None, path: str = PAGE, **more: Any) -> HttpResponse:
    """Ask for a page by the proxy, which names this person, or nobody."""
    headers = {} if name is None else {"HTTP_REMOTE_USER": name}
    return client.get(path, **{"REMOTE_ADDR": PROXY, **headers, **more})


def sent(name: str) -> str:
    """A name as WSGI gives it: each byte as a character."""
    return name.encode().decode("latin-1")


def is_signed_in(client: Client) -> bool:
    return SESSION_KEY in client.session


def whom(response: HttpResponse) -> str:
    [name] = Screen(response).texts(".menu summary")
    return name


def told() -> list[tuple[str, str]]:
    return [(each.actor, each.action) for each in Event.objects.order_by("pk")]


def test_who_is_named_is_signed_in_and_gets_the_page_asked_for(client: Client) -> None:
    person("ana")
    assert whom(get(client, "ana", f"{PAGE}?next=/appoints/%3Fstate%3Ddue")) == "ana"


def test_the_sign_in_page_leads_on_to_where_it_was_to_lead(client: Client) -> None:
    response = get(client, "ana", "/accounts/login/?next=/appoints/%3Fstate%3Ddue%26agent%3D7")
    assert response["Location"] == "/appoints/?state=due&agent=7"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_nobody_is_led_to_another_site(client: Client, address: str) -> None:
    response = get(client, "ana", f"/accounts/login/?next={address}")
    assert response["Location"] == "/"


def test_who_is_new_is_created_without_a_password_and_any_right(client: Client) -> None:
    get(client, "ana@example.org")
    ana = User.objects.get(username="ana@example.org")
    assert not ana.has_usable_password()
    assert not (ana.is_staff or ana.is_superuser or ana.teams.exists() or ana.groups.exists())


def test_who_is_new_and_in_no_team_is_told_whom_to_ask(client: Client) -> None:
    administrator("root")
    connection = connection_to("https://isales.example:28080")
    connection.grants.all().delete()
    page = text_of(get(client, "ana", "/appoints/"))
    assert "No team of yours may see reserved calls yet" in page and "root" in page


def test_a_sign_in_and_a_first_one_are_in_the_log(client: Client) -> None:
    get(client, "ana", HTTP_X_FORWARDED_FOR=STRANGER)
    get(client, "ana", HTTP_X_FORWARDED_FOR=STRANGER)
    created, signed_in = Event.objects.order_by("pk")
    assert (created.action, created.name, created.address) == ("create", "ana", STRANGER)
    assert (signed_in.action, signed_in.actor, signed_in.address) == ("sign-in", "ana", STRANGER)
    assert created.way == signed_in.way == "sign-in"


@pytest.mark.parametrize("address", [STRANGER, "127.0.0.1", "::ffff:203.0.113.7", "", "10.0.0"])
def test_the_header_of_anybody_else_is_no_way_in(client: Client, address: str) -> None:
    response = get(client, "ana", REMOTE_ADDR=address)
    assert response["Location"].startswith("/accounts/login/")
    assert not User.objects.exists()


def test_an_address_that_is_only_forwarded_is_no_proxy(client: Client) -> None:
    get(client, "ana", REMOTE_ADDR=STRANGER, HTTP_X_FORWARDED_FOR=PROXY)
    assert not User.objects.exists()


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_session_ends_where_the_header_is_missing(client: Client, name: str | None) -> None:
    get(client, "ana")
    assert get(client, name).status_code == 302
    assert not is_signed_in(client)
    assert told()[-1] == ("ana", "sign-out")


def test_a_session_ends_where_a_stranger_brings_its_cookie(client: Client) -> None:
    get(client, "ana")
    assert get(client, "ana", REMOTE_ADDR=STRANGER).status_code == 302
    assert not is_signed_in(client)


def test_another_name_is_another_session(client: Client) -> None:
    get(client, "ana")
    key = client.session.session_key
    assert whom(get(client, "ben")) == "ben"
    assert client.session.session_key != key
    assert told()[-3:] == [("ana", "sign-out"), ("", "create"), ("ben", "sign-in")]


def test_an_htmx_fragment_of_an_ended_session_says_so(client: Client) -> None:
    get(client, "ana")
    assert "You are signed out" in text_of(get(client, None, **HTMX))


def test_a_session_ends_with_the_setting(client: Client, behind_a_proxy: Settings) -> None:
    get(client, "ana")
    behind_a_proxy.REMOTE_USER_HEADER = ""
    behind_a_proxy.AUTHENTICATION_BACKENDS = behind_a_proxy.AUTHENTICATION_BACKENDS[:-1]
    again = Client()
    again.cookies = client.cookies
    assert get(again, "ana").status_code == 302


@pytest.mark.parametrize(
    "name",
    ["ana,root", "ana, ana", "ana root", "ana;root", "EXAMPLE\\ana", "<b>", "a" * 151, "ana\x00"],
)
def test_a_name_that_no_account_can_have_is_refused_in_words(client: Client, name: str) -> None:
    response = get(client, name)
    assert response.status_code == 403
    assert "in a way that no account here can have" in text_of(response)
    assert not User.objects.exists()


def test_a_name_that_only_looks_like_another_is_another(client: Client) -> None:
    administrator("root")
    assert get(client, sent("\uff52oot")).status_code == 403
    assert whom(get(client, "Root")) == "Root"


def test_a_name_of_any_writing_is_read(client: Client) -> None:
    get(client, sent("Łucja"))
    assert User.objects.get().username == "Łucja"


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, TEXTS)
@example("", "\xa0")
@example("\u200b", "")
def test_only_the_very_name_of_a_person_is_that_person(
    supervisor: User, before: str, after: str
) -> None:
    assume((before + after).strip(" \t"))
    client = Client()
    get(client, sent(f"{before}supervisor{after}"))
    assert client.session.get(SESSION_KEY) != str(supervisor.pk)


def test_who_is_inactive_stays_out_and_is_told_so(client: Client) -> None:
    person("ana", is_active=False)
    response = get(client, "ana")
    assert response.status_code == 403
    assert "Your account here is closed" in text_of(response)
    assert not is_signed_in(client)


def test_who_becomes_inactive_is_out_at_once(client: Client) -> None:
    get(client, "ana")
    User.objects.update(is_active=False)
    assert get(client, "ana").status_code == 403
    assert not is_signed_in(client)


def test_a_refusal_is_in_the_log_once_and_closes_nobody_elses_door(client: Client) -> None:
    person("ana", is_active=False)
    for _ in range(12):
        get(client, "ana")
    event = Event.objects.get(action="sign-in failed")
    assert (event.actor, event.address, event.details) == ("ana", PROXY, {"reason": "inactive"})
    assert whom(get(Client(), "ben")) == "ben"


def test_no_password_opens_an_account_that_the_proxy_created(client: Client) -> None:
    get(client, "ana")
    data = {"username": "ana", "password": ""}
    assert Client().post("/accounts/login/", data).status_code == 200


def test_a_superuser_comes_in_by_a_password_beside_the_proxy(client: Client) -> None:
    administrator("root")
    assert "Password" in text_of(get(client, "ana", "/admin/", follow=True))
    response = client.post(
        "/admin/login/?next=/admin/accounts/user/",
        {"username": "root", "password": PASSWORD, "next": "/admin/accounts/user/"},
        REMOTE_ADDR=PROXY,
        HTTP_REMOTE_USER="ana",
    )
    assert response["Location"] == "/admin/accounts/user/"
    assert whom(get(client, "ana")) == "root"
    client.post("/accounts/logout/", REMOTE_ADDR=PROXY, HTTP_REMOTE_USER="ana")
    assert whom(get(client, "ana")) == "ana"


def test_who_is_refused_may_still_come_in_by_a_password(client: Client) -> None:
    administrator("root")
    response = get(client, "a b", "/admin/login/", follow=True)
    assert Screen(response).all("input[type=password]")


def test_the_menu_offers_neither_a_sign_out_nor_a_password_that_are_of_no_use(
    client: Client,
) -> None:
    page = text_of(get(client, "ana"))
    assert "Sign out" not in page and "Change password" not in page
    client.force_login(person("ben"))
    page = text_of(get(client, "ana"))
    assert "Sign out" in page and "Change password" in page


def test_a_person_is_asked_for_once_in_a_request(
    client: Client, django_assert_num_queries: Any
) -> None:
    get(client, "ana")
    with django_assert_num_queries(2):  # session, person with preferences
        get(client, "ana", "/nowhere/")


def test_without_the_setting_the_header_is_no_way_in(behind_a_proxy: Settings) -> None:
    behind_a_proxy.REMOTE_USER_HEADER = ""
    assert get(Client(), "ana").status_code == 302
