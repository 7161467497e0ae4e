"""The simulated centre: repeatable, plausible, and alive."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from statistics import mean
from typing import Any

import pytest

from appoints.isales.codes import FAIL_GROUPS
from appoints.isales.rows import parse_row
from appoints.isales.simulator import Fault, Options, Simulator, odd_rows

NOW = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)  # half past noon in the centre
MOMENT = int(NOW.timestamp() * 1000)
MINUTE, DAY = 60_000, 86_400_000
CENTRE = timezone(timedelta(hours=8))

Row = dict[str, Any]


def centre(rows: int = 3000, seed: int = 1) -> Simulator:
    return Simulator(Options(rows=rows, seed=seed, now=lambda: NOW))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """What the centre shows at its start, without what is odd on purpose."""
    return plain(centre().rows())


def plain(rows: list[Row]) -> list[Row]:
    odd = odd_rows(NOW)
    return [row for row in rows if row not in odd]


def by_day(rows: list[Row]) -> Counter[date]:
    """Return how many are reserved for each day of the centre."""
    times = [row["appointTime"] for row in rows if type(row.get("appointTime")) is int]
    return Counter(datetime.fromtimestamp(at / 1000, CENTRE).date() for at in times)


@pytest.fixture(scope="module")
def lives() -> list[dict[str, Row]]:
    """The rows by ID, without what is odd on purpose, minute by minute for two and a half hours."""
    simulator = centre(2000)
    odd = {row.get("appointId") for row in odd_rows(NOW)} | {None}
    moments = [NOW + timedelta(minutes=minute) for minute in range(150)]
    return [
        {row["appointId"]: row for row in simulator.rows(at) if row.get("appointId") not in odd}
        for at in moments
    ]


def test_the_same_seed_and_start_make_the_same_centre() -> None:
    assert centre().rows() == centre().rows()
    assert centre(seed=2).rows() != centre().rows()


def test_a_row_depends_on_the_moment_and_not_on_when_it_was_asked_before() -> None:
    often, once = centre(), centre()
    for hours in (1, 30, 2):
        often.rows(NOW + timedelta(hours=hours))
    later = NOW + timedelta(hours=5)
    assert often.rows(later) == once.rows(later)
    assert often.rows(NOW) == centre().rows(NOW)


def test_about_as_many_rows_as_asked_for_are_seen_at_the_start() -> None:
    assert [len(centre(number).rows()) for number in (20, 500, 3000)] == [20, 500, 3000]


def test_reservations_lie_from_a_month_ago_to_two_weeks_ahead(rows: list[Row]) -> None:
    times = [row["appointTime"] for row in rows]
    assert MOMENT - 31 * DAY < min(times) < MOMENT - 25 * DAY
    assert MOMENT + 12 * DAY < max(times) < MOMENT + 15 * DAY


def test_past_days_hold_as_many_as_today_and_weekends_fewer_in_the_first_minute_too(
    rows: list[Row],
) -> None:
    days = by_day(rows)
    today = NOW.astimezone(CENTRE).date()
    past = {today - timedelta(days=n): days[today - timedelta(days=n)] for n in range(1, 31)}
    weekdays = [held for day, held in past.items() if day.weekday() < 5]
    weekends = [held for day, held in past.items() if day.weekday() >= 5]
    assert 0.6 < days[today] / mean(weekdays) < 1.4
    assert max(weekdays) < 2 * min(weekdays)
    assert 0 < max(weekends) < min(weekdays)


@pytest.mark.parametrize("weekday", range(7))
def test_a_centre_may_be_started_on_any_day_of_the_week(weekday: int) -> None:
    start = NOW + timedelta(days=weekday)
    days = by_day(plain(Simulator(Options(rows=3000, now=lambda: start)).rows()))
    today = start.astimezone(CENTRE).date()
    alike = [days[today - timedelta(days=7 * n)] for n in range(1, 5)]
    assert 0.5 < days[today] / mean(alike) < 1.6


def test_days_that_come_are_as_full_in_the_end_as_those_that_passed(rows: list[Row]) -> None:
    simulator = centre()
    later = by_day(plain(simulator.rows(NOW + timedelta(days=42))))
    today = NOW.astimezone(CENTRE).date()
    weeks = [sum(later[today + timedelta(days=7 * n + day)] for day in range(7))
             for n in (-4, -3, -2, -1, 0, 1, 2, 3, 4, 5)]  # fmt: skip
    assert max(weeks) < 1.25 * min(weeks), weeks


def test_people_are_called_in_office_hours(rows: list[Row]) -> None:
    hours = {datetime.fromtimestamp(row["appointTime"] / 1000, CENTRE).hour for row in rows}
    assert hours == set(range(8, 19))


def test_calls_fall_due_even_when_the_office_is_closed() -> None:
    night = NOW + timedelta(hours=11)
    start = int(night.timestamp() * 1000)
    times = [
        row["appointTime"]
        for row in Simulator(Options(rows=3000, now=lambda: night)).rows()
        if type(row.get("appointTime")) is int
    ]
    assert any(start < at < start + 60 * MINUTE for at in times)


def test_ids_are_thirty_digits_and_unique_and_a_few_are_missing(rows: list[Row]) -> None:
    ids = [row["appointId"] for row in rows if "appointId" in row]
    assert {len(each) for each in ids} == {30}
    assert all(each.isdecimal() for each in ids)
    assert len(set(ids)) == len(ids)
    assert 1 <= len(rows) - len(ids) <= 10


def test_agents_tasks_and_numbers_are_those_of_a_real_centre(rows: list[Row]) -> None:
    agents = {row["userAccount"] for row in rows}
    assert len(agents) == 24
    assert 1 <= sum(len(agent) == 6 for agent in agents) <= 4  # shown by ID
    assert len({row["taskId"] for row in rows}) == 8
    assert max(len(row["taskName"]) for row in rows) > 60
    assert {row["callType"] for row in rows} == {"1", "2"}
    numbers = Counter(row["calledNo"] for row in rows)
    assert any(number.startswith("+") for number in numbers)
    assert any(number.startswith("0") for number in numbers)
    assert numbers.most_common(1)[0][1] > 2


def test_calls_end_in_many_ways_and_some_that_nobody_knows(rows: list[Row]) -> None:
    ends = Counter(row["failCode"] for row in rows if "failCode" in row)
    assert 0.3 < ends["00000"] / ends.total() < 0.7
    groups = {FAIL_GROUPS.get(code, "other") for code in ends if code != "00000"}
    assert groups == {"customer", "platform", "resources", "network", "system", "other"}
    assert all(" > " in row["busiResult"] for row in rows if row.get("busiResult"))


def test_agents_miss_more_calls_than_the_platform_and_are_late_for_some(rows: list[Row]) -> None:
    past = [row for row in rows if row["appointTime"] < MOMENT - 120 * MINUTE]

    def missed(kind: str) -> float:
        of_kind = [row for row in past if row["callType"] == kind]
        return sum("beginTime" not in row for row in of_kind) / len(of_kind)

    assert missed("1") > 2 * missed("2") > 0
    delays = [(row["callType"], row["beginTime"] - row["appointTime"]) for row in past
              if "beginTime" in row]  # fmt: skip
    assert max(delay for kind, delay in delays if kind == "1") > 5 * MINUTE
    dialled = [delay for kind, delay in delays if kind == "2"]
    assert -10_000 <= min(dialled) < 0 < max(dialled) <= 120_000


def test_a_reservation_is_booked_waits_is_called_and_ends(lives: list[dict[str, Row]]) -> None:
    states: dict[str, list[str]] = {}
    for moment in lives:
        for number, row in moment.items():
            states.setdefault(number, []).append(row["callFlag"])
    whole = {"".join(dict.fromkeys(flags)) for flags in states.values()}
    assert "012" in whole
    assert whole <= {"0", "1", "2", "01", "02", "12", "012"}


def test_what_happened_does_not_unhappen(lives: list[dict[str, Row]]) -> None:
    for before, after in pairwise(lives[:60]):
        assert before.keys() <= after.keys()
        lasting = ("beginTime", "endTime", "failCode", "createTime", "calledNo")
        for number, row in before.items():
            now = {key: after[number].get(key) for key in lasting if key in row}
            assert now == {key: row[key] for key in now}


def test_new_reservations_keep_coming(lives: list[dict[str, Row]]) -> None:
    new = [row for number, row in lives[60].items() if number not in lives[0]]
    assert new
    assert all(MOMENT < row["createTime"] <= MOMENT + 60 * MINUTE for row in new)
    assert all(row["appointTime"] > row["createTime"] for row in new)


def test_a_larger_centre_books_more() -> None:
    """As many a week as a week holds, or its days would become fuller and fuller."""
    for rows in (300, 3000, 9000):
        simulator = centre(rows)
        held = sum(
            MOMENT - 7 * DAY <= row["appointTime"] < MOMENT for row in plain(simulator.rows())
        )
        later = plain(simulator.rows(NOW + timedelta(days=7)))
        new = sum(row["createTime"] > MOMENT for row in later)
        assert 0.75 < new / held < 1.25


def test_a_row_tells_nothing_of_its_future(rows: list[Row]) -> None:
    assert all(row.get("beginTime", 0) <= MOMENT for row in rows)
    assert all(row.get("endTime", 0) <= MOMENT for row in rows)
    assert all(row["createTime"] <= MOMENT for row in rows)
    assert all(("failCode" in row) == ("endTime" in row) for row in rows)


def test_the_reserved_time_passed_means_expired_whether_called_or_not(rows: list[Row]) -> None:
    past = [row for row in rows if row["appointTime"] <= MOMENT]
    assert all(row["timeout"] is True for row in past)
    assert {"beginTime" in row for row in past} == {True, False}


def test_ten_thousand_rows_start_in_two_seconds_and_page_in_milliseconds() -> None:
    start = time.process_time()
    simulator = centre(10_000)
    assert time.process_time() - start < 2
    body = {"offset": 5_000, "limit": 100}
    simulator.listing.page(body, Fault("none"), "none")
    start = time.process_time()
    for _ in range(10):
        simulator.listing.page(body, Fault("none"), "none")
    assert (time.process_time() - start) / 10 < 0.01


ODDITIES = {
    "created after it ended": lambda row: 0 < (row.get("endTime") or 0) < row["createTime"],
    "called before it was due": lambda row: row["appointTime"] > row["beginTime"] > 0,
    "a code that is a number": lambda row: type(row["callType"]) is int,
    "an account that is a number": lambda row: type(row["userAccount"]) is int,
    "an unknown failure": lambda row: row["failCode"] == "77777",
    "an unknown call status": lambda row: row["callFlag"] not in {"0", "1", "2", None},
    "an unknown task status": lambda row: row["taskStatus"] == "9",
    "more than is documented": lambda row: "remark" in row,
    "empty text": lambda row: row["userName"] == "" == row["failCode"],
    "a time as text of digits": lambda row: row["appointTime"].isdecimal(),
    "a time that is none": lambda row: not row["appointTime"].isdecimal(),
    "a formula": lambda row: row["busiResult"].startswith("="),
    "an emoji": lambda row: "🎧" in row["userName"],
    "a very long name": lambda row: len(row["taskName"]) > 200,
    "nothing but an ID": lambda row: [key for key in row if row[key] is not None] == ["appointId"],
    "every documented field null": lambda row: list(row.values()).count(None) == 17,
    "missing keys": lambda row: len(row) < 3,
}  # fmt: skip


def has(oddity: Any, row: Row) -> bool:
    try:
        return bool(oddity(row))
    except (KeyError, TypeError, AttributeError):
        return False


@pytest.mark.parametrize("name", ODDITIES)
def test_each_oddity_is_among_the_odd_rows(name: str) -> None:
    assert any(has(ODDITIES[name], row) for row in odd_rows(NOW))


def test_odd_rows_are_served_beside_the_others_and_lie_near_now() -> None:
    rows = centre(500).rows()
    assert all(row in rows for row in odd_rows(NOW))
    times = [parse_row(row).appoint_time for row in odd_rows(NOW)]
    assert all(abs(at - MOMENT) < 60 * MINUTE for at in times if at)
    ids = [row["appointId"] for row in odd_rows(NOW) if "appointId" in row]
    assert len(set(ids)) == len(ids)
