"""A question, its address, and what iSales is asked for it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appoints.connections.models import Connection
from appoints.isales.rows import EARLIEST, LATEST
from appoints.query.filters import NAMES
from appoints.query.query import Query
from appoints.query.time_range import EVER, Window
from appoints.snapshots import upstream
from tests.query.test_time_range import BERLIN, KATHMANDU, SHANGHAI, ZONES, utc, zones
from tests.strategies import queries

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
moments = st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=ZoneInfo("UTC"), microsecond=0)
)


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def test_every_field_has_a_name_in_addresses() -> None:
    assert list(NAMES) == [field.name for field in fields(Query)]
    assert len(set(NAMES.values())) == len(NAMES)


def test_a_question_that_asks_nothing_has_an_empty_address() -> None:
    assert Query().urlencode() == ""


def test_an_address_says_what_differs_from_the_default() -> None:
    query = Query(
        preset="today", agents=("116", "117"), states=("due", "overdue"), late=True, per_page=25
    )
    assert query.urlencode() == (
        "preset=today&agent=116,117&state=due&state=overdue&late=1&per_page=25"
    )


def test_a_stored_list_stands_for_its_agents_until_they_change() -> None:
    query = Query(agents=("116", "117"), agent_list="aaaa")
    assert query.urlencode() == "agent_list=aaaa"
    assert query.but(preset="today").urlencode() == "preset=today&agent_list=aaaa"
    assert query.but(agents=("116",)).urlencode() == "agent=116"


def test_a_changed_question_starts_on_its_first_page() -> None:
    query = Query(page=7, task="1")
    assert query.but(task="2") == Query(task="2")
    assert query.but(page=8).page == 8


@given(queries, queries, st.sets(st.sampled_from(list(NAMES))), st.sampled_from(["", "aaaa"]))
def test_a_changed_question_has_what_was_changed_and_all_else_as_before(
    query: Query, other: Query, names: set[str], agent_list: str
) -> None:
    """As dataclasses change it, which takes many times as long."""
    query, other = replace(query, page=7, agent_list=agent_list), replace(other, page=8)
    changes = {name: getattr(other, name) for name in names}
    listed = {"agent_list": ""} if "agents" in names else {}
    before = replace(query)
    changed = query.but(**changes)
    assert changed == replace(query, **{"page": 1, **listed, **changes})
    assert (query, type(changed)) == (before, Query)


def test_a_question_has_no_field_that_is_not_declared() -> None:
    with pytest.raises(KeyError):
        Query().but(colour="red")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (Query(number="1", task="2", agents=("3",), preset="today", page=4, zone="UTC"), []),
        (Query(preset="overdue"), ["preset"]),
        (Query(states=("due",), late=True, call_type="1"), ["state", "late", "call_type"]),
        (
            Query(causes=("1",), cause_groups=("other",), text="x", sort="agent"),
            ["cause", "cause_group", "q", "sort"],
        ),
    ],
)
def test_a_question_knows_what_isales_cannot_do(query: Query, names: list[str]) -> None:
    assert query.local() == names


def test_the_preset_of_overdue_calls_means_their_state_unless_another_is_named() -> None:
    assert Query(preset="overdue").wanted_states() == ("overdue",)
    assert Query(preset="overdue", states=("failed",)).wanted_states() == ("failed",)
    assert Query(preset="today").wanted_states() == ()


@given(moments, st.integers(1, 60 * 24 * 40), zones)
@example(utc(2004, 11, 1), 24 * 60, ZoneInfo("America/Sao_Paulo"))
def test_a_window_is_rounded_outward_to_whole_hours_or_days(
    begin: datetime, minutes: int, zone: ZoneInfo
) -> None:
    window = Window(begin, begin + timedelta(minutes=minutes))
    wide = upstream.rounded(window, zone)
    assert wide.begin <= window.begin and window.end <= wide.end
    for end, moment in zip(wide, window, strict=True):
        assert end is not None and moment is not None
        local = end.astimezone(zone)
        if minutes < 24 * 60:
            assert (end.minute, end.second) == (0, 0)
            assert abs(end - moment) < HOUR
        else:
            # A moment before by the clock of the world: a local day may begin at one o'clock.
            before = (end - timedelta(seconds=1)).astimezone(zone)
            assert before.date() < local.date()
            assert abs(end - moment) <= DAY + HOUR


def test_open_ends_stay_open() -> None:
    assert upstream.rounded(EVER, BERLIN) == EVER
    half = upstream.rounded(Window(utc(2026, 6, 1, 12), None), BERLIN)
    assert half == Window(utc(2026, 5, 31, 22), None)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_a_local_day_is_asked_for_as_it_is(zone: ZoneInfo) -> None:
    now = datetime(2026, 3, 29, 12, tzinfo=zone)
    window = Query(preset="last-7d").window(now, zone, overdue_days=30)
    assert upstream.rounded(window, zone) == window


def test_isales_is_sent_both_ends_or_none() -> None:
    now = utc(2026, 6, 1)
    assert upstream.milliseconds(EVER) == (None, None)
    assert upstream.milliseconds(Window(now, None)) == (ms(now), LATEST)
    assert upstream.milliseconds(Window(None, now)) == (EARLIEST, ms(now))


@pytest.mark.parametrize(
    ("ends", "before", "after"),
    [("", 0, -1), ("inclusive", 0, -1), ("exclusive-end", 0, 0), ("exclusive", -1, 0)],
)
def test_a_page_of_isales_own_holds_just_the_window(ends: str, before: int, after: int) -> None:
    window = Window(utc(2026, 6, 1, 12), utc(2026, 6, 1, 13))
    asked = upstream.exact(Query(agents=("1",)), window, Connection(range_ends=ends))
    assert (asked.begin, asked.end) == (ms(window.begin) + before, ms(window.end) + after)
    assert asked.agents == ("1",)


@pytest.mark.parametrize("ends", ["", "inclusive", "exclusive-end", "exclusive"])
def test_the_whole_is_asked_for_so_that_no_row_of_it_is_missing(ends: str) -> None:
    window = Window(utc(2026, 6, 1, 12), utc(2026, 6, 1, 13))
    asked = upstream.whole(Query(), window, KATHMANDU, Connection(range_ends=ends))
    assert asked.criteria.begin is not None and asked.criteria.end is not None
    first = asked.criteria.begin + (ends == "exclusive")
    last = asked.criteria.end - (ends != "inclusive")
    assert first <= ms(window.begin) and ms(window.end) - 1 <= last


def test_where_booking_times_are_filtered_a_horizon_earlier_is_asked_for() -> None:
    window = Query(preset="today").window(utc(2026, 6, 1, 12), SHANGHAI, overdue_days=30)
    connection = Connection(range_field="createTime", range_ends="inclusive")
    asked = upstream.whole(Query(), window, SHANGHAI, connection)
    assert asked.window == window
    assert asked.criteria.begin == ms(window.begin - timedelta(days=90))
    assert asked.criteria.end == ms(window.end + DAY)
