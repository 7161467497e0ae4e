"""A number is found however it is written: in the box, in a link, in the search, in the files."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from appoints.query.query import Query
from tests.screen import Screen, address_of, words_of

LIST, FILE = "/appoints/", "/appoints/export.json"
LAST_DAYS = {"preset": "last-7d"}  # in which a call of now is after midnight, too


def serve(simulator: Simulator, *numbers: str | None) -> None:
    """Let iSales have a call of each number now, and another last year."""
    now = datetime.now(UTC)
    simulator.listing.source = [
        {
            "appointId": f"{age}-{place}",
            "appointTime": round((now - timedelta(days=age)).timestamp() * 1000),
            "calledNo": number,
        }
        for age in (0, 400)
        for place, number in enumerate(numbers)
    ]


def own(connection: Connection, country: str, trunk: str = "0") -> None:
    connection.country_code, connection.trunk_prefix = country, trunk
    connection.save()


def on_page(response: Any) -> set[str]:
    """Return the numbers of the table."""
    assert response.status_code == 200
    return {each.text() for each in Screen(response).all("td bdi.number")}


def in_file(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200, response.content
    return sorted(row["called_no"] for row in json.loads(response.content)["rows"])


def found(client: Client, query: str) -> set[str]:
    """Return what the page shows of all rows, which the file has too."""
    numbers = on_page(client.get(f"{LIST}?{query}"))
    assert set(in_file(client, f"{FILE}?{query}")) == numbers
    return numbers


SAUDI = ("+966501234568", "0501234568", "966501234568", "00966501234568", "501234568")


# In the address of a link, where a plus is a blank.
WRITTEN = (
    *("+966501234568", "%2B966501234568", "00966501234568", "0501234568", "501234568"),
    *("tel:%2B966-50-123-4568", "٠٥٠١٢٣٤٥٦٨"),
)


def test_a_link_to_a_file_finds_a_number_in_all_its_writings(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    own(connection, "966")
    serve(simulator, *SAUDI, "0501234569", "+971501234568", None)
    wanted = sorted(SAUDI * 2)
    assert in_file(signed_in, f"{FILE}?number={WRITTEN[0]}") == wanted
    signed_in.get(LIST)  # now everything is at hand, and iSales is asked for nothing
    calls = len(simulator.list_calls)
    found = {each: in_file(signed_in, f"{FILE}?number={each}") for each in WRITTEN}
    assert found == dict.fromkeys(WRITTEN, wanted)
    assert len(simulator.list_calls) == calls


def test_without_a_country_only_signs_and_separators_are_no_difference(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    serve(simulator, *SAUDI)
    assert found(signed_in, "number=+966501234568") == {SAUDI[0], SAUDI[2], SAUDI[3]}
    assert found(signed_in, "number=0501234568") == {SAUDI[1]}


# What is typed, and the number that is stored.
TYPED = {
    "+86 139 0013 9000": "+8613900139000",
    "１３８００１３８０００": "13800138000",
    "٠٥٠١٢٣٤٥٦٧": "0501234567",
    "(11) 98765-4321": "11987654321",
    "\u202d050\u2011123\u00a04567\u202c": "0501234567",
    "tel:+44-20-7946-0999": "+442079460999",
    "47 11": "4711",
}


@pytest.mark.parametrize("box", ["number", "q"])
def test_box_and_search_find_the_same_number(
    signed_in: Client, connection: Connection, simulator: Simulator, box: str
) -> None:
    serve(simulator, *set(TYPED.values()), "999")
    signed_in.get(LIST, LAST_DAYS)
    for typed, stored in TYPED.items():
        sent = signed_in.post(LIST, {box: typed, **LAST_DAYS})
        address = sent["Location"].replace(LIST, FILE)
        assert in_file(signed_in, address) == [stored], typed


def test_a_number_stored_with_spaces_is_found_by_its_own_link(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    stored = "+44 20 7946 0999"
    serve(simulator, stored, "+442079460999", "999")
    detail = Screen(signed_in.get("/appoints/0-0/?preset=last-7d"))
    [link] = [each for each in detail.all("a") if words_of(each) == "Look for them at any time"]
    query = address_of(link).removeprefix("/appoints/?")
    assert found(signed_in, query) == {stored, "+442079460999"}


@pytest.mark.parametrize(
    "stored",
    ["(11) 98765-4321", "٠٥٠١٢٣٤٥٦٧", "\u202d+44 20 7946 0999\u202c", "Sip: Alice"],
)
def test_a_number_typed_as_rows_have_it_is_found_with_nothing_at_hand(
    signed_in: Client, connection: Connection, simulator: Simulator, stored: str
) -> None:
    serve(simulator, stored)
    assert in_file(signed_in, f"{FILE}?{urlencode({'number': stored})}") == [stored] * 2


def test_a_copied_number_is_found_without_its_hidden_marks(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    serve(simulator, "+44 20 7946 0999")
    typed = "\u202d+44 20 7946 0999\u202c "
    response = signed_in.post(LIST, {"number": typed}, follow=True)
    assert on_page(response) == {"+44 20 7946 0999"}


def test_a_number_with_blanks_around_it_is_found_by_its_own_link(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    for stored in (" 13800138000", "13800138000 ", "13800138000\n"):
        serve(simulator, stored)
        query = Query(number=stored).urlencode()
        assert in_file(signed_in, f"{FILE}?{query}") == [stored] * 2


def test_a_part_of_a_number_is_found_with_another_prefix(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    own(connection, "44")
    stored = {"+442079460999", "02079460999"}
    serve(simulator, *stored, "+33207946099")
    for part in ("020 7946", "%2B44 20 7946", "0044 20 7946"):
        assert found(signed_in, f"q={part}") == stored


def test_a_writing_that_rows_at_hand_have_is_asked_for_at_any_time(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    own(connection, "44")
    serve(simulator, "(020) 7946-0999", "999")
    signed_in.get(LIST, LAST_DAYS)
    assert in_file(signed_in, f"{FILE}?number=%2B442079460999") == ["(020) 7946-0999"] * 2


def test_other_calls_of_the_number_are_those_of_any_writing(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    own(connection, "44")
    serve(simulator, "+442079460999", "020 7946 0999", "02079460998")
    page = signed_in.get("/appoints/0-0/?preset=last-7d").content.decode()
    assert 'href="/appoints/0-1/' in page
    assert 'href="/appoints/0-2/' not in page


def test_an_empty_answer_says_which_writings_were_looked_for(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    serve(simulator, "999")
    words = signed_in.get(LIST, {"number": "+966501234568"}).content.decode()
    assert "No country code was added or left out" in words
    own(connection, "966")
    words = signed_in.get(LIST, {"number": "+966501234568"}).content.decode()
    assert "No country code" not in words
    for each in SAUDI:
        assert f'<bdi class="number">{each}</bdi>' in words


def test_what_was_compared_here_is_named_too(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    own(connection, "966")
    serve(simulator, "999")
    signed_in.get(LIST)  # now everything is at hand, and no row has the number
    calls = len(simulator.list_calls)
    words = signed_in.get(LIST, {"number": "+966501234568"}).content.decode()
    assert len(simulator.list_calls) == calls
    for each in SAUDI:
        assert f'<bdi class="number">{each}</bdi>' in words


def test_a_number_is_asked_for_once_in_each_writing(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    serve(simulator, "13800138000")
    found(signed_in, "number=13800138000")
    asked = [call.body["calledNo"] for call in simulator.list_calls]
    assert asked == ["13800138000", "+13800138000", "0013800138000"]


def test_a_server_that_matches_loosely_doubles_no_row(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    serve(simulator, "13800138000", "999")
    for row in simulator.listing.source:
        row["appointId"] = None
    simulator.fault = "unfiltered"
    page = signed_in.get(LIST, {"number": "13800138000"}).content.decode()
    assert page.count('<bdi class="number">13800138000</bdi>') == 2


def test_when_one_writing_cannot_be_asked_for_the_number_is_not_called_absent(
    signed_in: Client, connection: Connection, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(simulator, "+13800138000")
    whole = simulator.listing.page

    def page(body: Any, *rest: Any) -> Any:
        if body.get("calledNo", "").startswith("+"):
            raise RuntimeError
        return whole(body, *rest)

    monkeypatch.setattr(simulator.listing, "page", page)
    response = signed_in.get(LIST, {"number": "13800138000"})
    assert response.status_code in (502, 503, 504)
    assert "No reserved call" not in response.content.decode()
