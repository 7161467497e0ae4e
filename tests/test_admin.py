from __future__ import annotations

import ssl
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from appoints.admin.connections import ConnectionForm
from appoints.connections.models import Connection
from appoints.isales.errors import NotAuthorised
from appoints.isales.secret import Secret
from dashboard.accounts.models import User
from tests.factories import answer_with, browser_of, connection_to, person

SK = "SK-seen-nowhere-7391"
ADD = "/admin/connections/connection/add/"
LIST = "/admin/connections/connection/"
HERE = "http://127.0.0.1:9"
PEM = ssl.DER_cert_to_PEM_cert(ssl.create_default_context().get_ca_certs(binary_form=True)[0])
EMPTY = {"resultCode": "0200000", "data": [], "totalCount": 0}


@pytest.fixture
def connection(db: None) -> Connection:
    return connection_to(HERE, name="Berlin", slug="berlin", secret_key=Secret(SK))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """Answer every call with an empty page; hold what was asked."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=EMPTY)

    answer_with(answer, monkeypatch)
    return asked


def staff(*permissions: str) -> Client:
    """The browser of somebody who may do this, and no more, in the admin."""
    return browser_of(person("staff", *permissions, is_staff=True))


def change(connection: Connection) -> str:
    return reverse("admin:connections_connection_change", args=[connection.pk])


def check(connection: Connection) -> str:
    return reverse("admin:connections_connection_check", args=[connection.pk])


def filled(**values: str) -> dict[str, str]:
    return {
        "name": "Berlin",
        "slug": "berlin",
        "active": "on",
        "base_url": HERE,
        "vdn": "1",
        "access_key": "AK",
        "secret_key": "",
        "page_limit": "100",
        "max_concurrency": "4",
        "max_per_second": "10",
        "range_field": "appointTime",
        "time_zone": "Asia/Shanghai",
        "signed_headers": "host",
        **values,
    }


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_new_connection_needs_a_secret(admin_client: Client) -> None:
    response: Any = admin_client.post(ADD, filled())
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["secret_key"]
    assert "Not stored." in text(response)


def test_a_posted_secret_is_stored_without_the_spaces_around(admin_client: Client) -> None:
    assert admin_client.post(ADD, filled(secret_key=f" {SK}\n")).status_code == 302
    assert Connection.objects.get().secret_key.reveal() == SK


def test_a_form_with_a_mistake_does_not_give_the_secret_back(admin_client: Client) -> None:
    response = admin_client.post(ADD, filled(secret_key=SK, vdn="0"))
    assert response.status_code == 200
    assert SK not in text(response)


def test_the_change_page_says_that_a_secret_is_stored_and_shows_none(
    admin_client: Client, connection: Connection
) -> None:
    page = text(admin_client.get(change(connection)))
    assert "Stored. Leave empty to keep it." in page
    assert SK not in page
    assert connection.secret_key.token not in page  # type: ignore[attr-defined]


def test_an_empty_box_keeps_the_secret(admin_client: Client, connection: Connection) -> None:
    assert admin_client.post(change(connection), filled(vdn="2")).status_code == 302
    connection.refresh_from_db()
    assert (connection.vdn, connection.secret_key.reveal()) == (2, SK)


def test_a_new_secret_replaces_the_old(admin_client: Client, connection: Connection) -> None:
    admin_client.post(change(connection), filled(secret_key="new"))
    connection.refresh_from_db()
    assert connection.secret_key.reveal() == "new"


def test_the_history_names_the_field_and_not_the_secret(
    admin_client: Client, connection: Connection
) -> None:
    admin_client.post(change(connection), filled(secret_key="SK-new"))
    assert "Secret key" in LogEntry.objects.get().change_message
    page = text(admin_client.get(f"{LIST}{connection.pk}/history/"))
    assert "Secret key" in page
    assert "SK-new" not in page


def test_a_secret_that_no_key_opens_can_be_stored_anew(
    admin_client: Client, connection: Connection, settings: Settings
) -> None:
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    assert "none of CREDENTIAL_KEYS decrypts it" in text(admin_client.get(change(connection)))
    assert admin_client.post(change(connection), filled(secret_key="new")).status_code == 302
    assert Connection.objects.get().secret_key.reveal() == "new"


def test_a_rest_stored_while_the_form_is_saved_stays(
    admin_client: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        ConnectionForm, "clean", lambda form: Connection.objects.get().rest(NotAuthorised("401"))
    )
    admin_client.post(change(connection), filled(vdn="2"))
    connection.refresh_from_db()
    assert (connection.vdn, connection.resting) == (2, "not-authorised")


def test_the_state_is_told_in_words(admin_client: Client, connection: Connection) -> None:
    assert "ready" in text(admin_client.get(LIST))
    connection.rest(NotAuthorised("401"))
    assert "the signature was not accepted (401)" in text(admin_client.get(change(connection)))


def test_choosing_which_time_is_filtered_is_no_probe(
    admin_client: Client, connection: Connection
) -> None:
    Connection.objects.update(range_field_probed=True)
    admin_client.post(change(connection), filled(range_field="createTime"))
    assert not Connection.objects.get().range_field_probed


@pytest.mark.parametrize(("rows", "warned"), [("100", False), ("101", True)])
def test_a_page_limit_above_100_is_warned_of(
    admin_client: Client, connection: Connection, rows: str, *, warned: bool
) -> None:
    response = admin_client.post(change(connection), filled(page_limit=rows), follow=True)
    assert ("refuse more than 100" in text(response)) is warned


def test_the_form_names_the_usual_ports_and_the_first_release(admin_client: Client) -> None:
    page = text(admin_client.get(ADD))
    assert all(each in page for each in ("28080", "28050", "25.200.0", "More than 100"))


def test_somebody_who_may_only_view_sees_no_secret_and_no_button(connection: Connection) -> None:
    page = text(staff("view_connection").get(change(connection)))
    assert "Check connection" not in page
    assert SK not in page


class TestCheck:
    def test_the_button_asks_once_and_tells_the_verdict(
        self, admin_client: Client, connection: Connection, calls: list[httpx.Request]
    ) -> None:
        assert f'action="{check(connection)}"' in text(admin_client.get(change(connection)))
        response = admin_client.post(check(connection), follow=True)
        assert "iSales accepted the signature" in text(response)
        assert len(calls) == 1

    def test_the_list_checks_what_is_ticked(
        self, admin_client: Client, connection: Connection, calls: list[httpx.Request]
    ) -> None:
        ticked = {"action": "check_connections", "_selected_action": [str(connection.pk)]}
        response = admin_client.post(LIST, ticked, follow=True)
        assert "Berlin: iSales accepted the signature" in text(response)
        assert len(calls) == 1

    def test_reading_the_address_asks_nothing(
        self, admin_client: Client, connection: Connection, calls: list[httpx.Request]
    ) -> None:
        assert admin_client.get(check(connection)).status_code == 405
        assert not calls

    def test_it_needs_the_permission_to_change(
        self, connection: Connection, calls: list[httpx.Request]
    ) -> None:
        assert staff("view_connection").post(check(connection)).status_code == 403
        assert not calls

    def test_it_needs_the_token_of_the_page(
        self, admin_user: User, connection: Connection, calls: list[httpx.Request]
    ) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(admin_user)
        assert client.post(check(connection)).status_code == 403
        assert not calls

    def test_it_needs_a_sign_in(
        self, client: Client, connection: Connection, calls: list[httpx.Request]
    ) -> None:
        assert client.post(check(connection)).status_code == 302
        assert not calls

    def test_a_connection_that_is_gone_is_not_found(
        self, admin_client: Client, calls: list[httpx.Request]
    ) -> None:
        url = reverse("admin:connections_connection_check", args=[1])
        assert admin_client.post(url).status_code == 404


class TestAnotherHost:
    ELSEWHERE = [
        {"base_url": "http://127.0.0.1:10"},
        {"base_url": "https://127.0.0.1:9"},
        {"base_url": "http://127.0.0.2:9"},
        {"base_url": "https://evil.example/http://127.0.0.1:9"},
        {"sign_host": "isales.example"},
        {"ca_certificate": PEM},
    ]

    @pytest.mark.parametrize("values", ELSEWHERE)
    def test_another_host_asks_for_the_secret_anew(
        self, connection: Connection, values: dict[str, str]
    ) -> None:
        response: Any = staff("change_connection").post(change(connection), filled(**values))
        assert list(response.context["adminform"].form.errors) == ["secret_key"]
        assert "needs the secret key anew" in text(response)
        assert Connection.objects.get().destination() == connection.destination()

    @pytest.mark.parametrize("values", ELSEWHERE)
    def test_who_knows_the_secret_may_go_elsewhere(
        self, admin_client: Client, connection: Connection, values: dict[str, str]
    ) -> None:
        response = admin_client.post(change(connection), filled(secret_key="new", **values))
        assert response.status_code == 302
        assert Connection.objects.get().destination() != connection.destination()

    @pytest.mark.parametrize("url", ["HTTP://127.0.0.1:9/", "http://127.0.0.1:9/isales"])
    def test_another_writing_of_the_same_host_keeps_the_secret(
        self, admin_client: Client, connection: Connection, url: str
    ) -> None:
        assert admin_client.post(change(connection), filled(base_url=url)).status_code == 302
        assert Connection.objects.get().secret_key.reveal() == SK

    def test_line_ends_of_a_browser_make_no_other_certificate(
        self, admin_client: Client, connection: Connection
    ) -> None:
        Connection.objects.update(ca_certificate=PEM)
        values = {"ca_certificate": PEM.replace("\n", "\r\n"), "vdn": "2"}
        assert admin_client.post(change(connection), filled(**values)).status_code == 302
        assert Connection.objects.get().vdn == 2

    @pytest.mark.parametrize(
        "url",
        [
            *("https://169.254.169.254", "https://2852039166:28080", "https://0xa9fea9fe"),
            *("https://[fd00:ec2::254]", "https://[::ffff:169.254.169.254]", "https://[fe80::1]"),
        ],
    )
    def test_a_host_that_may_not_be_called_is_not_stored(
        self, admin_client: Client, connection: Connection, url: str
    ) -> None:
        response: Any = admin_client.post(
            change(connection), filled(base_url=url, secret_key="new")
        )
        assert list(response.context["adminform"].form.errors) == ["base_url"]
        assert "This host may not be called" in text(response)

    def test_the_operator_says_which_hosts_may_be_called(
        self, admin_client: Client, connection: Connection, settings: Settings
    ) -> None:
        settings.ISALES_HOSTS = ["*.example"]
        there = filled(base_url="https://isales.example", secret_key="new")
        assert admin_client.post(change(connection), there).status_code == 302
        there["base_url"] = "https://isales.other"
        response: Any = admin_client.post(change(connection), there)
        assert list(response.context["adminform"].form.errors) == ["base_url"]

    def test_a_host_that_was_stored_before_it_was_closed_is_not_called(
        self, admin_client: Client, connection: Connection, settings: Settings
    ) -> None:
        settings.ISALES_HOSTS = ["*.example"]
        page = text(admin_client.post(check(connection), follow=True))
        assert "host may not be called" in page
        assert not Connection.objects.get().resting


@pytest.mark.parametrize("page", [LIST, ADD])
def test_no_page_needs_what_the_policy_forbids(admin_client: Client, page: str) -> None:
    html = text(admin_client.get(page))
    assert "<style" not in html
    assert " style=" not in html
    assert " onclick=" not in html
