"""The pages of alerts and reports: set up, change, pause, delete, try, and what was sent."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from appoints.alerts import deliveries, incidents
from appoints.alerts.models import Delivery, Incident, Rule
from appoints.connections.models import Connection
from appoints.encryption import StoredSecret
from dashboard.accounts.models import User
from dashboard.audit.models import Event
from dashboard.environment.email import EmailSettings
from dashboard.notify.outcome import failed
from tests.alerts.made import rule_of
from tests.factories import administrator, browser_of, person, saved_view
from tests.notify.mail_server import MailServer
from tests.notify.receiver import Receiver
from tests.screen import Screen, form_of, text_of

OVERDUE = {"name": "Mine", "limit": "9", "by_email": "on", "most_a_day": "10"}
NEW = "/alerts/new/overdue/"


@pytest.fixture
def browser(ana: User, centre: Connection) -> Client:
    return browser_of(ana)


def refused(response: Any) -> list[str]:
    assert response.status_code == 400
    return Screen(response).texts(".errorlist li")


def test_an_alert_is_set_up_from_the_filters_of_the_list(browser: Client, ana: User) -> None:
    address = f"{NEW}?preset=today&agent=agent0&page=3&view=x"
    assert "agent0" in Screen(browser.get(address)).one("[name=asks] option").text()
    response = browser.post(address, OVERDUE)
    assert (response.status_code, response["Location"]) == (302, "/alerts/")
    rule = Rule.objects.get()
    assert rule.query == "connection=demo&preset=today&agent=agent0"
    assert (rule.person, rule.limit, rule.kind) == (ana, 9, "overdue")
    assert rule.site == "http://testserver/"
    page = text_of(browser.get("/alerts/"))
    assert "more than 9 calls are overdue" in page
    assert "agent0" in page


def test_an_alert_is_set_up_from_a_saved_view(browser: Client, ana: User) -> None:
    view = saved_view(ana, "Morning", "connection=demo&preset=tomorrow")
    browser.post(NEW, {**OVERDUE, "asks": view.slug})
    assert Rule.objects.get().query == "connection=demo&preset=tomorrow"


def test_a_view_of_others_that_is_not_shared_is_none_to_choose(browser: Client) -> None:
    view = saved_view(person("ben"), "Secret", "connection=demo&preset=tomorrow")
    assert refused(browser.post(NEW, {**OVERDUE, "asks": view.slug}))


def test_without_filters_it_looks_at_the_overdue_days(browser: Client) -> None:
    browser.post(NEW, OVERDUE)
    assert Rule.objects.get().query == "connection=demo&preset=overdue"


def test_a_question_that_the_list_would_not_show_leads_there(browser: Client) -> None:
    response = browser.get(f"{NEW}?preset=never")
    assert response["Location"] == "/appoints/?preset=never"


@pytest.mark.parametrize(
    ("kind", "posted", "words"),
    [
        ("silence", {"limit": "30", "least": "4"}, "no call begins for 30 minutes in which 4 or"),
        ("connection", {}, "iSales cannot be asked"),
        ("old-data", {"limit": "20"}, "the data are older than 20 minutes"),
        ("report", {"at": "07:30", "weekday": ""}, "every day at 07:30"),
        ("report", {"at": "07:30", "weekday": "0"}, "every Monday at 07:30"),
    ],
)
def test_each_kind_is_set_up_and_says_when_it_tells(
    browser: Client, kind: str, posted: dict[str, str], words: str
) -> None:
    common = {"name": "Mine", "by_email": "on", "most_a_day": "5"}
    response = browser.post(f"/alerts/new/{kind}/", {**common, **posted})
    assert response.status_code == 302, Screen(response).texts(".errorlist li")
    assert words in text_of(browser.get("/alerts/"))


@pytest.mark.parametrize("kind", ["overdue", "silence", "connection", "old-data"])
def test_a_form_as_it_comes_needs_but_a_name(browser: Client, kind: str) -> None:
    address = f"/alerts/new/{kind}/"
    posted = form_of(browser.get(address), "main form")
    assert browser.post(address, {**posted, "name": "Mine"}).status_code == 302


def test_what_does_not_matter_to_a_kind_is_not_told(browser: Client) -> None:
    asks = "?preset=tomorrow&state=failed&agent=agent0"
    for kind in ("silence", "connection"):
        posted = {"name": kind, "limit": "15", "least": "3", "by_email": "on", "most_a_day": "5"}
        browser.post(f"/alerts/new/{kind}/{asks}", posted)
    found = Screen(browser.get("/alerts/")).texts(".clamp")[:2]
    assert found == ["demo", "Today · agent agent0"]


def test_there_is_no_other_kind(browser: Client) -> None:
    assert browser.get("/alerts/new/else/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "required"),
        ({"limit": "-1"}, "greater than or equal to 0"),
        ({"by_email": ""}, "Choose at least one way."),
        ({"quiet_from": "22:00"}, "both times, or none"),
        ({"quiet_from": "22:00", "quiet_to": "22:00"}, "end at another time"),
        ({"most_a_day": "51"}, "less than or equal to 50"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    browser: Client, changes: dict[str, str], words: str
) -> None:
    [said] = refused(browser.post(NEW, {**OVERDUE, **changes}))
    assert words in said
    assert Rule.objects.count() == 0


def test_a_second_one_of_the_same_name_is_refused(browser: Client, ana: User) -> None:
    rule_of(ana, name="Mine")
    assert "of this name already" in refused(browser.post(NEW, OVERDUE))[0]


def test_a_person_keeps_so_many_and_is_told(
    browser: Client, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appoints.alerts.forms.MOST", 1)
    rule_of(ana)
    assert "You have 1 alerts and reports" in refused(browser.post(NEW, OVERDUE))[0]
    changed = browser.post(f"/alerts/{Rule.objects.get().slug}/", OVERDUE)
    assert changed.status_code == 302


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://hooks.example/x", ""),
        ("http://10.1.2.3:8080/x", ""),
        ("http://127.0.0.1/x", "may not be called"),
        ("http://169.254.169.254/latest", "may not be called"),
        ("http://[::ffff:127.0.0.1]/", "may not be called"),
        ("ftp://hooks.example/x", "is no address"),
        ("https://user:word@hooks.example/", "is no address"),
        ("https://hooks.example:99999/", "is no address"),
        ("hooks.example", "is no address"),
    ],
)
def test_a_webhook_is_taken_only_for_hosts_that_are_named(
    browser: Client, settings: Settings, url: str, words: str
) -> None:
    settings.WEBHOOK_HOSTS = ["hooks.example", "10.1.0.0/16"]
    response = browser.post(NEW, {**OVERDUE, "url": url})
    if words:
        assert words in refused(response)[0]
    else:
        assert response.status_code == 200


def test_a_host_that_is_not_named_is_refused_though_it_has_no_address(
    browser: Client, settings: Settings
) -> None:
    settings.WEBHOOK_HOSTS = ["hooks.example"]
    response = browser.post(NEW, {**OVERDUE, "url": "https://other.example/"})
    assert "may not be called" in refused(response)[0]


def test_without_named_hosts_no_webhook_is_offered_and_it_says_why(browser: Client) -> None:
    page = browser.get(NEW)
    assert Screen(page).all("[name=url]") == []
    assert "WEBHOOK_HOSTS" in text_of(page)
    browser.post(NEW, {**OVERDUE, "url": "https://hooks.example/"})
    assert Rule.objects.get().url == ""


def test_the_secret_of_a_webhook_is_shown_once_and_stored_encrypted(
    browser: Client, settings: Settings
) -> None:
    settings.WEBHOOK_HOSTS = ["hooks.example"]
    response = browser.post(NEW, {**OVERDUE, "url": "https://hooks.example/"})
    [secret] = Screen(response).texts("code.whole")
    rule = Rule.objects.get()
    assert isinstance(rule.secret, StoredSecret)
    assert rule.secret.reveal() == secret
    assert secret.startswith("whsec_")
    assert secret not in rule.secret.token
    for address in ("/alerts/", f"/alerts/{rule.slug}/"):
        assert secret not in browser.get(address).content.decode()
    renewed = Screen(browser.post(f"/alerts/{rule.slug}/secret/")).texts("code.whole")[0]
    assert renewed != secret
    assert Rule.objects.get().secret.reveal() == renewed


def test_an_alert_without_a_webhook_has_no_secret(browser: Client, ana: User) -> None:
    assert browser.post(f"/alerts/{rule_of(ana).slug}/secret/").status_code == 404


def test_one_that_looks_at_something_else_begins_anew(browser: Client, ana: User) -> None:
    rule = rule_of(ana, limit=3)
    incidents.observe(rule, True, {})
    browser.post(f"/alerts/{rule.slug}/", {**OVERDUE, "limit": "3", "name": "Renamed"})
    assert Rule.objects.get().incident is not None
    browser.post(f"/alerts/{rule.slug}/", {**OVERDUE, "limit": "4"})
    assert Rule.objects.get().incident is None
    assert deliveries.waiting() == []


def test_a_paused_one_is_quiet_and_goes_on(browser: Client, ana: User) -> None:
    rule = rule_of(ana, limit=3)
    incidents.observe(rule, True, {})
    browser.post(f"/alerts/{rule.slug}/pause/")
    assert Rule.objects.get().paused
    assert Incident.objects.get().ended
    assert "paused" in text_of(browser.get("/alerts/"))
    browser.post(f"/alerts/{rule.slug}/pause/", {"off": "1"})
    assert not Rule.objects.get().paused


def test_one_is_deleted_after_a_question(browser: Client, ana: User) -> None:
    rule = rule_of(ana)
    assert "Delete “My overdue”?" in text_of(browser.get(f"/alerts/{rule.slug}/delete/"))
    browser.post(f"/alerts/{rule.slug}/delete/")
    assert Rule.objects.count() == 0


@pytest.mark.parametrize("action", ["", "delete/", "pause/", "secret/", "send/"])
def test_those_of_others_are_not_there(browser: Client, action: str) -> None:
    rule = rule_of(person("ben"), url="https://hooks.example/")
    assert browser.post(f"/alerts/{rule.slug}/{action}", OVERDUE).status_code == 404
    assert "My overdue" not in text_of(browser.get("/alerts/"))


def test_a_trial_is_sent_at_once_and_its_result_said(
    browser: Client, ana: User, mail_server: MailServer, receiver: Receiver
) -> None:
    rule = rule_of(ana, url=receiver.url, quiet_from=time(0), quiet_to=time(23))
    receiver.status = 500
    page = text_of(browser.post(f"/alerts/{rule.slug}/send/", follow=True))
    assert "Sent: e-mail" in page
    assert "Not sent: webhook. The host did not take the message. HTTP 500" in page
    assert mail_server.messages[0]["Subject"] == "Trial: My overdue"
    assert "Nothing has happened." in mail_server.messages[0].get_body().get_content()
    assert receiver.received[0].json["event"] == "trial"
    statuses = Delivery.objects.values_list("channel", "status")
    assert set(statuses) == {("email", "sent"), ("webhook", "failed")}
    assert deliveries.waiting() == []


def test_trials_are_bounded(
    browser: Client, ana: User, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "MOST_OF_A_PERSON", 2)
    rule = rule_of(ana)
    for _ in range(3):
        page = text_of(browser.post(f"/alerts/{rule.slug}/send/", follow=True))
    assert "As many messages as a day may have are sent." in page
    assert len(mail_server.messages) == 2


def test_a_message_that_bounced_is_shown_with_the_servers_words(browser: Client, ana: User) -> None:
    incidents.observe(rule_of(ana), True, {})
    [waiting] = deliveries.waiting()
    assert deliveries.claim(waiting)
    deliveries.settle(waiting, failed("bounced", "550 no such mailbox"))
    page = text_of(browser.get("/alerts/"))
    assert "failed My overdue (it begins)" in page
    assert "The mail server refused the address. 550 no such mailbox" in page


def test_the_page_claims_no_more_of_a_sent_message_than_it_knows(
    browser: Client, ana: User, mail_server: MailServer
) -> None:
    rule = rule_of(ana)
    page = text_of(browser.post(f"/alerts/{rule.slug}/send/", follow=True))
    assert "sent My overdue (trial)" in page
    assert "An e-mail that comes back later is not seen here." in page


def test_one_that_waits_says_for_what(browser: Client, ana: User) -> None:
    rule = rule_of(ana, quiet_from=time(12), quiet_to=time(15))
    incidents.observe(rule, True, {})
    assert "It waits for the end of the quiet hours." in text_of(browser.get("/alerts/"))


def test_messages_are_listed_page_by_page(
    browser: Client, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appoints.alerts.views.PER_PAGE", 1)
    incidents.observe(rule_of(ana, url="https://hooks.example/"), True, {})
    assert "Page 1 of 2" in text_of(browser.get("/alerts/"))
    assert "Page 2 of 2" in text_of(browser.get("/alerts/?page=2"))


def test_who_has_set_up_nothing_is_not_asked_for_another(browser: Client, ana: User) -> None:
    assert Screen(browser.get("/alerts/")).texts("#new-alert") == ["Set one up"]
    rule_of(ana)
    assert Screen(browser.get("/alerts/")).texts("#new-alert") == ["Set up another"]


def test_without_a_mail_server_the_page_says_who_sets_it_up(
    browser: Client, settings: Settings
) -> None:
    settings.EMAIL = None
    administrator("boss")
    page = text_of(browser.get("/alerts/"))
    assert "E-mail is not set up on this server" in page
    assert "EMAIL_URL. Ask: boss" in page


def test_a_person_without_an_address_is_told(centre: Connection, settings: Settings) -> None:
    settings.EMAIL = EmailSettings("x", {}, "calls@example.com")
    page = text_of(browser_of(person("nameless")).get("/alerts/"))
    assert "You have no e-mail address here" in page


def test_alerts_that_nothing_checks_are_told(
    browser: Client, ana: User, clock: time_machine.Traveller
) -> None:
    words = "Nothing has checked your alerts lately"
    rule = rule_of(ana)
    assert words not in text_of(browser.get("/alerts/"))
    clock.shift(timedelta(minutes=6))
    assert words in text_of(browser.get("/alerts/"))
    Rule.objects.filter(pk=rule.pk).update(checked_at=timezone.now())
    assert words not in text_of(browser.get("/alerts/"))


def test_the_log_tells_who_set_up_changed_and_deleted_what(browser: Client, ana: User) -> None:
    browser.post(NEW, OVERDUE)
    slug = Rule.objects.get().slug
    browser.post(f"/alerts/{slug}/", {**OVERDUE, "limit": "4"})
    browser.post(f"/alerts/{slug}/delete/")
    events = Event.objects.filter(kind="rule").order_by("at", "pk")
    assert [(each.action, each.name, each.person) for each in events] == [
        (action, "Mine", ana.pk) for action in ("create", "change", "delete")
    ]
    assert "limit" in events[1].details["changed"]


def test_a_check_writes_nothing_into_the_log(
    ana: User, centre: Connection, mail_server: MailServer
) -> None:
    from appoints.alerts.run import run

    rule_of(ana, limit=3)
    before = Event.objects.count()
    run()
    assert Event.objects.count() == before
