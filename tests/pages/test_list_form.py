"""No browser fills a form in from memory: what it shows is what is in force."""

from __future__ import annotations

from html.parser import HTMLParser

from django.test import Client

from appoints.connections.models import Connection
from appoints.results.kept import KEPT
from appoints.saved_views.models import SavedView
from tests.screen import Screen

MORE = [
    "q=a",
    "late=1&q=a",
    "q=b",
    "sort=-agent_name&q=b",
    "tz=Asia/Tokyo",
    "repeat=open&repeat=reached",
    "repeat=reached",
    "per_page=100",
    "untimed=1",
]
PAGES = [
    "/appoints/?preset=last-7d&state=failed&agent=101",
    "/appoints/?preset=last-7d&from=nonsense",
    "/appoints/?from=2031-01-01",
    "/columns/",
    "/choices/agents/?preset=last-7d",
    "/choices/task/?preset=last-7d",
    "/views/",
    "/views/new/?preset=today",
    "/accounts/preferences/",
    "/wallboard/",
]
SILENT = {"submit", "button", "reset", "image", "hidden"}  # what is hidden goes by its form
# These alone a browser is to fill in: it keeps the passwords.
KEPT_BY_BROWSERS = {"username", "password", "old_password", "new_password1", "new_password2"}


class Controls(HTMLParser):
    """The controls of a page that a person changes, or a script: their tag, name and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"form", "input", "select", "textarea"}:
            self.found.append({"tag": tag, **dict(attrs)})


def remembered(page: str) -> list[dict[str, str | None]]:
    """Return the controls of a page that a browser may fill in as they were left."""
    return [
        each
        for each in Controls(page).found
        if each.get("type") not in SILENT
        and each.get("name") not in KEPT_BY_BROWSERS
        and each.get("autocomplete") != "off"
    ]


def test_no_control_is_filled_in_by_the_browser(signed_in: Client, connection: Connection) -> None:
    pages = {path: signed_in.get(path).content.decode() for path in PAGES}
    assert [path for path, page in pages.items() if "<main" not in page] == []
    left = {path: controls for path, page in pages.items() if (controls := remembered(page))}
    assert left == {}


def test_no_control_of_a_saved_view_is_either(signed_in: Client, connection: Connection) -> None:
    signed_in.post("/views/new/?preset=today", {"name": "Mine", "audience": "private"})
    slug = SavedView.objects.get().slug
    for path in (f"/views/{slug}/", f"/views/{slug}/delete/", "/views/"):
        assert remembered(signed_in.get(path).content.decode()) == []


def test_more_filters_show_what_is_asked_whatever_was_asked_before(
    signed_in: Client, connection: Connection
) -> None:
    def shown(asked: str) -> str:
        return str(Screen(signed_in.get(f"/appoints/?preset=today&{asked}")).one(".more").html)

    after_others = {asked: shown(asked) for asked in MORE}
    for asked in MORE:
        KEPT.clear()
        assert after_others[asked] == shown(asked)
