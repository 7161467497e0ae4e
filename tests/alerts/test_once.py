"""Of each event one message, and one of its end; whatever happens, on however many machines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection as database
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appoints.alerts import deliveries, incidents, quiet
from appoints.alerts.models import Delivery, Incident, Rule
from dashboard.accounts.models import Preferences, User
from dashboard.notify.outcome import Outcome, failed
from tests.alerts.made import rule_of
from tests.factories import person

START = datetime(2026, 3, 28, 20, tzinfo=UTC)  # the evening before clocks change in Berlin
DAY = 24 * 60  # minutes
ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "Pacific/Kiritimati"]
Status, Phase = Delivery.Status, Delivery.Phase


class Machine:
    """A machine that works in steps, so that another can get in between."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.holds = False
        self.looked_at: list[Delivery] = []
        self.sending: list[Delivery] = []

    def look(self) -> None:
        self.holds = self.world.holds

    def store(self) -> None:
        incidents.observe(self.world.rule, self.holds, {})

    def take(self) -> None:
        for delivery in self.looked_at or deliveries.waiting():
            if reason := deliveries.obstacle(delivery):
                deliveries.drop(Delivery.objects.filter(pk=delivery.pk), reason)
            elif deliveries.may_go(delivery) and deliveries.claim(delivery):
                self.sending.append(delivery)
        self.looked_at = []

    def list(self) -> None:
        self.looked_at = deliveries.waiting()

    def send(self) -> None:
        for delivery in self.sending:
            # A run ends long before its claims do: a machine that did not send by then has died.
            if delivery.claimed_until and timezone.now() < delivery.claimed_until:
                deliveries.settle(delivery, self.world.hand_over(delivery))
        self.sending = []

    def work(self) -> None:
        for step in (self.look, self.store, self.list, self.take):
            step()

    def run(self) -> None:
        self.work()
        self.send()


class World:
    """An alert, whether its condition holds, and what its person has got."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.holds = False
        self.is_reachable = True
        self.got: list[tuple[str, int, datetime]] = []
        self.machines = [Machine(self), Machine(self)]

    def hand_over(self, delivery: Delivery) -> Outcome:
        if not self.is_reachable:
            return failed("mail-unreachable", again=True)
        assert delivery.incident_id
        self.got.append((delivery.phase, delivery.incident_id, timezone.now()))
        return Outcome()


STEPS = ("look", "store", "list", "take", "send", "send", "work", "work", "run")
machine_steps = st.tuples(st.sampled_from([0, 1]), st.sampled_from(STEPS))
changes = st.sampled_from(["on", "off", "reachable", "unreachable"])
minutes = st.sampled_from([1, 1, 1, 5, 60, 240])
# Both machines do each step of a run at the same time.
events = machine_steps | machine_steps | changes | minutes | st.just("together")
histories = st.lists(events, min_size=25, max_size=60)
hours = st.none() | st.tuples(*[st.sampled_from([time(0), time(2, 30), time(7), time(22)])] * 2)


def played(history: list[Any], owner: User, quiet_hours: Any, most: int, zone: str) -> World:
    Preferences.objects.update_or_create(user=owner, defaults={"time_zone": zone})
    begin, end = quiet_hours or (None, None)
    world = World(rule_of(owner, quiet_from=begin, quiet_to=end, most_a_day=most))
    with time_machine.travel(START, tick=False) as clock:
        for event in history:
            if isinstance(event, int):
                clock.shift(timedelta(minutes=event))
            elif isinstance(event, tuple):
                getattr(world.machines[event[0]], event[1])()
            elif event == "together":
                for step in ("look", "store", "list", "take", "send"):
                    for machine in world.machines:
                        getattr(machine, step)()
            elif event in ("on", "off"):
                world.holds = event == "on"
            else:
                world.is_reachable = event == "reachable"
        world.is_reachable = True
        for machine in world.machines:
            machine.send()
        settle(world, clock)
    return world


def settle(world: World, clock: time_machine.Traveller) -> None:
    """Let three days pass in which nothing changes; one look a day at a time that is not quiet."""
    looked: set[object] = set()
    zone = Preferences.of(world.rule.person).zone
    for _ in range(72):
        clock.shift(timedelta(hours=1))
        now = timezone.now()
        if not is_quiet(world.rule, now, zone) and now.astimezone(zone).date() not in looked:
            looked.add(now.astimezone(zone).date())
            for machine in world.machines:
                machine.run()


@given(histories, hours, st.sampled_from([1, 3, 50]), st.sampled_from(ZONES))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_once_per_event_and_its_end(
    db: None, history: list[Any], quiet_hours: Any, most: int, zone: str
) -> None:
    with transaction.atomic():
        owner = person(f"ana {id(history)}", email="ana@example.com")
        world = played(history, owner, quiet_hours, most, zone)
        told = [(phase, incident) for phase, incident, _ in world.got]
        # No message comes twice, and what ends was told before, in this order.
        assert len(set(told)) == len(told)
        begun = [incident for phase, incident in told if phase == Phase.BEGIN]
        for place, (phase, incident) in enumerate(told):
            assert phase == Phase.BEGIN or (Phase.BEGIN, incident) in told[:place]
        # In the end everything that began was told to have ended, but what still holds; and but
        # for what the mail server did not take at any try.
        ended = {incident for phase, incident in told if phase == Phase.END}
        still = {world.rule.incident.pk} if world.rule.incident else set()
        gone = set(Delivery.objects.filter(status=Status.FAILED).values_list("incident", flat=True))
        assert ended | gone >= set(begun) - still
        assert ended <= set(begun) - still
        assert bool(still) == world.holds
        assert still <= set(begun) | gone
        check_limits(world, most)
        transaction.set_rollback(True)


def is_quiet(rule: Rule, at: datetime, zone: ZoneInfo) -> bool:
    """Tell by the minutes since midnight whether a moment is quiet."""
    if rule.quiet_from is None or rule.quiet_to is None:
        return False
    shown, begin, end = (
        each.hour * 60 + each.minute
        for each in (at.astimezone(zone), rule.quiet_from, rule.quiet_to)
    )
    return (shown - begin) % DAY < (end - begin) % DAY


def check_limits(world: World, most: int) -> None:
    zone = Preferences.of(world.rule.person).zone
    days: dict[Any, int] = {}
    for phase, _incident, at in world.got:
        assert not is_quiet(world.rule, at, zone)
        if phase == Phase.BEGIN:
            day = at.astimezone(zone).date()
            days[day] = days.get(day, 0) + 1
    assert max(days.values(), default=0) <= most


@pytest.fixture
def rule(db: None) -> Rule:
    return rule_of(person(email="ana@example.com"), url="https://hooks.example/")


@given(
    st.times(),
    st.times(),
    st.datetimes(timezones=st.sampled_from(ZONES).map(ZoneInfo), allow_imaginary=False),
)
def test_quiet_hours_go_past_midnight_and_end_at_their_end(
    begin: time, end: time, at: datetime
) -> None:
    begin, end = (each.replace(second=0, microsecond=0) for each in (begin, end))
    rule = Rule(quiet_from=begin, quiet_to=end)
    zone = at.tzinfo
    assert isinstance(zone, ZoneInfo)
    assert quiet.is_quiet(rule, at, zone) == is_quiet(rule, at, zone)


def test_the_end_waits_for_the_beginning_that_another_machine_is_sending(rule: Rule) -> None:
    incidents.observe(rule, True, {})
    begun = deliveries.waiting()
    assert all(map(deliveries.claim, begun))
    incidents.observe(rule, False, {})
    ends = deliveries.waiting()
    assert [each.phase for each in ends] == [Phase.END] * 2
    assert not any(map(deliveries.claim, ends))
    for each in begun:
        deliveries.settle(each, Outcome())
    assert all(map(deliveries.claim, ends))


def test_each_channel_is_told_by_itself(rule: Rule) -> None:
    incidents.observe(rule, True, {})
    [first, second] = deliveries.waiting()
    assert {first.channel, second.channel} == {"email", "webhook"}
    assert deliveries.claim(first)
    deliveries.settle(first, Outcome())
    incidents.observe(rule, False, {})
    assert [(each.channel, each.phase) for each in deliveries.waiting()] == [
        (first.channel, Phase.END)
    ]
    second.refresh_from_db()
    assert (second.status, second.reason) == (Status.DROPPED, "ended")


def test_of_two_machines_one_claims(rule: Rule) -> None:
    incidents.observe(rule, True, {})
    first = deliveries.waiting()[0]
    again = Delivery.objects.select_related("rule__person", "incident").get(pk=first.pk)
    assert deliveries.claim(first)
    assert not deliveries.claim(again)


def test_a_machine_that_dies_lets_another_send_under_the_same_id(rule: Rule) -> None:
    with time_machine.travel(START, tick=False) as clock:
        incidents.observe(rule, True, {})
        [lost, _] = deliveries.waiting()
        assert deliveries.claim(lost)
        clock.shift(deliveries.CLAIM - timedelta(seconds=1))
        assert lost.pk not in {each.pk for each in deliveries.waiting()}
        clock.shift(timedelta(seconds=2))
        [again] = [each for each in deliveries.waiting() if each.pk == lost.pk]
        assert deliveries.claim(again)
        assert again.message_id == lost.message_id
        # What the first machine says now counts no more.
        deliveries.settle(lost, failed("status"))
        again.refresh_from_db()
        assert again.status == Status.WAITING


def test_a_claim_of_a_clock_that_was_ahead_does_not_count(rule: Rule) -> None:
    incidents.observe(rule, True, {})
    first = deliveries.waiting()[0]
    Delivery.objects.update(claimed_until=timezone.now() + timedelta(days=1))
    assert deliveries.claim(first)


def test_tries_come_at_growing_waits_and_then_it_has_failed(rule: Rule) -> None:
    with time_machine.travel(START, tick=False) as clock:
        incidents.observe(rule, True, {})
        pk, tries = deliveries.waiting()[0].pk, []
        for minute in range(200):
            for delivery in deliveries.waiting():
                if delivery.pk == pk and deliveries.claim(delivery):
                    tries.append(minute)
                    deliveries.settle(delivery, failed("status", "HTTP 500", again=True))
            clock.shift(timedelta(minutes=1))
    assert tries == [0, 1, 6, 21, 81]
    found = Delivery.objects.get(pk=pk)
    assert (found.status, found.reason, found.detail) == (Status.FAILED, "status", "HTTP 500")


def test_what_another_try_does_not_help_has_failed_at_once(rule: Rule) -> None:
    incidents.observe(rule, True, {})
    first = deliveries.waiting()[0]
    assert deliveries.claim(first)
    deliveries.settle(first, failed("bounced", "550 no such mailbox"))
    first.refresh_from_db()
    assert first.status == Status.FAILED


def test_the_end_of_what_failed_to_be_told_is_not_told(rule: Rule) -> None:
    incidents.observe(rule, True, {})
    Delivery.objects.update(status=Status.FAILED)
    incidents.observe(rule, False, {})
    assert deliveries.waiting() == []
    assert Incident.objects.get().ended


def test_a_person_gets_no_more_than_so_many_a_day(
    rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "MOST_OF_A_PERSON", 1)
    other = rule_of(rule.person, name="Another")
    for each in (rule, other):
        incidents.observe(each, True, {})
    sent = [each for each in deliveries.waiting() if deliveries.claim(each)]
    assert sorted(each.channel for each in sent) == ["email", "webhook"]


def test_a_changed_alert_forgets_what_it_was_about(rule: Rule) -> None:
    incidents.observe(rule, True, {})
    incidents.forget(rule)
    assert deliveries.waiting() == []
    assert rule.incident is None
    incidents.observe(rule, True, {})
    assert len(deliveries.waiting()) == 2


def test_an_inactive_person_gets_nothing(rule: Rule) -> None:
    incidents.observe(rule, True, {})
    User.objects.update(is_active=False)
    assert {deliveries.obstacle(each) for each in deliveries.waiting()} == {"inactive"}


def test_databases_let_one_machine_begin_an_incident(rule: Rule) -> None:
    Incident.objects.create(rule=rule)
    incidents._begin(rule, {})  # as a machine that saw none yet
    assert Incident.objects.count() == 1
    assert Delivery.objects.count() == 0


def at_once(action: Callable[[], object]) -> list[object]:
    """Let four threads do the same at once, each with its own connection to the database."""
    ready = threading.Barrier(4)

    def work() -> object:
        try:
            ready.wait(60)
            return action()
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        return [each.result() for each in [pool.submit(work) for _ in range(4)]]


def test_of_four_machines_at_once_one_begins_one_sends_one_ends(transactional_db: None) -> None:
    rule = rule_of(person(email="ana@example.com"))
    at_once(lambda: incidents.observe(Rule.objects.get(pk=rule.pk), True, {}))
    [delivery] = deliveries.waiting()

    def claim() -> bool:
        own = Delivery.objects.select_related("rule__person", "incident").get(pk=delivery.pk)
        return deliveries.claim(own)

    assert sorted(map(bool, at_once(claim))) == [False, False, False, True]
    at_once(lambda: incidents.observe(Rule.objects.get(pk=rule.pk), False, {}))
    assert list(Delivery.objects.values_list("phase", flat=True)) == [Phase.END, Phase.BEGIN]
    assert Incident.objects.count() == 1
