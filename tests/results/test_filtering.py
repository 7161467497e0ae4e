"""What cannot be told of a row is never "no": the row stays, and iSales' counts are compared."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from appoints.query.query import Query
from appoints.query.time_range import EVER, Window
from appoints.results import filtering
from appoints.results.lookup import ask
from appoints.results.result import Result
from appoints.snapshots.frame import MOMENT, SHARED
from appoints.snapshots.models import Snapshot
from tests.factories import NOON, raw, whole
from tests.results.test_export import csv_of, frame_of, in_file

UTC = ZoneInfo("UTC")
HOUR = timedelta(hours=1)
DAY = Window(NOON - 12 * HOUR, NOON + 12 * HOUR)
ODD_TIMES = [None, "", round(NOON.timestamp()), "2026-06-01T12:00:00Z", 1.5, True, [1], -1]


def asked(connection: Connection, window: Window = DAY, **parts: Any) -> Result:
    return ask(connection, Query(**parts), window, UTC, whole(connection), wait=10)


@pytest.fixture
def unfiltered(simulator: Simulator) -> Simulator:
    """An iSales that sends rows whose values do not show why it found them."""
    simulator.fault = "unfiltered"
    return simulator


@pytest.mark.parametrize("time", ODD_TIMES, ids=repr)
def test_a_row_whose_time_cannot_be_read_is_in_the_range_it_was_sent_for(
    connection: Connection, unfiltered: Simulator, time: object
) -> None:
    unfiltered.listing.source = [*(raw(number) for number in range(40)), raw(99, appointTime=time)]
    result = asked(connection)
    assert (result.total, result.is_settled) == (41, True)
    assert result.find(str(raw(99)["appointId"]))["state"] == "unknown"
    assert {line.value: line.rows for line in result.facets["states"]}["unknown"] == 1
    assert csv_of(in_file(result.rows), UTC).count(b"\r\n") == 42


def test_an_item_that_is_no_row_is_in_the_range_it_was_sent_for(
    connection: Connection, unfiltered: Simulator
) -> None:
    unfiltered.listing.source = [raw(1), "no row", 7]
    assert asked(connection).total == 3
    assert asked(connection, text="o ro").total == 1


def test_a_shorter_range_asks_isales_which_of_these_rows_it_has(
    connection: Connection, unfiltered: Simulator
) -> None:
    unfiltered.listing.source = [raw(number) for number in range(40)]
    asked(connection)
    before = len(unfiltered.list_calls)
    hour = Window(NOON, NOON + HOUR)
    asked(connection, hour)
    assert len(unfiltered.list_calls) == before
    unfiltered.listing.source.append(raw(99, appointTime=None))
    Snapshot.objects.all().delete()
    assert asked(connection).total == 41
    before = len(unfiltered.list_calls)
    unfiltered.listing.source.pop()  # of this hour iSales has none
    assert asked(connection, hour).total == 40
    assert len(unfiltered.list_calls) > before


def test_while_isales_fails_older_rows_of_a_longer_range_are_shown_with_the_unknown(
    connection: Connection, unfiltered: Simulator
) -> None:
    unfiltered.listing.source = [raw(0), raw(99, appointTime=None)]
    asked(connection)
    Snapshot.objects.update(as_of=timezone.now() - timedelta(minutes=5))
    unfiltered.fault = "500"
    result = ask(connection, Query(), Window(NOON, NOON + HOUR), UTC, whole(connection), wait=10)
    assert (result.total, result.error is not None) == (2, True)


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("number", "calledNo", "13900000007"),
        ("task", "taskId", "1"),
        ("agents", "userAccount", "x"),
    ],
)
@pytest.mark.parametrize("sent", [None, "", {"hidden": True}], ids=repr)
def test_a_row_that_isales_found_by_a_value_it_does_not_show_stays(
    connection: Connection,
    unfiltered: Simulator,
    name: str,
    column: str,
    value: str,
    sent: object,
) -> None:
    unfiltered.listing.source = [raw(7, **{column: value}), raw(8, **{column: sent})]
    result = asked(connection, **{name: (value,) if name == "agents" else value})
    assert (result.total, result.is_settled) == (2, True)


def test_a_row_without_an_agent_is_nobodys_where_all_rows_are_at_hand(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.listing.source = [raw(1, userAccount="ann"), raw(2, userAccount=None)]
    asked(connection)
    before = len(simulator.list_calls)
    assert asked(connection, agents=("ann",)).total == 1
    assert len(simulator.list_calls) == before


def test_of_a_row_with_an_odd_agent_isales_is_asked(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.listing.source = [raw(1, userAccount="ann"), raw(2, userAccount={"id": 5})]
    asked(connection)
    before = len(simulator.list_calls)
    assert asked(connection, agents=("ann",)).total == 1
    assert len(simulator.list_calls) == before + 1


@pytest.mark.parametrize(
    ("stray", "parts"),
    [
        ({"appointTime": round((NOON + 60 * 24 * HOUR).timestamp() * 1000)}, {}),
        ({"calledNo": "13900000008"}, {"number": "13900000007"}),
        ({"taskId": "2"}, {"task": "1"}),
    ],
)
def test_a_row_that_was_not_asked_for_is_left_out_and_said_to_be(
    connection: Connection,
    unfiltered: Simulator,
    stray: dict[str, object],
    parts: dict[str, str],
) -> None:
    other = raw(8, calledNo="13900000007", taskId="1") | stray
    unfiltered.listing.source = [raw(7, taskId="1"), other]
    result = asked(connection, **parts)
    assert (result.total, result.unrequested, result.is_settled) == (1, 1, False)


def test_a_row_that_isales_found_by_the_agents_account_and_names_by_id_was_asked_for(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.listing.source = [raw(1, userAccount="880006"), raw(2, userAccount="116")]
    result = asked(connection, agents=("106",))
    assert (result.total, result.unrequested, result.is_settled) == (1, 0, True)


def test_rows_at_the_rounded_ends_of_a_range_are_no_strays(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.listing.source = [raw(number) for number in range(-1, 62)]
    result = asked(connection, Window(NOON + timedelta(minutes=5), NOON + timedelta(minutes=7)))
    assert (result.total, result.unrequested, result.is_settled) == (2, 0, True)


words = st.text("abcä外", min_size=1, max_size=4)


@given(words, st.sampled_from(["userName", "userAccount", "taskName", "busiResult", "calledNo"]))
def test_text_is_found_in_what_isales_sent_in_place_of_text(word: str, field: str) -> None:
    rows = [{"appointId": "1", field: {"first": [word]}}, {"appointId": "2", "note": word}, [word]]
    whole, _ = frame_of([(rows, 0)])
    result = Result.of(whole, Query(text=word), EVER, mode="whole", as_of=NOON)
    assert [row["appoint_id"] for row in result.page(1, 9)] == ["1", None]


NEAR = st.integers(-3_000, 3_000).map(lambda number: NOON + timedelta(microseconds=number))


@given(NEAR, NEAR)
def test_a_row_lies_in_a_window_to_the_microsecond(begin: datetime, end: datetime) -> None:
    """Rows have whole milliseconds, and a window any moment."""
    moments = [NOON + timedelta(milliseconds=number) for number in range(-4, 5)]
    rows = pl.DataFrame({"appoint_time": pl.Series(moments, dtype=MOMENT)})
    for window in (Window(begin, end), Window(begin, None), Window(None, end)):
        inside = rows.select(filtering.in_window(window)).to_series().to_list()
        assert inside == [
            (window.begin or moment) <= moment and (window.end is None or moment < window.end)
            for moment in moments
        ]


def test_a_word_that_no_row_has_stays_in_no_memory_once_it_was_asked_for() -> None:
    rows, _ = frame_of([([raw(1, failCode="603")], 0)])
    kept = len(SHARED.categories.to_series())
    asked = Query(agents=("agent1", "somebody"), causes=("603", "no code"))
    assert filtering.flags(rows, asked, EVER).row(0) == (True, True)
    assert len(SHARED.categories.to_series()) == kept
