"""Whose numbers are masked reads a number in full on no page, in no file and in no address."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from django.core.cache import cache
from django.test import Client

from appoints.access.number_token import open_token, seal
from appoints.connections.models import Connection
from appoints.saved_views.models import SavedView
from appoints.snapshots.models import Snapshot
from dashboard.audit.models import Event
from dashboard.audit.tokens import number_token
from tests.factories import at_hand, browser_of, connection_to, person, raw, saved_view
from tests.screen import Screen, content_of, ids_of, text_of

NUMBER, SHOWN = "13900000001", "••••••••001"
CALLED = {"callerNo": "4008001234", "busiResult": f"call {NUMBER} again"}
ID = f"{1:030}"


@pytest.fixture
def connection(db: None) -> Connection:
    cache.clear()
    made = connection_to()
    at_hand(made, [raw(number, **(CALLED if number == 1 else {})) for number in range(5)])
    return made


@pytest.fixture
def browser(connection: Connection) -> Client:
    """The browser of somebody whose numbers are masked, and who may take files."""
    return browser_of(person("masked", rights=("export_files",)))


@pytest.fixture
def seeing(connection: Connection) -> Client:
    return browser_of(person("seeing"))


def asked_number(address: str) -> str | None:
    """The number that an address asks for, opened where it is a token."""
    [number] = parse_qs(urlsplit(address).query).get("number", [""])
    assert NUMBER not in address
    return open_token(number)


@pytest.mark.parametrize("query", ["?state=overdue", f"?number={NUMBER}&per_page=25"])
def test_a_number_is_shown_by_its_last_digits_only(browser: Client, query: str) -> None:
    for place in ("", f"{ID}/", "export.csv", "export.json", "../wallboard/"):
        response = browser.get(f"/appoints/{place}{query}".replace("/appoints/..", ""))
        assert response.status_code == 200
        assert NUMBER not in content_of(response)
        assert SHOWN in content_of(response)


def test_a_link_with_the_whole_number_finds_its_rows(browser: Client) -> None:
    assert ids_of(browser.get(f"/appoints/?number={NUMBER}")) == [ID]
    assert ids_of(browser.get(f"/appoints/?number={seal(NUMBER)}")) == [ID]
    assert ids_of(browser.get(f"/appoints/?number={NUMBER[:-1]}")) == []


@pytest.mark.parametrize(
    "query", [f"number={NUMBER}", f"number={NUMBER}&preset=today", "number=1399"]
)
def test_every_link_of_a_page_about_a_number_holds_its_token(browser: Client, query: str) -> None:
    page = Screen(browser.get(f"/appoints/?{query}"))
    links = [link for link in page.links("a") if "number=" in link]
    assert links
    expected = query.removeprefix("number=").partition("&")[0]
    assert {asked_number(link) for link in links if "next=" not in link} == {expected}


def test_the_chip_and_the_field_show_the_masked_number(browser: Client) -> None:
    page = Screen(browser.get(f"/appoints/?number={NUMBER}"))
    assert any(SHOWN in text for text in page.texts(".chips a"))
    assert page.values("input[name=number]", "value") == [SHOWN]


def sent(browser: Client, **fields: str) -> str:
    response = browser.post("/appoints/", {"preset": "today", **fields})
    assert response.status_code == 303
    return str(response["Location"])


def test_a_number_that_is_typed_becomes_a_token(browser: Client) -> None:
    assert asked_number(sent(browser, number="139-0000-0001")) == "139-0000-0001"


def test_the_masked_number_of_the_form_is_kept_changed_and_taken_away(browser: Client) -> None:
    kept = {"number_token": seal(NUMBER)}
    assert asked_number(sent(browser, number=SHOWN, **kept)) == NUMBER
    assert asked_number(sent(browser, number="13900000002", **kept)) == "13900000002"
    assert "number" not in sent(browser, number="", **kept)


def test_what_was_typed_stays_masked_beside_what_is_wrong(browser: Client) -> None:
    response = browser.post("/appoints/", {"number": NUMBER, "from": "soon"})
    assert response.status_code == 400
    assert NUMBER not in content_of(response)
    assert Screen(response).values("input[name=number]", "value") == [SHOWN]


def test_a_token_that_no_key_opens_is_refused_beside_its_field(
    browser: Client, seeing: Client
) -> None:
    for each in (browser, seeing):
        response = each.get("/appoints/?number=~" + "A" * 52)
        assert response.status_code == 400
        assert Screen(response).texts(".field:has([name=number]) .errorlist")


def test_who_sees_numbers_gets_a_link_with_a_token_in_full(seeing: Client) -> None:
    page = Screen(seeing.get(f"/appoints/?number={seal(NUMBER)}"))
    assert page.values("input[name=number]", "value") == [NUMBER]
    assert any(f"number={NUMBER}" in link for link in page.links("a"))


@pytest.mark.parametrize("sort", ["called_no", "-called_no"])
def test_nobody_sorts_by_masked_numbers(browser: Client, sort: str) -> None:
    """A hidden column stayed sortable in metabase/metabase#68237."""
    for place in ("/appoints/", "/wallboard/", "/appoints/export.csv"):
        response = browser.get(f"{place}?sort={sort}", follow=True)
        assert response.status_code == 400
        assert "masked" in text_of(response)


def test_no_column_head_or_menu_offers_to_sort_by_masked_numbers(browser: Client) -> None:
    page = Screen(browser.get("/appoints/"))
    assert page.all("th.col-called_no") and not page.all("th.col-called_no a")
    assert not [link for link in page.links("a") if "called_no" in link]
    assert "called_no" not in page.values("select[name=sort] option", "value")


def test_free_text_leaves_masked_numbers_out(browser: Client) -> None:
    """A hidden column stayed searchable in metabase/metabase#68237."""
    for text in (NUMBER, NUMBER[:5], NUMBER[4:8], "0001"):
        assert ids_of(browser.get(f"/appoints/?q={text}")) == []
    assert ids_of(browser.get("/appoints/?q=001+again")) == [ID]  # what is seen of it in a text


def test_an_empty_list_offers_no_part_of_a_masked_number(browser: Client) -> None:
    response = browser.get("/appoints/?number=13988888888")
    assert "13988888888" not in content_of(response)
    assert "q=" not in content_of(response)
    assert "••••••••888" in text_of(response)


def test_other_reservations_of_a_masked_number_are_counted_and_linked(
    connection: Connection, browser: Client
) -> None:
    Snapshot.objects.all().delete()
    at_hand(connection, [raw(number, calledNo=NUMBER) for number in range(3)])
    page = Screen(browser.get(f"/appoints/{ID}/?from=2026-06-01&to=2026-06-01"))
    links = [link for link in page.links(".others a") if "number=" in link]
    assert [asked_number(link) for link in links] == [NUMBER]


def test_a_file_says_whether_its_numbers_are_masked(browser: Client, seeing: Client) -> None:
    for suffix in ("csv", "json", "xlsx"):
        said = [each.get(f"/appoints/export.{suffix}")["X-Numbers"] for each in (browser, seeing)]
        assert said == ["masked", "full"]


def test_a_workbook_has_the_masked_number_in_its_cells_and_its_filters(browser: Client) -> None:
    response: Any = browser.get(f"/appoints/export.xlsx?number={NUMBER}")
    book = openpyxl.load_workbook(BytesIO(response.content))
    cells = [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    ]
    assert not [cell for cell in cells if NUMBER in cell]
    assert [cell for cell in cells if SHOWN in cell and "number" in cell]
    assert NUMBER not in response["Content-Disposition"]


def test_the_log_still_finds_who_looked_a_masked_number_up(browser: Client) -> None:
    browser.get(f"/appoints/?number={NUMBER}")
    browser.get(f"/appoints/{ID}/")
    assert Event.objects.filter(numbers__contains=number_token(NUMBER)).count() == 2
    assert NUMBER not in str(list(Event.objects.values()))


@pytest.mark.parametrize("query", [f"number={NUMBER}", f"q={NUMBER}", "q=0001"])
def test_a_shared_view_that_names_a_number_is_for_those_who_see_numbers(
    browser: Client, seeing: Client, query: str
) -> None:
    shared = saved_view(person("ana"), "Complaint", query, audience=SavedView.Audience.EVERYBODY)
    assert seeing.get(f"/v/{shared.slug}/").status_code == 302
    assert browser.get(f"/v/{shared.slug}/").status_code == 404
    for place in ("/views/", "/appoints/"):
        assert "Complaint" in text_of(seeing.get(place))
        assert "Complaint" not in text_of(browser.get(place))


def test_a_masked_person_keeps_a_view_of_a_number_for_themselves(browser: Client) -> None:
    address = f"/views/new/?number={NUMBER}"
    assert NUMBER not in content_of(browser.get(address))
    response = browser.post(address, {"name": "Mine", "audience": "private"})
    assert asked_number(response["Location"]) == NUMBER
    view = SavedView.objects.get()
    assert view.names_number
    assert asked_number(browser.get(f"/v/{view.slug}/")["Location"]) == NUMBER
    page = browser.get("/views/")
    assert SHOWN in text_of(page) and NUMBER not in content_of(page)
    opened = browser.get(browser.get(f"/v/{view.slug}/")["Location"])
    assert "(changed)" not in text_of(opened)


def test_signing_in_leads_on_without_the_number_in_the_address(db: None) -> None:
    for place in ("/appoints/", "/wallboard/", f"/appoints/{ID}/", "/choices/agents/"):
        location = Client().get(f"{place}?number={NUMBER}")["Location"]
        assert asked_number(parse_qs(urlsplit(location).query)["next"][0]) == NUMBER


def test_the_way_to_the_list_has_no_number_in_its_address(browser: Client) -> None:
    for place in ("/choices/agents/", "/wallboard/", "/views/new/"):
        response = browser.get(f"{place}?number={NUMBER}&from=soon")
        assert asked_number(response["Location"]) == NUMBER


def test_the_way_to_the_address_with_its_slash_has_no_number(browser: Client) -> None:
    for each in (browser, Client()):
        response = each.get(f"/appoints?number={NUMBER}")
        assert response.status_code == 301
        assert asked_number(response["Location"]) == NUMBER


def test_a_page_that_is_not_there_repeats_no_number(browser: Client) -> None:
    for path in ("/nowhere/", "/nowhere", "/appoints/x/y/"):
        response = browser.get(f"{path}?number={NUMBER}")
        assert response.status_code == 404
        assert NUMBER not in content_of(response)


def test_the_way_back_from_the_preferences_has_no_number(browser: Client) -> None:
    response = browser.get(f"/appoints/?number={NUMBER}&from=soon")
    assert re.search(r"preferences/\?next=", content_of(response))
    assert NUMBER not in content_of(response)
