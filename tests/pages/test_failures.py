"""What a person sees when iSales fails, on the page and in place of a file."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from appoints.snapshots.models import Snapshot
from tests.factories import held
from tests.screen import text_of

QUERY = "?preset=last-7d&number=4711"
FAULTS = [
    ("code:0200001", 502, "refused the request: 0200001"),
    ("code:0200022", 503, "less often"),
    ("401", 502, "did not accept our signature (401)"),
    ("403", 503, "locked this server's address (403)"),
    ("418", 502, "makes no sense (HTTP 418)"),
    ("429:7", 503, "less often"),
    ("500", 502, "makes no sense (HTTP 500)"),
    ("503", 502, "makes no sense (HTTP 503)"),
    ("html", 502, "makes no sense"),
    ("cut", 502, "the answer was cut off"),
    ("cut-json", 502, "makes no sense"),
    ("no-data", 502, "the answer has no data"),
    ("no-total", 502, "the answer has no totalCount"),
    ("close", 504, "did not answer"),
]
# What a file or a detail does of them is the same but for status and words, which the list tells.
IN_A_FILE = [each for each in FAULTS if each[0] in ("429:7", "cut", "no-total", "close")]
IN_A_DETAIL = [each for each in FAULTS if each[0] in ("401", "403", "close")]


@pytest.mark.parametrize(("fault", "status", "words"), FAULTS)
def test_the_page_says_what_happened_and_keeps_the_filters(
    signed_in: Client,
    connection: Connection,
    simulator: Simulator,
    fault: str,
    status: int,
    words: str,
) -> None:
    simulator.fault = fault
    response = signed_in.get("/appoints/" + QUERY)
    assert response.status_code == status
    assert words in text_of(response)
    assert 'role="alert"' in response.content.decode()
    assert 'value="4711"' in response.content.decode()


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        ("code:0200001", "try a page limit of 50"),
        ("code:02000005", "try a page limit of 50"),
        ("code:0200006", "Try again in a minute"),
        ("code:0200007", "Change the filters. If it stays"),
        ("code:02000010", "Hour and minute must be given together. iSales says"),
        ("code:04000001", "The time is not correct. iSales says"),
        ("code:04000002", "The number is not correct. iSales says"),
        ("404", "since release 25.200.0"),
        ("400", "28080 is usual on premises, 28050 on the hosted service"),
    ],
)
def test_the_advice_fits_what_was_refused(
    signed_in: Client, connection: Connection, simulator: Simulator, fault: str, advice: str
) -> None:
    simulator.fault = fault
    words = text_of(signed_in.get("/appoints/" + QUERY))
    assert advice in words
    assert ("page limit of 50" in words) is ("page limit of 50" in advice)


@pytest.mark.parametrize(("fault", "status", "words"), IN_A_FILE)
def test_no_file_is_sent_that_could_be_short(
    signed_in: Client,
    connection: Connection,
    simulator: Simulator,
    fault: str,
    status: int,
    words: str,
) -> None:
    simulator.fault = fault
    response = signed_in.get("/appoints/export.csv" + QUERY)
    assert response.status_code == status
    assert words in text_of(response)
    assert "Content-Disposition" not in response


def test_after_a_401_exactly_one_request_has_gone_out(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "401"
    signed_in.get("/appoints/")
    again = signed_in.get("/appoints/")
    signed_in.get("/appoints/export.csv")
    assert len(simulator.calls) == 1
    assert again.status_code == 503
    assert "at rest" in text_of(again)


def test_while_the_first_answer_is_awaited_nothing_else_is_asked(
    signed_in: Client, connection: Connection, simulator: Simulator, settings
) -> None:
    settings.APPOINTS_PAGE_WAIT = 0.1
    with held(simulator) as asked:
        signed_in.get("/appoints/")
        assert len(asked) <= 1


def test_with_older_rows_a_failing_isales_is_not_asked_for_names(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    signed_in.get("/appoints/")
    Snapshot.objects.update(as_of=timezone.now() - timedelta(minutes=12))
    cache.clear()
    simulator.fault = "html"
    calls = len(simulator.calls)
    signed_in.get("/appoints/")
    assert all(call in simulator.list_calls for call in simulator.calls[calls:])


def test_a_429_says_when_to_try_again(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "429:7"
    assert signed_in.get("/appoints/")["Retry-After"] == "7"


def test_a_hanging_isales_shows_progress_then_says_that_there_is_no_answer(
    signed_in: Client, connection: Connection, simulator: Simulator, settings, monkeypatch
) -> None:
    settings.APPOINTS_PAGE_WAIT = 0.3
    monkeypatch.setattr("appoints.isales.client.READ_TIMEOUT", 5)
    monkeypatch.setattr("appoints.isales.retries.TRIES", 1)
    simulator.fault = "hang"
    first = signed_in.get("/appoints/")
    while "Waits for its turn" in text_of(first):
        first = signed_in.get("/appoints/")
    assert "Asking iSales" in text_of(first)
    settings.APPOINTS_PAGE_WAIT = 20
    later = signed_in.get("/appoints/")
    assert later.status_code == 504
    assert "did not answer in time" in text_of(later)


def test_the_last_good_rows_stay_with_their_age_when_a_refresh_fails(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    signed_in.get("/appoints/")
    Snapshot.objects.update(as_of=timezone.now() - timedelta(minutes=12))
    simulator.fault = "html@2"
    response = signed_in.get("/appoints/")
    assert response.status_code == 200
    assert "The rows below are 12 min old" in text_of(response)
    assert 'role="status"' in response.content.decode()
    assert f"of {len(simulator.rows())}" in text_of(response)


def test_a_total_that_cannot_be_settled_is_said(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "wrong-total"
    total = len(simulator.rows())
    words = text_of(signed_in.get("/appoints/"))
    assert f"iSales reported {total + 3}, {total} received" in words


def test_an_unsettled_file_comes_only_on_request_and_says_so(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "wrong-total"
    total = len(simulator.rows())
    refused = signed_in.get("/appoints/export.csv")
    assert refused.status_code == 502
    assert f"{total + 3} rows, {total} were received" in text_of(refused)
    given = signed_in.get("/appoints/export.csv?partial=1")
    assert given.status_code == 200
    assert f"PARTIAL_{total}-of-{total + 3}-rows.csv" in given["Content-Disposition"]


def test_a_file_above_the_cap_is_refused(
    signed_in: Client, connection: Connection, settings
) -> None:
    settings.APPOINTS_MOST_ROWS = 100
    assert signed_in.get("/appoints/export.csv").status_code == 422


def test_a_file_that_takes_too_long_says_when_to_come_back(
    signed_in: Client, connection: Connection, simulator: Simulator, settings
) -> None:
    settings.APPOINTS_FILE_WAIT = 0.2
    with held(simulator):
        response = signed_in.get("/appoints/export.csv")
    assert response.status_code == 503
    assert response["Retry-After"] == "5"


def test_a_lost_credential_key_is_said_in_plain_words(
    signed_in: Client, connection: Connection, simulator: Simulator, settings
) -> None:
    settings.CREDENTIAL_KEYS = ["T3RoZXItS2V5LTAxMjM0NTY3ODktMDEyMzQ1Njc4OTA="]
    response = signed_in.get("/appoints/")
    assert response.status_code == 503
    assert "cannot be decrypted" in text_of(response)
    assert simulator.calls == []


def test_a_pages_own_refresh_is_told_of_a_failure_with_200(
    signed_in: Client,
    connection: Connection,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("appoints.pages.list.POLL_WAIT", 20)  # on a busy machine, too
    simulator.fault = "html"
    response = signed_in.get("/appoints/", headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "makes no sense" in text_of(response)
    assert "<html" not in response.content.decode()


def test_a_signed_out_pages_refresh_says_so_and_brings_no_sign_in_form(
    transactional_db: None,
) -> None:
    response = Client().get("/appoints/?page=2", headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "Sign in again" in text_of(response)
    assert "password" not in response.content.decode()


def test_a_page_that_is_loading_refreshes_itself(
    signed_in: Client, connection: Connection, simulator: Simulator, settings
) -> None:
    settings.APPOINTS_PAGE_WAIT = 0.2
    with held(simulator):
        page = signed_in.get("/appoints/").content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    for _ in range(50):
        fragment = signed_in.get("/appoints/", headers={"HX-Request": "true"}).content.decode()
        if "hx-trigger" not in fragment:
            break
    assert "hx-trigger" not in fragment
    assert f"of <strong>{len(simulator.rows())}" in fragment


def test_a_refresh_brings_nothing_while_older_rows_stand_and_newer_come(
    signed_in: Client, connection: Connection, simulator: Simulator, settings, monkeypatch
) -> None:
    signed_in.get("/appoints/")
    Snapshot.objects.update(as_of=timezone.now() - timedelta(minutes=12))
    settings.APPOINTS_PAGE_WAIT = 0.1
    monkeypatch.setattr("appoints.pages.list.POLL_WAIT", 0.1)
    with held(simulator):
        page = signed_in.get("/appoints/")
        assert "newer rows are coming" in text_of(page)
        poll = {"HX-Request": "true", "HX-Trigger": "answer"}
        assert signed_in.get("/appoints/", headers=poll).status_code == 204
    assert signed_in.get("/appoints/", headers={"HX-Request": "true"}).status_code == 200


def test_a_refresh_that_cannot_go_on_loads_the_page_anew(
    signed_in: Client, connection: Connection, settings
) -> None:
    settings.APPOINTS_MOST_ROWS = 100
    # A page has the time to learn that the rows are too many; a refresh waits for just a moment.
    assert signed_in.get("/appoints/?state=failed").status_code == 400
    response = signed_in.get("/appoints/?state=failed", headers={"HX-Request": "true"})
    assert response["HX-Refresh"] == "true"


@pytest.mark.parametrize(("fault", "status", "words"), IN_A_DETAIL)
def test_a_detail_page_says_what_happened(
    signed_in: Client,
    connection: Connection,
    simulator: Simulator,
    fault: str,
    status: int,
    words: str,
) -> None:
    simulator.fault = fault
    response = signed_in.get("/appoints/4711/" + QUERY)
    assert response.status_code == status
    assert words in text_of(response)
    assert 'href="/appoints/?connection=demo&amp;preset=last-7d&amp;number=4711"' in (
        response.content.decode()
    )


def test_called_too_fast_for_nobody_knows_how_long_is_left_alone_for_a_while(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "code:0200022"
    first = signed_in.get("/appoints/" + QUERY)
    second = signed_in.get("/appoints/" + QUERY)
    assert all(5 <= int(each["Retry-After"]) <= 10 for each in (first, second))
    assert len(simulator.calls) == 1
