"""The list over a simulated iSales, through sockets and threads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.rows import parse_row
from appoints.isales.simulator import Simulator, odd_rows
from appoints.snapshots.models import Chunk, Snapshot
from tests.factories import administrator, browser_of, person
from tests.screen import Screen, address_of, ids_of, number_of, text_of, total_of, words_of

LIST = "/appoints/"
EVERYTHING = "/appoints/?per_page=200"


def test_a_page_says_which_of_how_many_rows_it_shows(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    total = len(simulator.rows())
    assert f"51–100 of {total}" in text_of(signed_in.get(LIST, {"page": "2"}))


def test_a_whole_result_costs_one_call_a_page_of_isales(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    signed_in.get(LIST)
    assert len(simulator.list_calls) == -(-len(simulator.rows()) // 100)


def test_narrowing_sorting_and_paging_a_loaded_result_ask_nothing(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    # Of a time that cannot be read, iSales alone knows to which day it belongs.
    rows = [row for row in simulator.rows() if parse_row(row).appoint_time is not None]
    simulator.listing.source = rows
    signed_in.get(LIST)
    before = len(simulator.list_calls)
    for query in ("?state=failed&sort=-agent_name", "?page=3", "?preset=today", "?q=Souza&late=1"):
        assert signed_in.get(LIST + query).status_code == 200
    assert len(simulator.list_calls) == before


@pytest.mark.parametrize(
    ("name", "field"), [("agent", "userAccount"), ("number", "calledNo"), ("task", "taskId")]
)
def test_each_filter_shows_just_its_rows(
    signed_in: Client, connection: Connection, simulator: Simulator, name: str, field: str
) -> None:
    rows = simulator.rows()
    value = rows[100][field]
    wanted = {row["appointId"] for row in rows if row.get(field) == value and row.get("appointId")}
    response = signed_in.get(EVERYTHING, {name: value, "per_page": "200"})
    assert set(ids_of(response)) == wanted


def test_a_range_shows_the_calls_reserved_in_it(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=3)
    end = begin + timedelta(hours=30)
    response = signed_in.get(
        LIST, {"from": begin.isoformat(), "to": end.isoformat(), "per_page": "200"}
    )
    first, last = begin.timestamp() * 1000, end.timestamp() * 1000
    wanted = {
        row["appointId"]
        for row in simulator.rows()
        if isinstance(row.get("appointTime"), int) and first <= row["appointTime"] < last
    }
    assert set(ids_of(response)) == wanted


def test_counts_lead_to_as_many_rows_as_they_say(signed_in: Client, connection: Connection) -> None:
    tile = Screen(signed_in.get(LIST)).one(".tile-failed")
    narrowed = signed_in.get(LIST + address_of(tile))
    assert total_of(narrowed) == number_of(words_of(tile.css_first("strong"))) > 0


def test_a_head_sorts_the_whole_result_and_back(signed_in: Client, connection: Connection) -> None:
    page = signed_in.get(LIST, {"sort": "called_no"}).content.decode()
    assert 'aria-sort="ascending"' in page
    assert "sort=-called_no" in page


def test_a_page_past_the_end_says_so_and_leads_to_the_last(
    signed_in: Client, connection: Connection
) -> None:
    response = signed_in.get(LIST, {"page": "99999"})
    assert response.status_code == 200
    assert "no page 99999" in text_of(response)
    assert "To the last page" in text_of(response)


def test_every_odd_row_is_shown(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    wanted = {row["appointId"] for row in odd_rows(datetime.now(UTC)) if row.get("appointId")}
    found: set[str] = set()
    for number in range(1, 5):
        found |= set(ids_of(signed_in.get(EVERYTHING, {"page": number, "per_page": "200"})))
    assert wanted <= found


def test_an_odd_time_is_shown_as_it_was_sent(signed_in: Client, connection: Connection) -> None:
    page = signed_in.get(LIST, {"q": "66660001", "per_page": "200"})
    assert "soon" in text_of(page)


def test_times_are_in_the_zone_that_the_address_names(
    signed_in: Client, connection: Connection
) -> None:
    page = text_of(signed_in.get(LIST, {"tz": "Asia/Kathmandu"}))
    assert "times in Asia/Kathmandu (+0545)" in page
    assert "console time: Asia/Shanghai (+0800)" in page


def test_a_posted_form_becomes_an_address(signed_in: Client, connection: Connection) -> None:
    form = {"preset": "today", "agent": "101\n102, 103", "number": "138 0013 8000", "page": ""}
    response = signed_in.post(LIST, form)
    assert response.status_code == 303
    assert response["Location"] == (
        "/appoints/?connection=demo&preset=today&agent=101,102,103&number=138+0013+8000"
    )


def test_a_posted_form_that_is_wrong_keeps_what_was_typed(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    response = signed_in.post(LIST, {"from": "yesterday-ish", "number": "4711"})
    page = response.content.decode()
    assert response.status_code == 400
    assert 'value="yesterday-ish"' in page
    assert 'value="4711"' in page
    assert simulator.calls == []


def test_without_a_connection_the_page_says_whom_to_ask(signed_in: Client) -> None:
    response = signed_in.get(LIST)
    assert response.status_code == 200
    assert "Ask an administrator" in text_of(response)


def test_an_administrator_without_a_connection_is_led_to_add_one(transactional_db: None) -> None:
    page = browser_of(administrator()).get(LIST).content.decode()
    assert "/admin/connections/connection/add/" in page


def test_an_inactive_connection_is_nobodys_to_see(
    signed_in: Client, connection: Connection
) -> None:
    Connection.objects.update(active=False)
    assert "No call centre to show" in text_of(signed_in.get(LIST))


def test_a_stranger_is_sent_to_sign_in(connection: Connection, simulator: Simulator) -> None:
    response = Client().get(LIST)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_unknown_parameters_are_named_and_ignored(
    signed_in: Client, connection: Connection
) -> None:
    response = signed_in.get(LIST, {"colour": "red", "<b>": "1"})
    assert response.status_code == 200
    assert "ignored: <b>, colour." in text_of(response)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=2026-02-01&to=2026-01-01", "must end after it begins"),
        ("preset=today&from=2026-01-01", "not both"),
        ("from=1999-12-31", "between 2000 and 2100"),
        ("from=never", "Give a day like"),
        ("per_page=100000", "“100000” is not possible here. Possible: 25, 50, 100, 200"),
        ("per_page=-5", "“-5” is not possible here."),
        ("page=0", "greater than or equal to 1"),
        ("tz=Mars/Olympus", "no time zone of this name"),
        ("tz=../../etc/passwd", "no time zone of this name"),
        ("number=1%00", "Control characters are not allowed"),
        ("agent=%00", "is not possible here"),
        ("agent=" + ",".join(map(str, range(10_000))), "At most 300"),
        ("&".join(f"agent={n}" for n in range(10_000)), "At most 300"),
        ("state=lost", "“lost” is not possible here. Possible: overdue, due,"),
        ("sort=secret", "“secret” is not possible here. Possible: appoint_id, state,"),
        ("number=1&number=2", "given more than once"),
    ],
)
def test_bad_input_is_named_and_nothing_is_asked(
    signed_in: Client, connection: Connection, simulator: Simulator, query: str, words: str
) -> None:
    response = signed_in.get(f"{LIST}?{query}")
    assert response.status_code == 400
    assert words in text_of(response)
    assert simulator.calls == []


@pytest.mark.parametrize("query", ["connection=other", "connection=other&preset=never"])
def test_a_connection_that_there_is_not_is_404(
    signed_in: Client, connection: Connection, simulator: Simulator, query: str
) -> None:
    response = signed_in.get(f"{LIST}?{query}")
    assert response.status_code == 404
    assert "There is no connection other. Known: demo" in text_of(response)
    assert simulator.calls == []


def test_ten_thousand_pasted_agents_get_a_clear_answer(
    signed_in: Client, connection: Connection
) -> None:
    response = signed_in.post(LIST, {"agent": "\n".join(map(str, range(10_000)))})
    assert response.status_code == 400
    assert "At most 300" in text_of(response)


@pytest.mark.parametrize(
    ("query", "menu"),
    [
        ("state=lost", "menu more"),
        ("tz=Mars", "menu more"),
        ("agent=%00", "menu choices-menu"),
        ("agent_list=none", "menu choices-menu"),
        ("from=never", "menu range-menu"),
        ("preset=someday", "menu range-menu"),
    ],
)
def test_a_menu_with_something_wrong_stands_open(
    signed_in: Client, connection: Connection, query: str, menu: str
) -> None:
    opened = Screen(signed_in.get(f"{LIST}?{query}")).values("details[open]", "class")
    assert sorted(opened) == sorted(["collapsible", menu])  # a phone collapses it


def test_menus_stay_closed_otherwise(signed_in: Client, connection: Connection) -> None:
    page = Screen(signed_in.get(LIST, {"sort": "agent", "state": "failed"}))
    assert page.values("details[open]", "class") == ["collapsible"]


def test_the_task_field_offers_the_names_that_isales_tells(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    page = Screen(signed_in.get(LIST))
    assert page.one("input[name=task]").attributes["list"] == "tasks"
    row = next(row for row in simulator.rows() if row.get("taskName") == "Renewal wave")
    assert page.texts(f"#tasks option[value='{row['taskId']}']") == ["Renewal wave"]


def test_clearing_all_keeps_connection_and_zone(signed_in: Client, connection: Connection) -> None:
    page = signed_in.get(LIST, {"state": "failed", "tz": "Asia/Kathmandu"}).content.decode()
    assert (
        'class="clear" href="/appoints/?connection=demo&amp;preset=today&amp;tz=Asia%2FKathmandu"'
        in page
    )


def test_above_the_cap_pages_come_in_isales_own_order_one_call_each(
    signed_in: Client, connection: Connection, simulator: Simulator, settings
) -> None:
    settings.APPOINTS_MOST_ROWS = 100
    signed_in.get(LIST)
    before = len(simulator.list_calls)
    page = text_of(signed_in.get(LIST, {"page": "2"}))
    assert f"51–100 of {len(simulator.rows())}" in page
    assert "iSales' own order" in page
    assert [call.body["offset"] for call in simulator.list_calls[before:]] == [50]


@pytest.mark.parametrize("query", ["state=failed", "late=1", "q=x", "sort=agent", "cause=00604"])
def test_above_the_cap_what_needs_every_row_is_refused_beside_its_field(
    signed_in: Client, connection: Connection, settings, query: str
) -> None:
    settings.APPOINTS_MOST_ROWS = 100
    response = signed_in.get(f"{LIST}?{query}")
    assert response.status_code == 400
    assert "needs the whole result" in text_of(response)


def test_a_detail_page_tells_all_and_leads_back(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    row = next(row for row in simulator.rows() if row.get("failCode") == "00604")
    response = signed_in.get(f"{LIST}{row['appointId']}/", {"state": "failed"})
    assert response.status_code == 200
    assert "call rejected" in text_of(response)
    assert Screen(response).links('a[href^="/appoints/?"][href*="state=failed"][href*="#call-"]')


def test_a_reservation_that_is_not_there_is_404(signed_in: Client, connection: Connection) -> None:
    assert signed_in.get(f"{LIST}4711/").status_code == 404


def test_data_are_shared_by_everybody_who_may_see_them(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    signed_in.get(LIST)
    colleague = browser_of(person("colleague"))
    before = len(simulator.list_calls)
    colleague.get(LIST)
    assert len(simulator.list_calls) == before


def test_numbers_are_stored_encrypted_only(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    number = simulator.rows()[100]["calledNo"].encode()
    signed_in.get(LIST, {"number": number.decode()})
    stored = [
        *map(bytes, Snapshot.objects.values_list("criteria", flat=True)),
        *map(bytes, Chunk.objects.values_list("payload", flat=True)),
    ]
    assert len(stored) > 1
    assert not any(number in each for each in stored)


@pytest.mark.parametrize("query", ["state=", "cause_group=&state=", "late=&preset=&per_page="])
def test_an_empty_parameter_is_none(signed_in: Client, connection: Connection, query: str) -> None:
    assert signed_in.get(f"/appoints/?number=4711&{query}").status_code == 200
