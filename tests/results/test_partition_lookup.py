"""A window put together of days: the same as one look, or it says what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from appoints.connections.models import Connection
from appoints.isales.errors import NoAnswer
from appoints.query.query import Query
from appoints.query.time_range import Window
from appoints.results.cache import CACHE
from appoints.results.lookup import ask
from appoints.results.refresh import request_refresh
from appoints.results.result import Result
from appoints.snapshots import ageing, store, waiting
from appoints.snapshots.models import Chunk, Snapshot
from tests.factories import connection_to, whole
from tests.results.moving_centre import MovingCentre, number_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Two days before the clocks of Berlin go back.
BEGUN = datetime(2026, 10, 23, 9, tzinfo=UTC)
# Four days of Berlin, which have one row.
DAYS_BEFORE = Window(datetime(2026, 10, 18, 22, tzinfo=UTC), datetime(2026, 10, 22, 22, tzinfo=UTC))
ZONES = ["Europe/Berlin", "UTC", "Asia/Shanghai"]


@pytest.fixture
def connection(db: None) -> Connection:
    CACHE.clear()
    return connection_to(page_limit=2, time_zone="Europe/Berlin")


@pytest.fixture
def centre(monkeypatch: pytest.MonkeyPatch) -> MovingCentre:
    made = MovingCentre()
    made.stand_in(monkeypatch)
    return made


@pytest.fixture
def story(connection: Connection, centre: MovingCentre) -> Iterator[Story]:
    """A centre of a few rows near now, whose days are more than one look holds."""
    with time_machine.travel(BEGUN, tick=False) as clock:
        booked(centre)
        yield Story(connection, centre, clock)


def asked(connection: Connection, window: Window, **parts: Any) -> Result:
    return ask(connection, Query(**parts), window, ZoneInfo("UTC"), whole(connection), wait=0)


def days(first: float, last: float) -> Window:
    """A window of days from when all begins."""
    return Window(BEGUN + first * DAY, BEGUN + last * DAY)


def at(day: float) -> int:
    """A reserved time, in days from when all begins."""
    return round((BEGUN + day * DAY).timestamp() * 1000)


def found(result: Result) -> dict[str, tuple[int, str]]:
    rows = result.rows.select("appoint_id", "appoint_time", "call_status").rows()
    assert len({name for name, *_ in rows}) == len(rows)
    return {name: (round(reserved.timestamp() * 1000), status) for name, reserved, status in rows}


def put_together(centre: MovingCentre, result: Result, window: Window) -> dict[str, Any]:
    """What the pieces of a result must give: each row as last fetched."""
    rows: dict[str, tuple[int, str]] = {}
    for piece in sorted(result.pieces, key=lambda each: each.snapshot.as_of):
        rows |= rows_in(Window(*piece.span), centre.rows_at(piece.snapshot.as_of))
    return rows_in(window, rows)


def is_in(window: Window, row: tuple[int, str]) -> bool:
    return window.begin.timestamp() * 1000 <= row[0] < window.end.timestamp() * 1000


names = st.sampled_from("abcdefgh")
places = st.integers(-8, 12).map(lambda quarter: quarter / 4)
spans = st.tuples(places, st.integers(1, 12).map(lambda quarter: quarter / 4))
changes = st.tuples(st.just("change"), names, st.none() | st.tuples(places, st.sampled_from("012")))
# Days that are looked at again and again, while calls move between them.
moves = st.lists(
    st.one_of(
        changes,
        st.tuples(st.just("change"), names, st.tuples(places, st.just("0"))),
        st.tuples(st.just("wait"), st.sampled_from([25, 90])),
        st.tuples(st.just("ask"), st.just((-2, 5))),
    ),
    min_size=4,
    max_size=14,
)
steps = st.lists(
    st.one_of(
        changes,
        st.tuples(st.just("wait"), st.sampled_from([1, 10, 25, 90, 240, 700, 26 * 3600])),
        st.tuples(st.just("fail"), st.none() | spans),
        st.tuples(st.just("lose"), st.integers(0, 9)),
        st.tuples(st.just("zone"), st.sampled_from(ZONES)),
        st.tuples(st.just("ask"), spans),
        st.tuples(st.just("ask"), spans),
    ),
    min_size=4,
    max_size=14,
)


class Story:
    """What becomes of a centre, and what is seen of it."""

    def __init__(
        self, connection: Connection, centre: MovingCentre, clock: time_machine.Traveller
    ) -> None:
        self.connection, self.centre, self.clock = connection, centre, clock
        self.shown: dict[str, datetime] = {}  # unfinished calls, with what they were shown as of

    def change(self, name: str, row: tuple[float, str] | None) -> None:
        self.clock.shift(0.001)
        self.centre.change(**{name: row and (at(row[0]), row[1])})

    def wait(self, seconds: int) -> None:
        self.clock.shift(seconds)

    def fail(self, span: tuple[float, float] | None) -> None:
        self.centre.failing = {days(span[0] - 2, span[0] + span[1] + 2)} if span else set()

    def lose(self, number: int) -> None:
        """Lose a chunk, and what this process remembers."""
        chunks = list(Chunk.objects.order_by("pk"))
        if chunks:
            chunks[number % len(chunks)].delete()
        CACHE.clear()
        self.shown.clear()

    def zone(self, name: str) -> None:
        self.connection.time_zone = name
        self.connection.save()

    def ask(self, span: tuple[float, float]) -> None:
        window = days(span[0], span[0] + span[1])
        try:
            result = asked(self.connection, window)
        except NoAnswer:
            assert self.centre.failing
            return
        assert found(result) == put_together(self.centre, result, window)
        held = [Window(*piece.span) for piece in result.pieces]
        assert (result.mode == "partial") is bool(result.lacking)
        assert bool(result.error) is bool(result.lacking or result.outdated)
        assert covers([*held, *result.lacking], window)
        assert result.as_of == min(piece.snapshot.as_of for piece in result.pieces)
        if not result.lacking and self._is_of_one_moment(result):
            assert found(result) == rows_in(window, self.centre.rows_at(result.newest))
        self._assert_nothing_vanished(result, window)
        self._assert_nothing_is_missed_for_long(result, window)

    def _is_of_one_moment(self, result: Result) -> bool:
        """Tell whether one look at the newest moment would give what one at the oldest gave."""
        return not any(result.as_of < since <= result.newest for since, _ in self.centre.past)

    def _assert_nothing_vanished(self, result: Result, window: Window) -> None:
        """A call that was shown stands in the answer as long as it is there, or is missed."""
        told = [*result.lacking, *result.behind]
        for name, since in self.shown.items():
            rows = self.centre.rows_since(since)
            if all(name in each and is_in(window, each[name]) for each in rows):
                assert name in found(result) or any(is_in(each, rows[-1][name]) for each in told)
        self.shown |= {name: result.as_of for name, row in found(result).items() if row[1] != "2"}

    def _assert_nothing_is_missed_for_long(self, result: Result, window: Window) -> None:
        """A call that has been in its place for ten minutes stands in the answer, or is missed.

        One that moved before its first day was fetched, to a day that was, stands in neither until
        then: of that the answer only says that its days are of different moments.
        """
        told = [*result.lacking, *result.outdated, *result.behind]
        rows = self.centre.rows_since(timezone.now() - ageing.OLD)
        for name, row in rows_in(window, rows[-1]).items():
            if all(each.get(name) == row for each in rows):
                assert found(result).get(name) == row or any(is_in(each, row) for each in told)


def rows_in(window: Window, rows: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    return {name: row for name, row in rows.items() if is_in(window, row)}


def booked(centre: MovingCentre) -> None:
    """Book a few rows near now, whose days are more than one look holds, and one far from it."""
    centre.change(a=(at(0), "0"), b=(at(1), "0"), c=(at(-1), "2"), d=(at(0.2), "0"))
    centre.change(e=(at(0.3), "0"), f=(at(0.4), "0"), far=(at(5), "0"))


def covers(windows: list[Window], window: Window) -> bool:
    """Tell whether windows follow each other without a gap, and hold another."""
    ordered = sorted(windows)
    joined = all(one.end == other.begin for one, other in pairwise(ordered))
    return joined and Window(ordered[0].begin, ordered[-1].end).holds(window)


@given(st.one_of(steps, moves))
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_days_give_what_one_look_gives_or_say_what_they_lack(
    connection: Connection,
    centre: MovingCentre,
    monkeypatch: pytest.MonkeyPatch,
    steps: list[tuple[Any, ...]],
) -> None:
    Snapshot.objects.all().delete()
    CACHE.clear()
    connection.time_zone = "Europe/Berlin"
    connection.save()
    centre.__init__()
    with time_machine.travel(BEGUN, tick=False) as clock:
        booked(centre)
        story = Story(connection, centre, clock)
        for name, *arguments in [*steps, ("ask", (-2, 4))]:
            getattr(story, name)(*arguments)


def test_a_reservation_that_moved_stands_once_as_last_fetched(
    story: Story, connection: Connection
) -> None:
    asked(connection, days(-1, 6))
    story.wait(30)
    story.change("far", (0.1, "1"))
    result = asked(connection, days(-1, 6))
    assert found(result)["far"] == (at(0.1), "1")
    assert result.total == 7


def test_a_reservation_that_moved_to_a_day_fetched_before_is_shown_at_once(
    story: Story, connection: Connection, centre: MovingCentre
) -> None:
    asked(connection, days(-1, 6))
    story.wait(30)
    story.change("b", (4.5, "0"))
    centre.asked.clear()
    result = asked(connection, days(-1, 6))
    assert found(result)["b"] == (at(4.5), "0")
    assert (result.total, result.behind) == (7, [])
    assert [each.number for each in centre.asked if each.number] == [number_of("b")]


def test_a_reservation_without_a_number_that_moved_is_shown_at_once(
    story: Story, connection: Connection
) -> None:
    story.change("g", (0.3, "0"))
    asked(connection, days(-1, 6))
    story.wait(30)
    story.change("g", (4.5, "0"))
    result = asked(connection, days(-1, 6))
    assert (found(result)["g"], result.behind) == ((at(4.5), "0"), [])


def test_a_reservation_that_moved_before_its_day_was_fetched_is_missed_for_ten_minutes_at_most(
    story: Story, connection: Connection
) -> None:
    asked(connection, days(3, 6))
    story.wait(30)
    story.change("d", (4.5, "0"))
    result = asked(connection, days(-1, 6))
    assert "d" not in found(result)
    assert result.as_of < result.newest
    story.wait(10 * 60)
    assert found(asked(connection, days(-1, 6)))["d"] == (at(4.5), "0")


def test_a_day_that_lacks_a_reservation_which_moved_there_is_named(
    story: Story, connection: Connection, centre: MovingCentre
) -> None:
    held = asked(connection, days(-1, 6)).pieces
    there = [Window(*piece.span) for piece in held if is_in(piece.span, (at(4.5), "0"))]
    story.wait(30)
    story.change("b", (4.5, "0"))
    centre.failing = set(there)
    result = asked(connection, days(-1, 6))
    assert "b" not in found(result)
    assert result.behind == result.outdated == there
    story.wait(30)
    centre.failing = set()
    assert asked(connection, days(-1, 6)).behind == []


def test_a_reservation_that_was_cancelled_costs_one_call(
    story: Story, connection: Connection, centre: MovingCentre
) -> None:
    asked(connection, days(-1, 6))
    story.wait(30)
    story.change("b", None)
    assert asked(connection, days(-1, 6)).behind == []
    assert [each.number for each in centre.asked if each.number] == [number_of("b")]


def test_days_near_now_are_asked_for_anew_before_others(
    story: Story, connection: Connection
) -> None:
    window = days(-1, 6)
    asked(connection, window)
    story.wait(30)
    result = asked(connection, window)
    assert (result.as_of, result.newest) == (BEGUN, timezone.now())
    near = [piece.span for piece in result.pieces if piece.snapshot.as_of == timezone.now()]
    assert near[0].begin <= BEGUN - DAY < BEGUN + DAY < near[-1].end < BEGUN + 3 * DAY
    story.wait(11 * 60)
    assert asked(connection, window).as_of == timezone.now()


def test_a_persons_refresh_asks_for_all_that_is_shown(story: Story, connection: Connection) -> None:
    window = days(-1, 6)
    asked(connection, window)
    story.wait(30)
    request_refresh(connection, Query(), window, ZoneInfo("UTC"), whole(connection))
    assert asked(connection, window).as_of == timezone.now()


def test_a_day_that_fails_leaves_the_others_standing(
    story: Story, connection: Connection, centre: MovingCentre
) -> None:
    asked(connection, days(0, 0.1))
    centre.failing = {DAYS_BEFORE}
    result = asked(connection, days(-1.4, 0.3))
    assert (result.mode, sorted(found(result))) == ("partial", ["a", "d"])
    assert result.facets is None
    assert result.lacking == [DAYS_BEFORE]


def test_how_many_rows_there_are_is_not_guessed_where_a_day_has_not_answered(
    story: Story, connection: Connection, centre: MovingCentre
) -> None:
    asked(connection, days(0, 0.1))
    centre.failing = {DAYS_BEFORE}
    assert asked(connection, days(-1.4, 0.3)).reported is None
    centre.failing = set()
    story.wait(60)
    assert asked(connection, days(-1.4, 0.3)).reported is not None


def test_a_day_whose_refresh_fails_keeps_its_rows_and_is_told_from_the_others(
    story: Story, connection: Connection, centre: MovingCentre
) -> None:
    asked(connection, days(-1, 1.1))
    story.wait(60)
    centre.failing = {DAYS_BEFORE}
    result = asked(connection, days(-1, 1.1))
    assert (result.mode, result.total, result.outdated) == ("whole", 6, [DAYS_BEFORE])
    assert (result.as_of, result.newest) == (BEGUN, timezone.now())


def test_what_isales_filters_by_is_answered_from_fresh_days(
    story: Story, connection: Connection, centre: MovingCentre
) -> None:
    asked(connection, days(-1, 1.1))
    centre.failing = {days(-99, 99)}
    assert asked(connection, days(-1, 1.1), task="7").total == 0
    assert asked(connection, days(-1, 1.1), number="13900000001").total == 0


def test_the_cap_counts_the_window_and_not_its_days(
    story: Story, connection: Connection, settings: Any
) -> None:
    settings.APPOINTS_MOST_ROWS = 3
    assert asked(connection, days(-0.1, 0.1)).total == 1


def test_of_what_is_far_from_now_newer_rows_come_unnoticed(
    story: Story, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(connection, days(3, 6))
    monkeypatch.setattr(waiting, "load_all", store_only)
    story.wait(9 * 60)
    assert not asked(connection, days(3, 6)).refreshing
    story.wait(3 * 60)
    assert asked(connection, days(3, 6)).refreshing


def store_only(connection: Connection, asked: Any, *rest: Any) -> list[Snapshot]:
    """Begin loads, in place of ``waiting.load_all``."""
    return store.begin_or_join(connection, asked)


def test_how_many_rows_there_are_is_said_once_isales_has_said_so_of_every_day(
    story: Story, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(connection, days(-1, 6))
    Snapshot.objects.filter(status=Snapshot.Status.WHOLE).delete()
    monkeypatch.setattr(waiting, "load_all", store_only)
    assert Snapshot.objects.filter(total__gt=0).exists()  # of ranges that hold too many rows
    assert asked(connection, days(-1, 6)).reported is None
    loading = Snapshot.objects.filter(status=Snapshot.Status.LOADING)
    loading.filter(pk=loading.first().pk).update(total=2)
    assert asked(connection, days(-1, 6)).reported is None
    loading.update(total=2)
    assert asked(connection, days(-1, 6)).reported == 2 * loading.count()
