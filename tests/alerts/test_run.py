"""``manage.py notify``: rows at hand, a mail server and a receiver of webhooks that are real."""

from __future__ import annotations

import threading
from datetime import time, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from pytest_django import Settings

from appoints.access.models import Grant
from appoints.alerts import incidents, sending
from appoints.alerts import run as runs
from appoints.alerts.models import Delivery, Incident, Rule
from appoints.alerts.questions import kept_text
from appoints.alerts.run import run
from appoints.alerts.transmitting import MOST_AT_ONCE, Transmission
from appoints.connections.models import Connection
from appoints.isales.errors import NotAuthorised
from appoints.query.models import AgentList
from appoints.query.query import Query
from dashboard.accounts.models import Preferences, User
from dashboard.notify.outcome import Outcome, failed
from tests.alerts.conftest import ROWS, now_at_hand, overdue
from tests.alerts.made import SECRET, rule_of
from tests.factories import NOON, person, raw, team_called
from tests.notify.mail_server import MailServer
from tests.notify.receiver import Receiver

Clock = time_machine.Traveller


def text_of(message: Any) -> str:
    return str(message.get_body().get_content()).replace("\r\n", "\n")


def later(clock: Clock, minutes: int = 1) -> None:
    clock.shift(timedelta(minutes=minutes))
    run()


def test_more_calls_than_so_many_overdue_are_told_once_and_their_end_once(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    rule_of(ana, limit=29)
    for _ in range(3):
        later(clock)
    [begun] = mail_server.messages
    assert begun["Subject"] == "Alert: My overdue"
    text = text_of(begun)
    assert "30 calls are overdue, more than 29." in text
    assert "Filters: Today · Overdue" in text
    assert "https://calls.example/appoints/?connection=demo&preset=today&state=overdue" in text
    assert "https://calls.example/alerts/" in text
    now_at_hand(centre, *overdue(3))
    for _ in range(3):
        later(clock)
    assert [each["Subject"] for each in mail_server.messages[1:]] == ["Over: My overdue"]


def test_a_webhook_is_signed_and_tells_figures(
    centre: Connection, ana: User, receiver: Receiver, clock: Clock
) -> None:
    rule = rule_of(ana, limit=5, by_email=False, url=receiver.url)
    later(clock)
    [found] = receiver.received
    assert found.is_signed(SECRET)
    assert found.json["event"] == "begin"
    assert found.json["figures"]["count"] == ROWS
    assert found.json["alert"] == {"id": rule.slug, "name": rule.name}
    assert found.headers["webhook-id"] == found.json["id"]
    now_at_hand(centre)
    later(clock)
    assert [each.json["event"] for each in receiver.received] == ["begin", "end"]
    assert receiver.received[1].json["incident"] == found.json["incident"]


def test_a_webhook_that_fails_is_tried_again_under_the_same_id(
    centre: Connection, ana: User, receiver: Receiver, clock: Clock
) -> None:
    rule_of(ana, limit=5, by_email=False, url=receiver.url)
    receiver.status = 500
    later(clock)
    receiver.status = 204
    later(clock, 2)
    assert len({each.headers["webhook-id"] for each in receiver.received}) == 1
    assert [each.status for each in Delivery.objects.all()] == ["sent"]


def test_a_host_that_is_named_no_more_is_not_called(
    centre: Connection, ana: User, receiver: Receiver, clock: Clock, settings: Settings
) -> None:
    rule_of(ana, limit=5, by_email=False, url=receiver.url)
    settings.WEBHOOK_HOSTS = []
    later(clock)
    assert receiver.received == []
    assert [(each.status, each.reason) for each in Delivery.objects.all()] == [
        ("failed", "host-refused")
    ]


def test_a_condition_that_still_holds_after_quiet_hours_is_told_then(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    Preferences.objects.create(user=ana, time_zone="Asia/Shanghai")  # it is 21:00 there
    rule_of(ana, limit=5, quiet_from=time(20), quiet_to=time(23))
    later(clock)
    assert mail_server.messages == []
    later(clock, 118)
    assert mail_server.messages == []
    later(clock)
    assert len(mail_server.messages) == 1
    assert "Asia/Shanghai" in text_of(mail_server.messages[0])


def test_what_is_over_before_quiet_hours_end_is_not_told(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    rule_of(ana, limit=5, quiet_from=time(13), quiet_to=time(15))
    later(clock)
    now_at_hand(centre)
    later(clock)
    later(clock, 180)
    assert mail_server.messages == []


def test_figures_are_of_the_persons_own_rows(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    Grant.objects.all().delete()
    north = team_called("North", ana)
    Grant.objects.create(team=north, connection=centre, agents=["agent0"])
    rule_of(ana, limit=5)
    later(clock)
    assert "10 calls are overdue" in text_of(mail_server.messages[0])


def test_a_person_without_rights_gets_nothing(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    rule = rule_of(ana, limit=5, quiet_from=time(13), quiet_to=time(14))
    later(clock)
    Grant.objects.all().delete()
    later(clock, 60)
    assert mail_server.messages == []
    rule.refresh_from_db()
    assert rule.checked["trouble"] == "no-rights"
    assert [each.reason for each in Delivery.objects.all()] == ["no-rights"]


def test_figures_of_a_wider_scope_are_not_sent_after_it_has_narrowed(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    rule = rule_of(ana, limit=5, quiet_from=time(13), quiet_to=time(14))
    later(clock)
    Grant.objects.update(agents=["agent0"])
    clock.shift(timedelta(hours=1))
    Rule.objects.filter(pk=rule.pk).update(checked_at=NOON + timedelta(hours=2, minutes=1))
    run()  # another machine checks it just now
    assert "30" not in text_of(mail_server.messages[0]).splitlines()[0]
    assert "More than 5 calls are overdue." in text_of(mail_server.messages[0])


def test_a_masked_number_stays_masked(
    centre: Connection, mail_server: MailServer, receiver: Receiver, clock: Clock
) -> None:
    masked = person("masked", rights=(), email="masked@example.com")
    rule_of(masked, query="preset=today&number=13900000001", url=receiver.url)
    later(clock)
    [mail], [hook] = mail_server.messages, receiver.received
    for sent in (str(mail), text_of(mail), hook.body.decode()):
        assert "13900000001" not in sent
    assert "••••••••001" in text_of(mail)


def test_no_sign_of_life_is_told_while_calls_are_due(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    rule_of(ana, Rule.Kind.SILENCE, limit=40, least=5)
    later(clock)
    assert "No call has begun for 40 minutes, though 9 were due" in text_of(mail_server.messages[0])
    begun = raw(0, beginTime=round((NOON + timedelta(hours=1)).timestamp() * 1000))
    now_at_hand(centre, *overdue(30)[1:], begun)
    later(clock)
    assert mail_server.messages[1]["Subject"] == "Over: My silence"


def test_silence_while_few_are_due_is_no_alert(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    rule_of(ana, Rule.Kind.SILENCE, limit=40, least=10)
    later(clock)
    assert mail_server.messages == []


def test_a_connection_at_rest_is_told_with_what_to_do(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    rule_of(ana, Rule.Kind.CONNECTION)
    later(clock)
    assert mail_server.messages == []
    centre.rest(NotAuthorised("no"))
    later(clock)
    text = text_of(mail_server.messages[0])
    assert text.startswith("iSales cannot be asked for reserved calls.\nThis connection is at rest")
    centre.wake()
    later(clock)
    assert mail_server.messages[1]["Subject"] == "Over: My connection"


def test_an_isales_that_does_not_answer_is_told(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock, settings: Settings
) -> None:
    settings.APPOINTS_FRESH_FOR = timedelta(seconds=20)
    rule_of(ana, Rule.Kind.CONNECTION)
    clock.shift(timedelta(hours=1))
    later(clock)
    assert "iSales did not answer (nobody answers)." in text_of(mail_server.messages[0])


def test_old_data_are_told(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock, settings: Settings
) -> None:
    settings.APPOINTS_FRESH_FOR = timedelta(seconds=20)
    rule_of(ana, Rule.Kind.OLD_DATA, limit=90)
    later(clock, 60)
    assert mail_server.messages == []
    later(clock, 60)
    text = text_of(mail_server.messages[0])
    assert text.startswith("The data are older than 90 minutes.")
    assert "Data as of: 2026-06-01 13:00 UTC (+0000)" in text


def test_an_alert_about_a_part_of_the_rows_stays_as_it_is_and_says_so(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock, settings: Settings
) -> None:
    settings.APPOINTS_FRESH_FOR = timedelta(seconds=20)
    rule = rule_of(ana, limit=5)
    later(clock, 60)
    assert mail_server.messages == []
    rule.refresh_from_db()
    assert (rule.checked["trouble"], rule.checked["holds"]) == ("failed", None)
    assert Incident.objects.count() == 0


def test_a_machine_leaves_alone_what_another_has_just_checked(
    centre: Connection, ana: User, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Rule] = []
    real = runs.check

    def checked(rule: Rule, *rest: Any) -> Any:
        asked.append(rule)
        return real(rule, *rest)

    monkeypatch.setattr(runs, "check", checked)
    rule_of(ana, limit=5)
    run()
    clock.shift(timedelta(seconds=10))
    run()
    clock.shift(timedelta(seconds=50))
    run()
    assert len(asked) == 2


def test_a_check_of_what_was_changed_meanwhile_counts_no_more(
    centre: Connection, ana: User, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule, real = rule_of(ana, limit=5), runs.check

    def checked(found: Rule, *rest: Any) -> Any:
        incidents.forget(rule)  # as its form does
        return real(found, *rest)

    monkeypatch.setattr(runs, "check", checked)
    later(clock)
    assert Incident.objects.count() == 0
    monkeypatch.setattr(runs, "check", real)
    later(clock)
    assert Incident.objects.count() == 1


def test_paused_alerts_and_those_of_inactive_people_are_not_checked(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    rule_of(ana, limit=5, paused=True)
    rule_of(person("ben", email="ben@example.com", is_active=False), limit=5)
    later(clock)
    assert mail_server.messages == []


def test_alerts_speak_the_language_of_their_person(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    Preferences.objects.create(user=ana, language="es")
    rule_of(ana, limit=5)
    later(clock)
    assert mail_server.messages[0]["Content-Language"] == "es"
    assert "Filters: Hoy" in text_of(mail_server.messages[0]) or "Hoy" in text_of(
        mail_server.messages[0]
    )


def test_a_person_without_an_address_is_told_on_the_page(
    centre: Connection, clock: Clock, mail_server: MailServer
) -> None:
    rule_of(person("nameless"), limit=5)
    later(clock)
    assert [each.reason for each in Delivery.objects.all()] == ["no-address"]


def test_the_command_says_how_many(centre: Connection, ana: User, mail_server: MailServer) -> None:
    rule_of(ana, limit=5)
    said = StringIO()
    call_command("notify", stdout=said)
    assert said.getvalue() == "Messages: 1 sent, 0 not taken.\n"
    said = StringIO()
    call_command("notify", stdout=said)
    assert said.getvalue() == ""


def test_a_slow_mail_server_holds_up_no_webhook(
    centre: Connection,
    ana: User,
    receiver: Receiver,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arrived, real = threading.Event(), sending.post

    def mail(*_: object) -> Outcome:
        return Outcome() if arrived.wait(60) else failed("too-slow")

    def post(*about: Any) -> Outcome:
        outcome = real(*about)
        arrived.set()
        return outcome

    monkeypatch.setattr(sending, "mail", mail)
    monkeypatch.setattr(sending, "post", post)
    rule_of(ana, limit=5, url=receiver.url)
    later(clock)
    assert {each.status for each in Delivery.objects.all()} == {"sent"}


def test_a_run_ends_in_time_whoever_does_not_answer() -> None:
    """What is being sent counts as not answered, what nobody has begun to send is no try."""
    transmission, begun, ended = Transmission(0), threading.Semaphore(0), threading.Event()

    def send() -> Outcome:
        begun.release()
        ended.wait(60)
        return Outcome()

    for number in range(MOST_AT_ONCE + 4):
        transmission.begin(number, "email", send)
    for _ in range(MOST_AT_ONCE):
        assert begun.acquire(timeout=60)
    found = dict(transmission.outcomes())
    ended.set()
    late = failed("too-slow", again=True)
    assert [found[number] for number in range(MOST_AT_ONCE)] == [late] * MOST_AT_ONCE
    assert [found[number] for number in range(MOST_AT_ONCE, len(found))] == [None] * 4


def test_agents_of_a_list_that_is_gone_are_still_asked_for(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    kept = kept_text(Query(connection="demo", agents=("agent0",), agent_list="abc", preset="today"))
    rule_of(ana, query=kept, limit=5)
    assert not AgentList.objects.exists()
    later(clock)
    assert "10 calls are overdue" in text_of(mail_server.messages[0])


def test_the_command_says_why_a_message_was_not_taken(
    centre: Connection, ana: User, mail_server: MailServer
) -> None:
    rule_of(ana, limit=5)
    mail_server.refuse["RCPT"] = "550 no such mailbox"
    said = StringIO()
    call_command("notify", stdout=said)
    counts, reason = said.getvalue().splitlines()
    assert counts == "Messages: 0 sent, 1 not taken."
    assert reason == "  1: The mail server refused the address. 550 no such mailbox"
