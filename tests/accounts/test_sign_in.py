from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from axes.models import AccessAttempt, AccessLog
from django.apps import apps
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.accounts.models import User
from dashboard.gunicorn import access_log_format
from tests.factories import PASSWORD, administrator

NAMED = {"username": "supervisor", "password": PASSWORD}


def sign_in(client: Client, password: str = PASSWORD, address: str = "127.0.0.1") -> int:
    data = {"username": "supervisor", "password": password}
    return client.post("/accounts/login/", data, REMOTE_ADDR=address).status_code


@pytest.mark.parametrize(
    "path", ["/", "/appoints/", "/accounts/preferences/", "/accounts/password_change/"]
)
def test_a_stranger_is_sent_to_sign_in_and_back(client: Client, db: None, path: str) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


def test_after_signing_in_the_list_of_today_opens(client: Client, supervisor: User) -> None:
    data = {"username": "supervisor", "password": PASSWORD}
    response = client.post("/accounts/login/", data)
    assert response["Location"] == "/"
    assert client.get("/")["Location"] == "/appoints/?preset=today"


def test_after_signing_in_the_page_asked_for_opens(client: Client, supervisor: User) -> None:
    data = {"username": "supervisor", "password": PASSWORD, "next": "/appoints/?state=overdue"}
    assert client.post("/accounts/login/", data)["Location"] == "/appoints/?state=overdue"


def test_all_of_a_long_address_is_kept(client: Client, supervisor: User) -> None:
    address = f"/appoints/?preset=today&agent={'%20,' * 1500}&q=%23#call-7"
    sign_in = client.post("/accounts/login/", {**NAMED, "next": address})
    language = client.post("/accounts/language/", {"language": "es", "next": address})
    signed_in = client.get("/accounts/login/", {"next": address})
    assert {each["Location"] for each in (sign_in, language, signed_in)} == {address}


def test_the_longest_link_is_no_longer_at_the_sign_in(client: Client, db: None) -> None:
    agents = ",".join(f"agent.{number:03}@calls.example" for number in range(300))
    link = f"/appoints/?preset=today&agent={agents}&q=%23"
    led = client.get(link)["Location"]
    assert dict(parse_qsl(urlsplit(led).query)) == {"next": link}
    assert len(led) < len(link) + 40


def test_a_sign_in_page_that_names_itself_leads_home(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    for address in ("/accounts/login/", "http://testserver/accounts/login/?next=/accounts/login/"):
        assert client.get("/accounts/login/", {"next": address})["Location"] == "/"


def test_a_form_of_who_is_signed_out_leads_home(client: Client, db: None) -> None:
    """Its address can mean nothing without what was posted."""
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/?next=/"


def test_a_wrong_password_is_said_aloud_and_the_name_stays(
    client: Client, supervisor: User
) -> None:
    data = {"username": "supervisor", "password": "wrong"}
    page = client.post("/accounts/login/", data).content.decode()
    assert "Please enter a correct username and password" in page
    assert 'value="supervisor"' in page


def test_signing_out_takes_a_post(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert client.get("/accounts/preferences/").status_code == 302


def test_ten_wrong_passwords_close_the_name(client: Client, supervisor: User) -> None:
    statuses = [sign_in(client, "wrong") for _ in range(10)]
    assert statuses == [200] * 9 + [429]
    assert sign_in(client) == 429


def test_the_closed_door_is_explained(client: Client, supervisor: User) -> None:
    for _ in range(9):
        sign_in(client, "wrong")
    data = {"username": "supervisor", "password": "wrong"}
    page = client.post("/accounts/login/", data).content.decode()
    assert "Too many attempts" in page
    assert "15 minutes" in page


def test_a_name_closed_at_one_address_is_open_at_another(client: Client, supervisor: User) -> None:
    for _ in range(10):
        sign_in(client, "wrong")
    assert sign_in(client, address="10.9.8.7") == 302


def test_a_name_opens_again_after_a_quarter_of_an_hour(client: Client, supervisor: User) -> None:
    for _ in range(10):
        sign_in(client, "wrong")
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        assert sign_in(client) == 302


def test_a_sign_in_forgets_its_own_failures_and_those_past_their_time(
    client: Client, supervisor: User
) -> None:
    client.post("/accounts/login/", {"username": "nobody", "password": "wrong"})
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        sign_in(client, "wrong")
        client.post("/accounts/login/", {"username": "somebody", "password": "wrong"})
        assert sign_in(client) == 302
        assert [each.username for each in AccessAttempt.objects.all()] == ["somebody"]


@pytest.mark.django_db(transaction=True)
def test_a_sign_in_opens_no_transaction_but_for_its_session(
    client: Client, supervisor: User
) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert sign_in(client) == 302
    # A key nobody else has, then what is in it.
    assert [each["sql"] for each in asked].count("COMMIT") == 2


def test_a_new_password_needs_the_old_one(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    new = {"new_password1": "staple for a horse", "new_password2": "staple for a horse"}
    assert (
        client.post("/accounts/password_change/", {"old_password": "x", **new}).status_code == 200
    )
    response = client.post("/accounts/password_change/", {"old_password": PASSWORD, **new})
    assert response["Location"] == "/"
    supervisor.refresh_from_db()
    assert supervisor.check_password("staple for a horse")


def test_the_admin_uses_the_one_sign_in_page(client: Client, db: None) -> None:
    location = client.get("/admin/login/?next=/admin/accounts/user/")["Location"]
    assert location == "/accounts/login/?next=/admin/accounts/user/"


def test_a_supervisor_may_not_administer(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    response = client.get("/admin/", follow=True)
    assert response.status_code == 403
    assert "Your account may not see this page" in response.content.decode()


def test_an_administrator_may(client: Client, db: None) -> None:
    client.force_login(administrator())
    response = client.get("/admin/")
    assert response.status_code == 200
    assert "Reserved calls" in response.content.decode()


def test_only_staff_see_the_way_to_the_admin(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    assert 'href="/admin/"' not in client.get("/accounts/preferences/").content.decode()
    client.force_login(administrator())
    assert 'href="/admin/"' in client.get("/accounts/preferences/").content.decode()


def second_tab(client: Client, token: str, **data: str) -> HttpResponse:
    """Send the sign-in form of a tab that was opened before the person signed in at another."""
    form = {"username": "supervisor", "password": PASSWORD, "csrfmiddlewaretoken": token, **data}
    return client.post("/accounts/login/", form)


@pytest.fixture
def two_tabs(supervisor: User) -> tuple[Client, str]:
    """A person who has signed in, and the token of a sign-in page from before."""
    client = Client(enforce_csrf_checks=True)
    token = client.get("/accounts/login/").context["csrf_token"]
    assert second_tab(client, str(token)).status_code == 302
    return client, str(token)


def test_a_second_tab_of_the_sign_in_goes_on_to_where_it_was_led(
    two_tabs: tuple[Client, str],
) -> None:
    assert second_tab(*two_tabs, next="/appoints/?state=due")["Location"] == "/appoints/?state=due"
    assert second_tab(*two_tabs)["Location"] == "/"


def test_a_second_tab_that_is_not_signed_in_is_told_so(two_tabs: tuple[Client, str]) -> None:
    client, token = two_tabs
    client.cookies.pop("sessionid")
    response = second_tab(client, token)
    assert response.status_code == 403
    assert "The form was not accepted" in response.content.decode()


def test_no_other_form_goes_without_its_token(two_tabs: tuple[Client, str]) -> None:
    client, token = two_tabs
    for address in ("/accounts/preferences/", "/accounts/logout/", "/accounts/language/"):
        assert client.post(address, {"csrfmiddlewaretoken": token}).status_code == 403


NUMBER = "66609876543"
LED = f"/appoints/?number={NUMBER}"


def everything_kept() -> str:
    """Return every value of every table that a sign-in writes to."""
    kinds = apps.get_app_config("axes").get_models()
    return repr([list(kind._default_manager.values()) for kind in kinds])


def test_a_failed_sign_in_keeps_neither_query_nor_form(
    client: Client, supervisor: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for name in ("supervisor", "supervisor", "nobody"):
        data = {"username": name, "password": "wrong", "next": LED, NUMBER: NUMBER}
        assert client.post(f"/accounts/login/?next={LED}", data).status_code == 200
    assert [each.failures_since_start for each in AccessAttempt.objects.order_by("pk")] == [2, 1]
    assert NUMBER not in everything_kept()
    assert "wrong" not in everything_kept()
    assert NUMBER not in caplog.text


def test_a_sign_in_and_its_lockout_keep_neither_query_nor_form(
    client: Client, supervisor: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for password in ("wrong", PASSWORD, *["wrong"] * 11):
        data = {"username": "supervisor", "password": password, "next": LED}
        client.post(f"/accounts/login/?next={LED}", data)
        client.post("/accounts/logout/") if password == PASSWORD else None
    assert AccessLog.objects.exists()
    assert NUMBER not in everything_kept()
    assert NUMBER not in caplog.text


def test_an_access_log_would_hold_no_query() -> None:
    assert not {"%(r)s", "%(q)s", "%(f)s"} & set(re.findall(r"%\(.*?\)s", access_log_format))
    assert "%(U)s" in access_log_format
