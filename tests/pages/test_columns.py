"""The columns that a person chose for the list."""

from __future__ import annotations

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.display.table import DEFAULT_COLUMNS
from appoints.saved_views.models import PersonColumns
from tests.factories import browser_of, person
from tests.screen import Screen, shown_columns

PATH = "/columns/"
LIST = "/appoints/?preset=today"


def kept() -> list[str]:
    return PersonColumns.objects.get().columns


def heads(client: Client) -> list[str]:
    return shown_columns(client.get(LIST))


def test_chosen_columns_are_kept_in_their_order(signed_in: Client) -> None:
    chosen = ["late", "appoint_time", "state"]
    response = signed_in.post(PATH, {"column": chosen, "next": LIST})
    assert (response.status_code, response["Location"]) == (303, LIST)
    assert kept() == chosen


def test_the_list_shows_them(signed_in: Client, connection: Connection) -> None:
    assert heads(signed_in) == list(DEFAULT_COLUMNS)
    signed_in.post(PATH, {"column": ["create_time", "appoint_time"]})
    assert heads(signed_in) == ["create_time", "appoint_time"]


def test_a_step_moves_a_column_and_shows_the_form_again(signed_in: Client) -> None:
    response = signed_in.post(
        PATH, {"column": ["state", "appoint_time", "late"], "up": "late", "next": LIST}
    )
    assert response["Location"] == "/columns/?next=%2Fappoints%2F%3Fpreset%3Dtoday"
    assert kept() == ["state", "late", "appoint_time"]
    page = Screen(signed_in.get(response["Location"]))
    assert "/appoints/?preset=today" in page.links("a")
    assert page.values("[name=column]", "value")[:3] == kept()


@pytest.mark.parametrize(("step", "name"), [("up", "state"), ("down", "late"), ("up", "gone")])
def test_a_step_that_leads_nowhere_changes_nothing(signed_in: Client, step: str, name: str) -> None:
    signed_in.post(PATH, {"column": ["state", "appoint_time", "late"], step: name})
    assert kept() == ["state", "appoint_time", "late"]


def test_a_reset_gives_the_sites_own_again(signed_in: Client) -> None:
    signed_in.post(PATH, {"column": ["appoint_time"]})
    signed_in.post(PATH, {"column": ["appoint_time"], "reset": "1"})
    assert kept() == []


def test_the_sites_own_order_is_kept_as_nothing(signed_in: Client) -> None:
    signed_in.post(PATH, {"column": DEFAULT_COLUMNS})
    assert kept() == []


def test_without_a_way_back_it_leads_home(signed_in: Client) -> None:
    assert signed_in.post(PATH, {"next": ""})["Location"] == "/"
    assert 'href="/"' in signed_in.get(PATH).content.decode()


def test_one_persons_columns_are_not_anothers(signed_in: Client) -> None:
    signed_in.post(PATH, {"column": ["late"]})
    colleague = browser_of(person("colleague"))
    assert Screen(colleague.get(PATH)).values("[checked]", "value") == [
        name for name in DEFAULT_COLUMNS if name != "appoint_time"
    ]


def test_a_form_of_somebody_elses_page_is_refused(signed_in: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies
    assert strict.post(PATH, {"column": ["late"]}).status_code == 403


def test_a_stranger_is_sent_to_sign_in(transactional_db: None) -> None:
    assert "/accounts/login/" in Client().get(PATH)["Location"]
