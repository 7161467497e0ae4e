"""Nobody fills the site: whatever a request can leave behind has a bound and an end."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt, AccessLog
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from appoints.connections.models import Connection
from appoints.query.models import AgentList
from appoints.saved_views.models import SavedView
from appoints.snapshots import retention as results
from appoints.snapshots.models import Snapshot
from dashboard.accounts import retention as accounts
from dashboard.accounts.models import Session, User
from dashboard.audit import sign_in
from dashboard.audit.models import Event
from tests.factories import NOON, PASSWORD, person, saved_view
from tests.screen import Screen

SIGN_IN = {"username": "supervisor", "password": PASSWORD}
LONG = [f"{number:03}-{'x' * 60}" for number in range(40)]


def list_of(owner: User, name: str) -> str:
    return AgentList.keep([name, *LONG], owner.pk)


def shown(client: Client, path: str) -> list[str]:
    return Screen(client.get(path)).texts(".name > bdi")


def test_a_person_keeps_so_many_views_and_is_told(
    signed_in: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appoints.saved_views.forms.MOST", 2)
    for name in ("one", "two"):
        signed_in.post("/views/new/", {"name": name, "audience": "private"})
    answer = signed_in.post("/views/new/", {"name": "three", "audience": "private"})
    assert (answer.status_code, SavedView.objects.count()) == (400, 2)
    assert "You have 2 views" in answer.content.decode()
    first = SavedView.objects.get(name="one")
    changed = signed_in.post(f"/views/{first.slug}/", {"name": "first", "audience": "private"})
    assert changed.status_code == 302


def test_views_are_listed_page_by_page(
    signed_in: Client, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appoints.saved_views.views.PER_PAGE", 3)
    colleague = person("colleague")
    for name in ("b", "a"):
        saved_view(supervisor, name)
    for name in ("d", "c"):
        saved_view(colleague, name, audience="everybody")
    assert shown(signed_in, "/views/") == ["a", "b", "c"]
    assert shown(signed_in, "/views/?page=2") == ["d"]
    assert shown(signed_in, "/views/?page=99") == ["d"]
    assert shown(signed_in, "/views/?page=x") == ["a", "b", "c"]


def test_the_menu_reads_no_more_views_than_it_shows(
    signed_in: Client, connection: Connection
) -> None:
    colleague = person("colleague")
    for number in range(30):
        saved_view(colleague, f"view {number:02}", audience="everybody")
    page = signed_in.get("/appoints/").content.decode()
    assert "view 11" in page and "view 12" not in page
    assert "and 18 more" in page


def test_a_person_keeps_so_many_lists_of_agents_those_in_views_besides(
    supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appoints.query.models.MOST", 2)
    in_view = list_of(supervisor, "in a view")
    saved_view(supervisor, "mine", f"agent_list={in_view}")
    others = list_of(person("colleague"), "a colleague's")
    made = [list_of(supervisor, str(number)) for number in range(3)]
    kept = set(AgentList.objects.values_list("slug", flat=True))
    assert kept == {in_view, others, *made[1:]}


def test_a_list_that_is_opened_stays_and_one_that_is_not_ends(supervisor: User) -> None:
    opened, forgotten, in_view = (list_of(supervisor, each) for each in "ofv")
    saved_view(supervisor, "mine", f"agent_list={in_view}")
    AgentList.objects.update(used=timezone.now() - timedelta(days=401))
    assert AgentList.agents_of(opened, supervisor)
    call_command("purge")
    assert set(AgentList.objects.values_list("slug", flat=True)) == {opened, in_view}
    assert not AgentList.agents_of(forgotten, supervisor)


def test_a_person_keeps_so_many_sessions(supervisor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MOST_SESSIONS", 2)
    monkeypatch.setattr(accounts, "MOST_SIGN_INS", 3)
    browsers = [Client() for _ in range(4)]
    for browser in browsers:
        assert browser.post("/accounts/login/", SIGN_IN).status_code == 302
    assert Session.objects.filter(person=str(supervisor.pk)).count() == 2
    assert AccessLog.objects.count() <= 4
    open_to = [each.get("/accounts/preferences/").status_code for each in browsers]
    assert open_to == [302, 302, 200, 200]


def test_below_the_bound_no_transaction_begins(
    transactional_db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        accounts.bound_strangers()


def test_a_changed_password_makes_no_session_that_escapes_the_bound(
    supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "MOST_SESSIONS", 1)
    form = {"old_password": SIGN_IN["password"]}
    form |= dict.fromkeys(("new_password1", "new_password2"), SIGN_IN["password"])
    for _ in range(3):
        browser = Client()
        browser.post("/accounts/login/", SIGN_IN)
        browser.post("/accounts/password_change/", form)
    assert Session.objects.count() == 1


def test_strangers_leave_no_session_behind(client: Client, db: None) -> None:
    for path in ("/", "/accounts/login/", "/appoints/", "/admin/", "/nowhere/"):
        client.get(path)
    client.post("/accounts/login/", {"username": "nobody", "password": "wrong"})
    client.post("/accounts/language/", {"language": "es"})
    assert not Session.objects.exists()


def test_ever_new_names_from_ever_new_addresses_fill_neither_attempts_nor_log(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "MOST_ATTEMPTS", 6)
    monkeypatch.setattr(sign_in, "MOST_OF_ADDRESS", 3)
    monkeypatch.setattr(sign_in, "MOST_OF_ALL", 8)
    for host in (1, 2, 3):
        for name in range(5):
            form = {"username": f"{host}-{name}", "password": "wrong"}
            client.post("/accounts/login/", form, REMOTE_ADDR=f"10.0.0.{host}")
    kept = AccessAttempt.objects.order_by("pk").values_list("username", flat=True)
    assert list(kept) == ["2-4", *(f"3-{name}" for name in range(5))]
    told = Event.objects.order_by("pk").values_list("actor", "address", "details")
    more = ({"in an hour more than": 3}, {"in an hour more than": 8})
    assert list(told) == [
        *((f"1-{name}", "10.0.0.1", {}) for name in range(3)),
        ("", "10.0.0.1", more[0]),
        *((f"2-{name}", "10.0.0.2", {}) for name in range(3)),
        ("", "10.0.0.2", more[0]),
        ("", None, more[1]),
    ]


def test_a_failed_sign_in_is_in_the_log_again_an_hour_after_many(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "MOST_OF_ADDRESS", 2)
    with time_machine.travel(NOON) as clock:
        for minutes in (0, 0, 0, 61):
            clock.shift(timedelta(minutes=minutes))
            client.post("/accounts/login/", {"username": "nobody", "password": "wrong"})
    told = Event.objects.order_by("pk").values_list("actor", flat=True)
    assert list(told) == ["nobody", "nobody", "", "nobody"]


def test_purge_ends_sessions_sign_ins_and_the_admins_log(supervisor: User) -> None:
    now = timezone.now()
    for days in (1, 1000):
        at = now - timedelta(days=days)
        Session.objects.create(session_key=f"key{days}", session_data="", expire_date=at)
        AccessLog.objects.create(username="supervisor")
        AccessAttempt.objects.create(username=str(days), failures_since_start=1)
        entry = LogEntry.objects.create(user=supervisor, action_flag=1)
        LogEntry.objects.filter(pk=entry.pk).update(action_time=at)
    AccessLog.objects.filter(pk=AccessLog.objects.latest("pk").pk).update(
        attempt_time=now - timedelta(days=1000)
    )
    AccessAttempt.objects.update(attempt_time=now - timedelta(days=1))
    call_command("purge")
    counts = [each.objects.count() for each in (Session, AccessLog, AccessAttempt, LogEntry)]
    assert counts == [0, 1, 0, 1]


def snapshot(connection: Connection, rows: int, age: int, **values: object) -> Snapshot:
    now = timezone.now()
    return Snapshot.objects.create(
        connection=connection,
        criteria=b"",
        limit=100,
        received=rows,
        wanted=now - timedelta(minutes=age),
        leased_until=now,
        **{"status": "whole", **values},
    )


def test_results_together_have_a_bound_and_the_least_wanted_go(
    connection: Connection, settings: Settings
) -> None:
    settings.APPOINTS_MOST_KEPT_ROWS = 3000
    lately = snapshot(connection, 1000, age=1)
    big = snapshot(connection, 5000, age=5, status="loading", lease=1)
    Snapshot.objects.filter(pk=big.pk).update(leased_until=timezone.now() + timedelta(minutes=1))
    older = snapshot(connection, 500, age=2)
    oldest = snapshot(connection, 500, age=3)
    assert results.purge() == 1
    assert list(Snapshot.objects.order_by("pk")) == [lately, big, older]
    assert oldest.pk


def test_many_results_without_rows_are_bounded_too(
    connection: Connection, settings: Settings
) -> None:
    settings.APPOINTS_MOST_KEPT_ROWS = 5000
    for age in range(30):
        snapshot(connection, 0, age=age, status="failed")
    results.purge()
    assert Snapshot.objects.count() == 10


def test_a_question_that_was_never_begun_ends_soon(connection: Connection) -> None:
    snapshot(connection, 0, age=11, status="loading")
    assert results.purge() == 1
