"""Reports: when they come, what they say, and what they never say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from appoints.access.models import Grant
from appoints.alerts import schedule
from appoints.alerts.models import Delivery, Rule
from appoints.alerts.run import run
from appoints.alerts.schedule import latest
from appoints.connections.models import Connection
from appoints.results.result import NeedsWhole
from appoints.snapshots.models import Snapshot
from dashboard.accounts.models import Preferences, User
from dashboard.audit.models import Event
from tests.alerts.conftest import now_at_hand
from tests.alerts.made import BEFORE, rule_of
from tests.alerts.test_run import text_of
from tests.factories import NOON, browser_of, fill_disk, person, raw, team_called
from tests.notify.mail_server import MailServer
from tests.screen import text_of as page_of

Clock = time_machine.Traveller
REPORT = Rule.Kind.REPORT


def files_of(message: Any) -> list[Any]:
    return list(message.iter_attachments())


def report_of(owner: User, **fields: Any) -> Rule:
    return rule_of(owner, REPORT, **{"at": time(13, 30), **fields})


@pytest.fixture
def due(clock: Clock) -> Clock:
    clock.move_to(NOON + timedelta(minutes=90))
    return clock


# Zones of every kind: half an hour off, clocks that change at midnight, by half an hour, twice.
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Beirut", "Australia/Lord_Howe",
         "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Apia", "Africa/Casablanca"]  # fmt: skip


@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    at=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    weekday=st.none() | st.integers(0, 6),
    first=st.integers(0, 3 * 365 * 24 * 60),
    steps=st.lists(st.integers(1, 60 * 20), min_size=20, max_size=60),
)
def test_every_local_day_has_its_report_once(
    zone: ZoneInfo, at: time, weekday: int | None, first: int, steps: list[int]
) -> None:
    """However the clocks change, and at whatever times somebody looks, hours apart."""
    rule = Rule(kind=REPORT, at=at, weekday=weekday, since=BEFORE)
    now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=first)
    days: list[date] = []
    for step in steps:
        now += timedelta(minutes=step)
        found = latest(rule, now, zone)
        if found is not None and (day := date.fromisoformat(found.day)) not in days:
            assert found.moment <= now
            days.append(day)
    # Of days in a row none is left out, and none comes after a later one.
    apart = timedelta(days=1 if weekday is None else 7)
    assert days == [days[0] + number * apart for number in range(len(days))]
    last = now.astimezone(zone).date()
    assert last - apart <= days[-1] <= last


@pytest.mark.parametrize(
    ("zone", "at", "day", "moment"),
    [
        # Clocks skip 02:30: it comes at the moment of the skip.
        ("Europe/Berlin", time(2, 30), "2026-03-29", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        # 02:30 comes twice: the first counts.
        ("Europe/Berlin", time(2, 30), "2026-10-25", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Asia/Kolkata", time(7), "2026-06-01", datetime(2026, 6, 1, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_local_time_is_one_moment_of_its_day(
    zone: str, at: time, day: str, moment: datetime
) -> None:
    rule = Rule(kind=REPORT, at=at, since=BEFORE)
    for minutes in (0, 30, 60, 90, 600):
        found = latest(rule, moment + timedelta(minutes=minutes), ZoneInfo(zone))
        assert found == (day, moment)


def test_a_report_comes_once_a_day_in_the_persons_zone(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    Preferences.objects.create(user=ana, time_zone="Asia/Kolkata")
    report_of(ana, at=time(7))
    clock.move_to(datetime(2026, 6, 2, 1, 29, tzinfo=UTC))
    seen = []
    for _ in range(3 * 24):
        run()
        seen.append(len(mail_server.messages))
        clock.shift(timedelta(hours=1))
    assert seen[0] == 1  # that of the day before, which nobody has sent
    assert seen[-1] == 4


def test_a_new_report_is_not_sent_for_a_time_that_has_passed(
    centre: Connection, ana: User, mail_server: MailServer, due: Clock
) -> None:
    browser = browser_of(ana)
    posted = {"name": "Mine", "at": "13:00", "weekday": "", "file": ""}
    assert browser.post("/alerts/new/report/", posted).status_code == 302
    run()
    assert mail_server.messages == []
    due.shift(timedelta(hours=24))
    run()
    assert len(mail_server.messages) == 1


def test_a_changed_name_sends_no_second_one_and_skips_none(
    centre: Connection, ana: User, mail_server: MailServer, due: Clock
) -> None:
    rule = report_of(ana)
    run()
    posted = {"name": "Other", "at": "13:30", "weekday": "", "file": ""}
    assert browser_of(ana).post(f"/alerts/{rule.slug}/", posted).status_code == 302
    run()
    assert len(mail_server.messages) == 1
    due.shift(timedelta(hours=24))
    run()
    assert len(mail_server.messages) == 2


def test_two_machines_make_one_message(centre: Connection, ana: User, due: Clock) -> None:
    report_of(ana)
    schedule.schedule()
    schedule.schedule()
    assert Delivery.objects.count() == 1


def test_it_tells_the_figures_of_the_persons_own_rows(
    centre: Connection, ana: User, mail_server: MailServer, due: Clock
) -> None:
    failed = [
        raw(40 + number, callFlag="2", failCode=code, result="0101", userAccount="agent0")
        for number, code in enumerate(("00604", "00604", "00003"))
    ]
    elsewhere = [raw(50, callFlag="2", failCode="00604", userAccount="agent1")]
    now_at_hand(centre, *[raw(number) for number in range(30)], *failed, *elsewhere)
    Grant.objects.all().delete()
    north = team_called("North", ana)
    Grant.objects.create(team=north, connection=centre, agents=["agent0"])
    report_of(ana)
    run()
    [message] = mail_server.messages
    text = text_of(message)
    assert message["Subject"] == "Report: My report"
    assert "Calls: 13\n  Overdue: 10\n  Failed: 3\n" in text
    assert "Failed, by who has to act:\n  Customer side: 2\n  No resources: 1\n" in text
    assert "Overdue and failed, by agent:\n  agent0: Overdue 10, Failed 3\n" in text
    assert "agent1" not in text
    assert "Data as of: 2026-06-01 13:30 UTC (+0000)" in text
    assert "https://calls.example/appoints/?connection=demo&preset=today" in text


def test_the_range_is_that_of_its_time_though_it_comes_later(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    report_of(ana, at=time(23, 55))
    clock.move_to(NOON + timedelta(hours=12, minutes=20))
    run()
    assert "Calls: 30" in text_of(mail_server.messages[0])


@pytest.mark.parametrize(("file", "suffix"), [("csv", ".csv"), ("xlsx", ".xlsx")])
def test_the_file_comes_along_and_the_log_tells_it(
    centre: Connection, ana: User, mail_server: MailServer, due: Clock, file: str, suffix: str
) -> None:
    report_of(ana, file=file)
    run()
    [attached] = files_of(mail_server.messages[0])
    name = f"reserved-calls_demo_2026-06-01_30-rows{suffix}"
    assert attached.get_filename() == name
    content = attached.get_payload(decode=True)
    if file == "csv":
        assert content.decode().count("\r\n") == 31
    else:
        book = openpyxl.load_workbook(BytesIO(content), read_only=True)
        assert len(list(book.worksheets[0].iter_rows())) == 31
    event = Event.objects.get(action=Event.Action.FILE)
    assert (event.person, event.way, event.details["rows"]) == (ana.pk, "email", 30)


def test_who_may_take_files_no_more_gets_none(
    centre: Connection, ana: User, mail_server: MailServer, due: Clock
) -> None:
    report_of(ana, file="csv")
    ana.user_permissions.clear()
    run()
    [message] = mail_server.messages
    assert files_of(message) == []
    assert "No file is attached: you may not take files." in text_of(message)
    assert not Event.objects.filter(action=Event.Action.FILE).exists()


def no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/no/such/folder")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (fill_disk, "the server has no room for it."),
        (no_folder, "the server's folder for temporary files is unusable."),
    ],
)
def test_a_report_whose_file_cannot_be_made_is_sent_without_and_says_why(
    centre: Connection,
    ana: User,
    mail_server: MailServer,
    due: Clock,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[pytest.MonkeyPatch], None],
    words: str,
) -> None:
    spoil(monkeypatch)
    report_of(ana, file="xlsx")
    run()
    [message] = mail_server.messages
    assert files_of(message) == []
    assert f"No file is attached: {words}" in text_of(message)


def test_a_masked_number_stands_neither_in_the_file_nor_beside_it(
    centre: Connection, mail_server: MailServer, due: Clock
) -> None:
    masked = person("masked", rights=("export_files",), email="masked@example.com")
    report_of(masked, file="csv", query="preset=today&number=13900000001")
    run()
    [message] = mail_server.messages
    [attached] = files_of(message)
    for part in (text_of(message), message["Subject"], attached.get_filename()):
        assert "13900000001" not in part
    content = attached.get_payload(decode=True).decode()
    assert "••••••••001" in content
    assert "13900000001" not in content


def test_who_has_left_all_teams_gets_no_report(
    centre: Connection, ana: User, mail_server: MailServer, due: Clock
) -> None:
    report_of(ana)
    Grant.objects.all().delete()
    run()
    assert mail_server.messages == []
    assert "You may not ask this, or not any more." in page_of(browser_of(ana).get("/alerts/"))


def test_a_report_waits_for_rows_and_at_last_says_that_it_has_none(
    centre: Connection, ana: User, mail_server: MailServer, due: Clock, settings: Settings
) -> None:
    settings.APPOINTS_FRESH_FOR = timedelta(seconds=20)
    report_of(ana)
    due.shift(timedelta(minutes=10))
    for _ in range(3):
        run()
        due.shift(timedelta(minutes=10))
    assert mail_server.messages == []
    waiting = Delivery.objects.get()
    assert (waiting.status, waiting.reason, waiting.attempts) == ("waiting", "failed", 0)
    due.shift(timedelta(hours=2))
    run()
    text = text_of(mail_server.messages[0])
    assert "There are no figures in this report: iSales did not answer (nobody answers)." in text
    assert "Calls:" not in text


def test_a_report_that_waited_comes_whole(
    centre: Connection, ana: User, mail_server: MailServer, due: Clock, settings: Settings
) -> None:
    settings.APPOINTS_FRESH_FOR = timedelta(seconds=20)
    report_of(ana)
    due.shift(timedelta(minutes=10))
    run()
    due.shift(timedelta(minutes=2))
    now_at_hand(centre, raw(1))
    run()
    assert "Calls: 1\n" in text_of(mail_server.messages[0])


def test_figures_that_do_not_fit_isales_count_say_so_and_bring_no_file(
    centre: Connection, ana: User, mail_server: MailServer, due: Clock
) -> None:
    Snapshot.objects.update(total=31)
    report_of(ana, file="csv")
    run()
    [message] = mail_server.messages
    assert "iSales reported another number of rows than came" in text_of(message)
    assert files_of(message) == []
    assert "No file is attached: it might be short." in text_of(message)


def test_more_rows_than_are_fetched_are_said_at_once(
    centre: Connection,
    ana: User,
    mail_server: MailServer,
    due: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise NeedsWhole(["sort"])

    monkeypatch.setattr("appoints.forms.bind.ask", refuse)
    report_of(ana)
    run()
    assert "these are more rows than are fetched" in text_of(mail_server.messages[0])


def test_a_trial_of_a_report_brings_its_figures(
    centre: Connection, ana: User, mail_server: MailServer, clock: Clock
) -> None:
    rule = report_of(ana, file="csv")
    page = page_of(browser_of(ana).post(f"/alerts/{rule.slug}/send/", follow=True))
    assert "Sent: e-mail" in page
    [message] = mail_server.messages
    assert message["Subject"] == "Trial: My report"
    assert "Calls: 30" in text_of(message)
    assert len(files_of(message)) == 1
