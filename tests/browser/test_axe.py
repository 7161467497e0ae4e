"""No page, in any state, breaks a rule of axe: in light and dark, wide and narrow, in Arabic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from django.template import engines
from django.template.loader import get_template
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils.safestring import mark_safe
from playwright.sync_api import Browser, BrowserContext, Page, Route, StorageState

from appoints.alerts.models import Rule
from appoints.connections.failures import failure_of
from appoints.connections.models import Connection
from appoints.display.cells import CellOptions
from appoints.display.clock import Clock
from appoints.display.links import LinkBuilder
from appoints.display.pagination import Pager
from appoints.display.table import AppointTable
from appoints.isales.errors import FetchError, NoAnswer, NotAuthorised, Refused, TooFast
from appoints.pages.contexts import Failed, Rows, Stale
from appoints.pages.insight.sections import SECTIONS
from appoints.query.query import Query
from appoints.results.result import Mode, Result
from appoints.results.selection import Selection
from dashboard.accounts.models import User
from dashboard.operations import demo
from tests.browser.axe import DESK, bring, look
from tests.browser.conftest import follow, settle

WEEK = "preset=last-7d"
# By the names in dashboard/urls.py; {call} and {view} stand for a reservation and a saved view.
PAGES = {
    "alerts:list": ["/alerts/", f"/alerts/?{WEEK}&agent=101"],
    "alerts:new": [f"/alerts/new/overdue/?{WEEK}", "/alerts/new/silence/", "/alerts/new/report/"],
    "alerts:edit": ["/alerts/{alert}/"],
    "alerts:delete": ["/alerts/{alert}/delete/"],
    "appoints:list": [
        f"/appoints/?{WEEK}&per_page=25",
        f"/appoints/?{WEEK}&per_page=25&state=failed&late=1&agent=101,102,nobody&q=a&sort=-delay",
        f"/appoints/?{WEEK}&per_page=25&page=99",
        f"/appoints/?{WEEK}&q=nothing-like-it&state=failed&colour=red",
        "/appoints/?from=never&number=x&tz=Mars&agent=%00",
        "/v/{view}/",
    ],
    "appoints:detail": ["{call}", "/appoints/no-such-call/?preset=today"],
    "api:reference": ["/api/"],
    "audit:list": ["/audit/", "/audit/?action=look&number=1"],
    "choices": [f"/choices/agents/?{WEEK}", f"/choices/causes/?{WEEK}"],
    "allow_frame": ["/embed/allow/"],
    "columns": ["/columns/?next=/appoints/%3Fpreset%3Dtoday"],
    "embed": [f"/embed/?{WEEK}", "/embed/?from=never"],
    "insight:index": ["/insight/"],
    "insight:report": [f"/insight/report/?{WEEK}"],
    "insight:section": [f"/insight/{name}/?{WEEK}" for name in SECTIONS],
    "password_change": ["/accounts/password_change/"],
    "preferences": ["/accounts/preferences/"],
    "tokens": ["/accounts/tokens/"],
    "views:delete": ["/views/{view}/delete/"],
    "views:edit": ["/views/{view}/"],
    "views:list": ["/views/"],
    "views:new": ["/views/new/?preset=today&state=failed"],
    "wallboard": ["/wallboard/", f"/wallboard/?{WEEK}", f"/wallboard/?{WEEK}&q=nothing-like-it"],
    "admin:connections_connection_add": ["/admin/connections/connection/add/"],
    "admin:connections_connection_change": ["/admin/connections/connection/1/change/"],
    "admin:connections_connection_changelist": ["/admin/connections/connection/"],
    "admin:accounts_user_preview": ["/admin/accounts/user/1/preview/"],
}
# No address of ours, and one that is not for those who are signed in.
STRAY = ["/nowhere/", "/admin/login/"]
STRANGERS_PAGES = {"login": "/accounts/login/"}
# They give files, lead elsewhere or only take what is posted; test_reveal shows what one answers.
NO_PAGES = {
    *("home", "language", "logout", "revoke_token"),
    *("appoints:csv", "appoints:json", "appoints:xlsx", "audit:csv"),
    "begin_frame",
    *("api:appoints", "api:document", "api:insight", "api:summary", "insight:csv"),
    *("alerts:pause", "alerts:secret", "alerts:send"),
    *("appoints:reveal", "views:default", "views:open", "views:update"),
}
FORMS = ("alerts:new", "password_change", "tokens", "views:new")
# What a demo cannot be brought to at once: a template, and what it needs.
RIGHTS = {"perms": {"connections": {"add_connection": True, "change_connection": True}}}
NOW = datetime(2026, 8, 3, 10, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
WHERE = {"zone": UTC_ZONE, "connection": Connection(pk=1, name="demo")}
QUIET = Stale(failure=failure_of(NoAnswer("no connection")), age="3 min", missing="", outdated="")


def failed(error: FetchError) -> tuple[str, dict[str, Any]]:
    return Failed.template, {"answer": Failed(failure=failure_of(error), at=NOW)}


def rows(mode: Mode, stale: Stale | None = None) -> tuple[str, dict[str, Any]]:
    """An answer without a row on its page, of which iSales reported more than came."""
    none = Selection.all_of(pl.DataFrame())
    result = Result(
        mode=mode,
        selection=none,
        total=8000,
        as_of=NOW,
        is_settled=False,
        reported=9000,
        received=8000,
    )
    answer = Rows(
        result=result,
        pager=Pager(Query(), 8000, 25, 0),
        table=AppointTable([], CellOptions(UTC_ZONE, {}, "", masked=False), None),
        tiles=[],
        charts=None,
        link_builder=LinkBuilder("", (), Query(), None, ZoneInfo("UTC"), ""),
        empty_state=None,
        clock=Clock("10:00:00", "UTC", "+0000", "", ""),
        stale=stale,
        behind="27 November",
        seconds=0,
        fresh=60,
        newer=10,
        poll=0,
        compared="",
    )
    return Rows.template, {"answer": answer}


DRAWN: list[tuple[str, dict[str, Any]]] = [
    failed(NoAnswer("no connection")),
    failed(TooFast("too many", 7)),
    failed(Refused("0200001", "parameter error")),
    (Failed.template, failed(NotAuthorised("signature"))[1] | RIGHTS),
    rows("loading"),
    rows("browsing"),
    rows("whole", QUIET),
    ("appoints/alerts/secret.html", {"rule": Rule(name="Too many"), "secret": "whsec_abc="}),
    ("dashboard/_signed_out.html", {}),
    ("appoints/no_connection.html", {}),
    ("appoints/no_connection.html", {"dormant": True, **RIGHTS}),
    ("appoints/no_connection.html", RIGHTS),
    ("appoints/no_connection.html", {"ungranted": True, "administrators": [User(username="ana")]}),
    ("appoints/frame_signed_out.html", {"address": ""}),
    ("registration/locked_out.html", {}),
    ("403_csrf.html", {}),
    ("500.html", {}),
]
# A part of a page between the style sheets of the list.
AROUND = """{% extends "base.html" %}{% load static %}
{% block head %}
  <link rel="stylesheet" href="{% static 'css/filters.css' %}">
  <link rel="stylesheet" href="{% static 'css/menus.css' %}">
  <link rel="stylesheet" href="{% static 'css/results.css' %}">
  <link rel="stylesheet" href="{% static 'css/rows.css' %}">
  <link rel="stylesheet" href="{% static 'css/table.css' %}">
  <link rel="stylesheet" href="{% static 'css/links.css' %}">
  <link rel="stylesheet" href="{% static 'css/chart.css' %}">
  <link rel="stylesheet" href="{% static 'css/states.css' %}">
{% endblock %}
{% block content %}<h1>Reserved calls</h1>{{ part }}{% endblock %}"""


@pytest.fixture(scope="module")
def places(office: BrowserContext) -> Iterator[dict[str, str]]:
    """The addresses' parts that are the demo's own: a call's address, a view's short name."""
    page = office.new_page()
    page.goto(f"/appoints/?{WEEK}&state=failed")
    call = page.locator("tbody .col-appoint_time a").first.get_attribute("href") or ""
    page.goto("/views/new/?preset=today")
    page.get_by_label("Name").fill("Each morning")
    page.get_by_role("button", name="Save").click()
    page.goto("/views/")
    edit = page.locator(".views a[href*='/delete/']").first.get_attribute("href") or ""
    alert = set_up_alert(page)
    yield {"call": call, "view": edit.split("/")[2], "alert": alert}
    for address in (edit, f"/alerts/{alert}/delete/"):
        page.goto(address)
        follow(page.get_by_role("button", name="Delete"))  # closed on its way, it may hang
    page.close()


def set_up_alert(page: Page) -> str:
    """Set up an alert that has sent a message, or tried to, and return its short name."""
    page.goto("/alerts/new/overdue/")
    page.get_by_label("Name").fill("Too many")
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("button", name="send me one now").click()
    address = page.locator(".views a[href*='/delete/']").first.get_attribute("href") or ""
    return address.split("/")[2]


class Tab(NamedTuple):
    """A page that goes from address to address, and the language in which they are shown."""

    page: Page
    language: str

    def look(self) -> str:
        return "\n".join(look(self.page, whole=self.language != "ar"))


@pytest.fixture(scope="module")
def tabs(stack: demo.Stack, chromium: Browser, session: StorageState) -> Iterator[dict[str, Tab]]:
    """A tab for each language, for all tests: what has a parameter, pytest ends after each."""

    def window(language: str) -> BrowserContext:
        made = chromium.new_context(
            base_url=stack.address,
            storage_state=session,
            bypass_csp=True,
            locale=language,
            reduced_motion="reduce",
            viewport={"width": DESK, "height": 900},
        )
        bring(made)
        return made

    with window("en-gb") as english, window("ar") as arabic:
        yield {"en-gb": Tab(english.new_page(), "en-gb"), "ar": Tab(arabic.new_page(), "ar")}


@pytest.fixture
def tab(tabs: dict[str, Tab], request: pytest.FixtureRequest) -> Tab:
    return tabs[request.param]


def states(language: str) -> Iterator[tuple[str, str, str, bool]]:
    """Name each page in each state: its address, and whether its form is sent empty.

    In Arabic, which differs by words and direction, each page in one state.
    """
    for name, addresses in PAGES.items():
        for address in addresses[: 1 if language == "ar" else None]:
            yield language, name, address, False
        if name in FORMS:
            yield language, name, addresses[-1], True
    for address in STRAY:
        yield language, "", address, False
    for name, address in STRANGERS_PAGES.items():
        yield language, name, address, False
        yield language, name, address, True


@pytest.mark.parametrize(
    ("tab", "name", "address", "is_refused"), [*states("en-gb"), *states("ar")], indirect=["tab"]
)
def test_axe_finds_nothing(
    tab: Tab,
    session: StorageState,
    places: dict[str, str],
    name: str,
    address: str,
    is_refused: bool,
) -> None:
    if name in STRANGERS_PAGES:
        tab.page.context.clear_cookies()
    else:
        tab.page.context.add_cookies(session["cookies"])
    # Insight's sections would come while axe looks, which looks at each on its own page. What is
    # routed is fetched anew for each page, styles and scripts too: so only where sections are.
    if name.startswith("insight:"):
        tab.page.route("**/insight/*/?*", leave_sections)
    tab.page.goto(address.format(**places))
    settle(tab.page)
    if name:
        assert resolve(urlsplit(tab.page.url).path).view_name == name
    if is_refused:
        send_empty(tab.page)
    assert not tab.look()
    tab.page.unroute_all()


def leave_sections(route: Route) -> None:
    if route.request.is_navigation_request():
        route.continue_()


@pytest.mark.parametrize("tab", ["en-gb"], indirect=True)
@pytest.mark.parametrize("state", range(len(DRAWN)), ids=[template for template, _ in DRAWN])
def test_axe_finds_nothing_in_what_a_demo_does_not_come_to(tab: Tab, state: int) -> None:
    draw(tab.page, *DRAWN[state])
    assert not tab.look()


def send_empty(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form").first.evaluate(
            "form => { form.noValidate = true; HTMLFormElement.prototype.submit.call(form); }"
        )


def draw(page: Page, template: str, context: dict[str, Any]) -> None:
    """Show a template in the place of a page that is empty, with the demo's own style sheets."""
    request = RequestFactory().get("/appoints/")
    html = get_template(template).render(WHERE | context, request)
    if "<html" not in html:
        html = engines["django"].from_string(AROUND).render({"part": mark_safe(html)})
    page.goto("/healthz")
    page.set_content(html)


def test_no_page_is_left_out() -> None:
    named = set(names(get_resolver().url_patterns))
    ours = {name for name in PAGES if not name.startswith("admin:")}
    assert named == ours | STRANGERS_PAGES.keys() | NO_PAGES


def names(patterns: list[Any], before: str = "") -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver) and each.namespace != "admin":
            yield from names(each.url_patterns, f"{each.namespace}:" if each.namespace else before)
        elif isinstance(each, URLPattern) and each.name:
            yield before + each.name
