"""A portal's frame: how it gets a session, what that shows, and when it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from typing import Any, NoReturn

import pytest
import time_machine
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from dashboard.accounts.frames import COOKIE, MOST_FRAMES
from dashboard.accounts.models import FrameSession, Session, User
from dashboard.audit.models import Event
from tests.factories import PASSWORD, browser_of
from tests.screen import Screen, text_of

PORTAL = "https://portal.example"
EMBED, ALLOW, BEGIN = "/embed/", "/embed/allow/", "/embed/begin/"
OURS = {"Origin": "http://testserver"}
NOBODYS = "This frame is not signed in"


@pytest.fixture(autouse=True)
def portal(settings: Settings) -> None:
    settings.FRAME_ANCESTORS = [PORTAL]


@pytest.fixture
def tab(supervisor: User) -> Client:
    """The supervisor's browser, outside of the frame."""
    return browser_of(supervisor)


def code_of(tab: Client) -> str:
    [code] = Screen(tab.get(ALLOW)).values("#frame-code", "data-code")
    return code


def begun(tab: Client) -> Client:
    """A browser as a frame has it: of all cookies the frame's alone."""
    frame = Client()
    assert frame.post(BEGIN, {"code": code_of(tab)}, headers=OURS).status_code == 204
    assert list(frame.cookies) == [COOKIE]
    return frame


def is_open(frame: Client) -> bool:
    response = frame.get(EMBED, {"preset": "today"})
    assert response.status_code in (200, 403)
    assert (NOBODYS in text_of(response)) is (response.status_code == 403)
    return response.status_code == 200


def test_a_frame_without_a_sign_in_says_so_and_offers_a_tab(client: Client, db: None) -> None:
    response = client.get(EMBED, {"state": "due"})
    assert (response.status_code, list(client.cookies)) == (403, [])
    assert NOBODYS in text_of(response)
    link = Screen(response).one(".actions a")
    assert link.attributes["href"] == "/appoints/?state=due"
    assert link.attributes["target"] == "_blank"


def test_its_refresh_leads_there_too(client: Client, db: None) -> None:
    assert client.get(EMBED, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_code_of_a_tab_opens_the_frame(tab: Client) -> None:
    assert is_open(begun(tab))


def test_the_cookie_is_the_frames_alone(tab: Client) -> None:
    cookie = begun(tab).cookies[COOKIE]
    said = {each.strip() for each in cookie.OutputString().split(";")[1:]}
    assert {"HttpOnly", "Path=/embed/", "SameSite=None", "Secure", "Partitioned"} <= said


def test_the_cookie_shows_the_list_and_nothing_else(tab: Client) -> None:
    frame = begun(tab)
    for path in ("/", "/appoints/", "/wallboard/", "/accounts/preferences/", ALLOW):
        assert frame.get(path)["Location"].startswith("/accounts/login/"), path
    assert frame.post(EMBED).status_code == 405


def test_a_frame_leaves_the_session_as_it_is(tab: Client) -> None:
    frame = begun(tab)
    kept = Session.objects.values().get()
    with time_machine.travel(timezone.now() + timedelta(days=2)):  # when a page renews it
        response = frame.get(EMBED)
    assert (response.status_code, list(response.cookies)) == (200, [])
    assert Session.objects.values().get() == kept


def test_a_code_is_good_once(tab: Client) -> None:
    code = code_of(tab)
    answers = [Client().post(BEGIN, {"code": code}, headers=OURS) for _ in range(2)]
    assert [each.status_code for each in answers] == [204, 403]
    assert not answers[1].cookies


def test_a_code_is_good_for_a_minute(tab: Client) -> None:
    code = code_of(tab)
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert Client().post(BEGIN, {"code": code}, headers=OURS).status_code == 403


def test_a_code_is_no_cookie(tab: Client) -> None:
    frame = Client()
    frame.cookies[COOKIE] = code_of(tab)
    assert not is_open(frame)


@pytest.mark.parametrize("origin", [PORTAL, "https://testserver", "null", None])
def test_no_page_of_another_site_begins_a_frame(tab: Client, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    response = Client().post(BEGIN, {"code": code_of(tab)}, headers=headers)
    assert (response.status_code, list(response.cookies)) == (403, [])


def test_a_session_has_so_many_frames_the_newest(tab: Client) -> None:
    frames = [begun(tab) for _ in range(MOST_FRAMES + 1)]
    assert [is_open(each) for each in (frames[0], frames[1], frames[-1])] == [False, True, True]


def sign_out(tab: Client) -> None:
    tab.post("/accounts/logout/")


def change_password(tab: Client) -> None:
    new = {"new_password1": "staple for a horse", "new_password2": "staple for a horse"}
    tab.post("/accounts/password_change/", {"old_password": PASSWORD, **new})


def password_by_another(tab: Client) -> None:
    person = User.objects.get()
    person.set_password("staple for a horse")
    person.save()


def close_account(tab: Client) -> None:
    User.objects.update(is_active=False)


def delete_person(tab: Client) -> None:
    User.objects.all().delete()


def expire(tab: Client) -> None:
    Session.objects.update(expire_date=timezone.now())


@pytest.mark.parametrize(
    "end",
    [sign_out, change_password, password_by_another, close_account, delete_person, expire],
)
def test_a_frame_ends_with_what_it_came_from(tab: Client, end: Callable[[Client], None]) -> None:
    frame = begun(tab)
    end(tab)
    assert not is_open(frame)


def test_the_portals_named_may_frame_the_list_and_no_other_page(
    tab: Client, settings: Settings
) -> None:
    def framed_by(response: Any) -> str:
        policy = response["Content-Security-Policy"]
        return policy.partition("frame-ancestors ")[2].partition(";")[0]

    settings.FRAME_ANCESTORS = [PORTAL, "https://other.example"]
    for browser in (tab, Client()):
        response = browser.get(EMBED)
        assert framed_by(response) == f"{PORTAL} https://other.example"
        assert "X-Frame-Options" not in response
    for path in ("/appoints/", "/wallboard/", "/accounts/login/", ALLOW, BEGIN, "/embed/no/"):
        response = tab.get(path)
        assert (framed_by(response), response["X-Frame-Options"]) == ("'none'", "DENY"), path


def test_a_frame_shows_too_that_the_database_does_not_work(
    tab: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise OperationalError("database is locked")

    monkeypatch.setattr("appoints.pages.embed.EmbedPage.get", fail)
    tab.raise_request_exception = False
    response = tab.get(EMBED)
    assert (response.status_code, "X-Frame-Options" in response) == (503, False)


def test_without_a_portal_there_is_no_frame(tab: Client, settings: Settings) -> None:
    frame, code = begun(tab), code_of(tab)
    settings.FRAME_ANCESTORS = []
    assert [tab.get(EMBED).status_code, frame.get(EMBED).status_code] == [404, 404]
    assert tab.get(ALLOW).status_code == 404
    assert Client().post(BEGIN, {"code": code}, headers=OURS).status_code == 403


def test_a_frame_behind_a_proxy_is_of_whom_the_proxy_names(settings: Settings, db: None) -> None:
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    settings.REMOTE_USER_HEADER = "HTTP_REMOTE_USER"
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        "dashboard.accounts.backends.ProxyBackend",
    ]
    ana = {"Remote-User": "ana"}
    tab, frame = Client(headers=ana), Client()
    [code] = Screen(tab.get(ALLOW)).values("#frame-code", "data-code")
    frame.post(BEGIN, {"code": code}, headers=OURS)
    told = Event.objects.count()

    def status(**name: str) -> int:
        response: HttpResponse = frame.get(EMBED, {"preset": "today"}, headers=name)
        return response.status_code

    assert [status(**ana), status(**{"Remote-User": "ben"}), status()] == [200, 403, 403]
    assert Client(headers=ana).get(EMBED).status_code == 403
    # Nobody was signed in or out, nor created.
    assert (Event.objects.count(), User.objects.count(), Session.objects.count()) == (told, 1, 1)
    assert FrameSession.objects.count() == 1
