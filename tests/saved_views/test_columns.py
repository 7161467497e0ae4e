"""The columns that a saved view has of its own."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.display.table import DEFAULT_COLUMNS
from appoints.saved_views.models import PersonColumns, SavedView
from dashboard.accounts.models import User
from tests.factories import browser_of, person, saved_view
from tests.screen import Screen, shown_columns

ASKED = "connection=demo&preset=today"


def heads(client: Client, query: str) -> list[str]:
    return shown_columns(client.get(f"/appoints/?{query}"))


def choose(client: Client, view: SavedView, *names: str) -> str:
    back = f"/appoints/?{ASKED}&view={view.slug}"
    return client.post("/columns/", {"column": names, "next": back})["Location"]


@pytest.fixture
def person_columns(supervisor: User) -> None:
    """The supervisor's own choice."""
    PersonColumns.objects.create(person=supervisor, columns=["appoint_time", "late"])


@pytest.fixture
def view(supervisor: User, person_columns: None) -> SavedView:
    """A view for everybody; it shows other columns than the person's own."""
    columns = ["state", "appoint_time"]
    return saved_view(supervisor, "Morning list", columns=columns, audience="everybody")


def test_a_new_view_keeps_the_columns_that_are_shown(
    signed_in: Client, connection: Connection, view: SavedView
) -> None:
    form = {"name": "own", "audience": "private"}
    signed_in.post(f"/views/new/?{ASKED}", form)
    signed_in.post(f"/views/new/?{ASKED}&view={view.slug}", form | {"name": "copy"})
    assert SavedView.objects.get(name="own").columns == ["appoint_time", "late"]
    assert SavedView.objects.get(name="copy").columns == ["state", "appoint_time"]


def test_a_view_shows_its_columns_and_what_is_left_shows_the_persons(
    signed_in: Client, connection: Connection, view: SavedView
) -> None:
    assert heads(signed_in, f"{ASKED}&view={view.slug}") == ["state", "appoint_time"]
    assert heads(signed_in, ASKED) == ["appoint_time", "late"]


def test_the_pages_own_refresh_shows_the_same_columns(
    signed_in: Client, connection: Connection, view: SavedView
) -> None:
    address = f"/appoints/?{ASKED}&view={view.slug}"
    signed_in.get(address)  # waits until every row is there, which a refresh does not
    page = Screen(signed_in.get(address, headers={"HX-Request": "true"}))
    assert page.values("th[aria-sort]", "class") == ["col-appoint_time"]
    assert not page.all(".col-late")


def test_a_view_without_columns_shows_the_persons(
    signed_in: Client, connection: Connection, view: SavedView
) -> None:
    SavedView.objects.update(columns=[])
    assert heads(signed_in, f"{ASKED}&view={view.slug}") == ["appoint_time", "late"]


def test_its_owner_changes_its_columns_and_not_their_own(
    signed_in: Client, connection: Connection, view: SavedView
) -> None:
    back = f"/appoints/?{ASKED}&view={view.slug}"
    form = signed_in.get(f"/columns/?next={quote(back)}").content.decode()
    assert "kept with the view “Morning list”" in form
    assert choose(signed_in, view, "appoint_time", "task_name") == back
    assert heads(signed_in, f"{ASKED}&view={view.slug}") == ["appoint_time", "task_name"]
    assert heads(signed_in, ASKED) == ["appoint_time", "late"]


def test_somebody_else_chooses_their_own_and_leaves_the_view(
    connection: Connection, view: SavedView
) -> None:
    colleague = browser_of(person("colleague"))
    assert choose(colleague, view, "appoint_time", "agent") == f"/appoints/?{ASKED}"
    assert heads(colleague, ASKED) == ["appoint_time", "agent"]
    view.refresh_from_db()
    assert view.columns == ["state", "appoint_time"]


def test_saving_the_question_anew_keeps_its_columns(
    signed_in: Client, connection: Connection, view: SavedView
) -> None:
    signed_in.post(f"/views/{view.slug}/update/?{ASKED}&late=1")
    view.refresh_from_db()
    assert view.columns == ["state", "appoint_time"]


@pytest.mark.parametrize("slug", ["%00", "gone", "%2F", ""])
def test_a_view_that_is_none_leaves_the_choice_to_the_person(
    signed_in: Client, person_columns: None, slug: str
) -> None:
    back = f"/appoints/?view={slug}"
    assert signed_in.get("/columns/", {"next": back}).status_code == 200
    assert signed_in.post("/columns/", {"column": DEFAULT_COLUMNS, "next": back}).status_code == 303
