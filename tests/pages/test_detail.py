"""One reservation: its fields, times and the way back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import Settings

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator, odd_rows
from tests.factories import held
from tests.screen import Screen, address_of, ids_of, text_of, words_of

LIST = "/appoints/"


def test_it_shows_every_field_as_isales_sent_it(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    row = next(row for row in simulator.rows() if row.get("failCode") == "00604")
    words = text_of(signed_in.get(f"{LIST}{row['appointId']}/"))
    for name, value in row.items():
        assert f" {name} " in words
        assert str(value).lower() in words.lower()


def test_its_times_are_in_the_views_zone_and_the_consoles(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    row = next(row for row in simulator.rows() if row.get("failCode") == "00604")
    reserved = datetime.fromtimestamp(row["appointTime"] / 1000, UTC)
    words = text_of(signed_in.get(f"{LIST}{row['appointId']}/"))
    assert "times in UTC (+0000) · console time in Asia/Shanghai" in words
    assert f"Reserved for planned {reserved:%Y-%m-%d %H:%M:%S} console" in words


def test_every_odd_row_has_its_page(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    ids = {row["appointId"] for row in odd_rows(datetime.now(UTC)) if row.get("appointId")}
    found = {each: signed_in.get(f"{LIST}{each}/").status_code for each in ids}
    assert len(ids) > 5 and found == dict.fromkeys(ids, 200)


def test_what_the_filters_leave_out_is_shown_and_said_to_be(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    row = next(row for row in simulator.rows() if row.get("failCode") == "00604")
    response = signed_in.get(f"{LIST}{row['appointId']}/", {"state": "reached"})
    assert response.status_code == 200
    assert "The filters of the list leave this one out" in text_of(response)
    assert 'rel="next"' not in response.content.decode()
    assert 'href="/appoints/?connection=demo&amp;state=reached"' in response.content.decode()


@pytest.mark.parametrize("elsewhere", [{"from": "2020-01-01", "to": "2020-01-02"}, {"agent": "x"}])
def test_what_isales_was_not_asked_for_is_not_shown(
    signed_in: Client, connection: Connection, simulator: Simulator, elsewhere: dict[str, str]
) -> None:
    row = next(row for row in simulator.rows() if row.get("failCode") == "00604")
    signed_in.get(LIST)
    response = signed_in.get(f"{LIST}{row['appointId']}/", elsewhere)
    assert response.status_code == 404
    assert "not in the result of these filters" in text_of(response)


def test_it_stands_where_the_list_has_it(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    asked = {"sort": "-called_no", "per_page": "25", "page": "2"}
    listed = ids_of(signed_in.get(LIST, asked))
    response = signed_in.get(f"{LIST}{listed[1]}/", {**asked, "page": "1"})
    page = Screen(response)
    assert f"27 of {len(simulator.rows())} " in text_of(response)
    assert page.one("[rel=prev]").attributes["href"].startswith(f"/appoints/{listed[0]}/")
    assert page.one("[rel=next]").attributes["href"].startswith(f"/appoints/{listed[2]}/")
    [back] = [link for link in page.all("a:has(> .arrow)") if words_of(link).startswith("←")]
    assert f"/appoints/{listed[1]}/" in signed_in.get(address_of(back)).content.decode()


def test_the_first_has_none_before_it_and_the_last_none_after(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    ends = []
    for sort in ("create_time", "-create_time"):
        asked = {"sort": sort, "q": "Renewal"}
        first = ids_of(signed_in.get(LIST, asked))[0]
        detail = Screen(signed_in.get(f"{LIST}{first}/", asked))
        ends.append(detail.values("[rel=prev], [rel=next]", "rel"))
    assert ends == [["next"], ["next"]]


def test_the_numbers_other_reservations_are_there_whatever_their_state(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    numbers = [row.get("calledNo") for row in simulator.rows()]
    number = next(each for each in numbers if each and numbers.count(each) > 1)
    same = [row for row in simulator.rows() if row.get("calledNo") == number]
    first = same[0]["appointId"]
    response = signed_in.get(f"{LIST}{first}/", {"q": number, "late": "1"})
    listed = Screen(response).links('li > a[href^="/appoints/"][href*="late=1"]')
    assert {link.split("/")[2] for link in listed} == {row["appointId"] for row in same[1:]}


def test_a_number_with_one_reservation_says_so(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    numbers = [row.get("calledNo") for row in simulator.rows()]
    row = next(row for row in simulator.rows() if numbers.count(row.get("calledNo")) == 1)
    address = f"{LIST}{row['appointId']}/"
    ranged = signed_in.get(address, {"from": "2000-01-01"})
    assert "None in this range." in text_of(ranged)
    everything = f'href="/appoints/?connection=demo&amp;number={row["calledNo"]}"'
    assert everything in ranged.content.decode()
    anywhere = text_of(signed_in.get(address))
    assert "There is no other." in anywhere
    assert "Look for them at any time" not in anywhere


def test_while_rows_are_coming_it_is_not_called_missing(
    signed_in: Client, connection: Connection, simulator: Simulator, settings
) -> None:
    settings.APPOINTS_PAGE_WAIT = 0.1
    with held(simulator):
        response = signed_in.get(f"{LIST}4711/")
    assert response.status_code == 200
    assert "has not come so far" in text_of(response)
    assert 'http-equiv="refresh"' in response.content.decode()


def test_bad_filters_are_named_and_nothing_is_asked(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    response = signed_in.get(f"{LIST}4711/", {"from": "never"})
    assert response.status_code == 400
    assert "Give a day like" in text_of(response)
    assert simulator.calls == []


def test_unknown_parameters_are_named_and_ignored(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    row = next(row for row in simulator.rows() if row.get("failCode") == "00604")
    response = signed_in.get(f"{LIST}{row['appointId']}/", {"colour": "red"})
    assert response.status_code == 200
    assert "ignored: colour." in text_of(response)


def test_above_the_cap_a_row_of_another_page_is_not_said_to_be_missing(
    signed_in: Client, connection: Connection, settings: Settings
) -> None:
    settings.APPOINTS_MOST_ROWS = 10
    page = signed_in.get("/appoints/no-such/").content.decode()
    assert "too many rows to look for no-such" in page
    assert "cancelled" not in page
