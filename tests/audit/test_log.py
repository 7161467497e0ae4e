"""The log only grows, and holds no number."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from dashboard.audit import log
from dashboard.audit.log import Target, record, record_look
from dashboard.audit.models import Event, Unchangeable
from dashboard.audit.origin import Origin
from dashboard.audit.tokens import number_token
from tests.factories import NOON

ORIGIN = Origin(7, "ana", "10.0.0.1", Event.Way.PAGE)


NUMBER = "13900000042"


@pytest.fixture
def event(db: None) -> Event:
    record(ORIGIN, Event.Action.LOOK, Target("connection", "demo", "Demo"), {"rows": 3}, [NUMBER])
    return Event.objects.get()


def test_an_event_cannot_be_stored_again(event: Event) -> None:
    event.actor = "somebody else"
    with pytest.raises(Unchangeable):
        event.save()


def test_an_event_cannot_be_deleted(event: Event) -> None:
    with pytest.raises(Unchangeable):
        event.delete()


@pytest.mark.parametrize(
    "change",
    [
        lambda event: Event.objects.filter(pk=event.pk).update(actor="x"),
        lambda event: Event.objects.all().delete(),
        lambda event: Event.objects.bulk_update([event], ["actor"]),
        lambda event: Event.objects.bulk_create([event], update_conflicts=True),
    ],
    ids=["update", "delete", "bulk update", "upsert"],
)
def test_no_query_changes_or_deletes_events(
    event: Event, change: Callable[[Event], object]
) -> None:
    with pytest.raises(Unchangeable):
        change(event)


def test_the_database_itself_refuses_a_change(event: Event) -> None:
    with pytest.raises(Error, match="only grows"), transaction.atomic():
        connection.cursor().execute("UPDATE audit_event SET actor = 'x'")


@pytest.mark.of_database("postgresql")  # SQLite lets whoever has the file do anything
def test_postgresql_itself_refuses_a_deletion(event: Event) -> None:
    with pytest.raises(Error, match="only grows"), transaction.atomic():
        connection.cursor().execute("DELETE FROM audit_event")
    Event.objects.purge(timezone.now() - timedelta(days=1))
    with pytest.raises(Error, match="only grows"), transaction.atomic():
        connection.cursor().execute("DELETE FROM audit_event")


def test_purge_drops_events_past_their_time(event: Event, settings: object) -> None:
    old = Event(at=timezone.now() - timedelta(days=366), way="page", action="look")
    old.save()
    call_command("purge", verbosity=0)
    assert list(Event.objects.all()) == [event]


def test_a_number_is_nowhere_in_the_log(event: Event) -> None:
    [row] = Event.objects.values()
    assert NUMBER not in repr(row)
    assert f" {number_token(NUMBER)} " in row["numbers"]


@given(
    st.text("0123456789", min_size=3, max_size=15), st.sampled_from(["{}", "+{}", " {} ", "({})"])
)
def test_a_number_has_one_token_in_every_writing(digits: str, writing: str) -> None:
    spaced = "-".join(digits)
    wide = digits.translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)})
    token = number_token(digits)
    assert {number_token(writing.format(each)) for each in (digits, spaced, wide)} == {token}
    assert number_token(token) == token


@given(st.sets(st.text("0123456789*#", min_size=1, max_size=15), min_size=2, max_size=2))
def test_two_numbers_have_two_tokens(numbers: set[str]) -> None:
    assert len(set(map(number_token, numbers))) == 2


def test_a_token_depends_on_the_sites_key(settings: object) -> None:
    before = number_token(NUMBER)
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    assert number_token(NUMBER) != before


def looks(*sames: object) -> int:
    for same in sames:
        record_look(ORIGIN, Target("connection", "demo"), {}, [], same)
    return Event.objects.count()


def test_a_refresh_of_the_same_look_is_one_look(db: None) -> None:
    assert looks("a", "a", "b", "a") == 2


def test_a_look_that_this_worker_knows_asks_the_database_nothing(
    db: None, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    looks("a")
    monkeypatch.setattr(log, "connection", None)
    with django_assert_num_queries(0):
        record_look(ORIGIN, Target("connection", "demo"), {}, [], "a")


def test_a_look_that_another_worker_has_stored_is_looked_for_once(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with time_machine.travel(NOON) as clock:
        looks("a")
        clock.shift(timedelta(minutes=9))
        cache.clear()
        record_look(ORIGIN, Target("connection", "demo"), {}, [], "a")
        with django_assert_num_queries(0):
            record_look(ORIGIN, Target("connection", "demo"), {}, [], "a")
        clock.shift(timedelta(minutes=2))
        assert looks("a") == 2


@pytest.mark.parametrize("other_worker", [False, True])
def test_after_ten_minutes_the_same_look_counts_again(db: None, other_worker: bool) -> None:
    with time_machine.travel(NOON) as clock:
        looks("a")
        for minutes, count in ((9, 1), (2, 2), (9, 2), (2, 3)):
            clock.shift(timedelta(minutes=minutes))
            if other_worker:
                cache.clear()
            assert looks("a") == count


@pytest.mark.parametrize("other_worker", [False, True])
def test_a_look_under_a_clock_that_was_ahead_hides_no_later_one(
    db: None, other_worker: bool
) -> None:
    with time_machine.travel(NOON + timedelta(hours=2)):
        looks("a")
    with time_machine.travel(NOON):
        if other_worker:
            cache.clear()
        assert looks("a", "a") == 2


def test_another_persons_same_look_is_a_look(db: None) -> None:
    looks("a")
    record_look(ORIGIN._replace(person=8), Target("connection", "demo"), {}, [], "a")
    assert Event.objects.count() == 2


def test_looks_that_cannot_be_written_are_written_with_the_next_under_their_own_time(
    db: None, refusing: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        assert looks("a", "a", "b") == 0
        assert "a look of person 7 waits to be written: database is locked" in caplog.text
        refusing.undo()
        clock.shift(timedelta(minutes=1))
        assert looks("c") == 3
    after = timedelta(0), timedelta(0), timedelta(minutes=1)
    assert [each.at - NOON for each in Event.objects.order_by("at", "pk")] == [*after]


def test_looks_that_wait_are_written_when_the_process_ends(
    db: None, refusing: pytest.MonkeyPatch
) -> None:
    looks("a", "b")
    refusing.undo()
    log.save_waiting_at_the_end()
    assert Event.objects.count() == 2


def test_more_looks_than_a_process_keeps_are_named_in_the_servers_log(
    db: None, refusing: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusing.setattr(log, "WAITING", deque(maxlen=2))
    looks("a", "b", "c")
    assert "a look of person 7 is not in the log" in caplog.text
