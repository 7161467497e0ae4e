"""Every page of the admin: what an administrator gets, a superuser, and everybody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.urls import get_resolver, resolve

from tests.access.centre import Centre
from tests.access.test_every_address import Request, routes

ADMINS = ("administrator", "superuser")
LOGIN, LOGOUT = "admin/login/", "/admin/logout/"  # open to all
SIGN_INS = {"/accounts/login/", "/admin/login/"}
OTHERS = ("nobody", "exporter", "auditor")

# Of each model what an administrator gets, and a superuser, at its PAGES.
MODELS = """
accounts.team           200 200 200 200 200   200 200 200 200 200
accounts.user           200 200 200 200 200   200 200 200 200 200
auth.group              403 403 403 403 403   200 200 200 200 200
axes.accessattempt      403 403 403 403 403   200 403 200 200 200
axes.accessfailurelog   403 403 403 403 403   200 403 200 200 200
axes.accesslog          403 403 403 403 403   200 403 200 200 200
connections.connection  200 200 200 200 200   200 200 200 200 200
saved_views.savedview   200 403 200 200 200   200 403 200 200 200
"""
PAGES = ("", "add/", "1/change/", "1/delete/", "1/history/")

# What is no page of every model.
FURTHER = """
/admin/                                 200 200
/admin/accounts/                        200 200
/admin/accounts/user/1/password/        200 200
/admin/accounts/user/1/preview/         200 200
/admin/autocomplete/                    403 403
/admin/axes/                            404 200
/admin/connections/connection/1/        302 302
/admin/connections/connection/1/check/  405 405
/admin/jsi18n/                          200 200
/admin/logout/                          405 405
/admin/nowhere/                         404 404
/admin/password_change/                 200 200
/admin/password_change/done/            200 200
/admin/r/1/1/                           404 404
"""


def table() -> Iterator[tuple[str, list[str]]]:
    """Yield addresses, and what ADMINS get."""
    for model, *cells in map(str.split, MODELS.strip().splitlines()):
        for page, *both in zip(PAGES, cells[: len(PAGES)], cells[len(PAGES) :], strict=True):
            yield f"/admin/{model.replace('.', '/')}/{page}", both
    for address, *both in map(str.split, FURTHER.strip().splitlines()):
        yield address, both


TABLE = dict(table())


@pytest.fixture
def attempts(db: None) -> None:
    """What remains of somebody who tried to sign in."""
    AccessAttempt.objects.create(username="x", failures_since_start=1)
    for model in (AccessFailureLog, AccessLog):
        model.objects.create(username="x")


def addressed(address: str) -> str:
    """Return the address with the ID of an object that is there in place of 1."""
    app, model = [*address.split("/"), "", ""][2:4]
    if "/1/" not in address or app not in apps.app_configs:
        return address
    first = apps.get_model(app, model)._default_manager.order_by("pk").first()
    assert first is not None
    return address.replace("/1/", f"/{first.pk}/")


def test_administrators_get_what_they_keep_and_superusers_more(
    place: Centre, attempts: None
) -> None:
    found = {}
    for address in TABLE:
        request = Request("GET", addressed(address))
        found[address] = [str(request.by(person, place).status_code) for person in ADMINS]
    assert found == TABLE


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_all_others_are_led_to_a_sign_in(place: Centre, attempts: None, method: str) -> None:
    requests = [Request(method, addressed(each)) for each in TABLE if each != LOGOUT]
    answers = [request.by(person, place) for request in requests for person in OTHERS]
    assert {each.status_code for each in answers} == {302}
    assert {each["Location"].partition("?")[0] for each in answers} <= SIGN_INS


def test_no_page_is_missing_above() -> None:
    every = {route for route in routes(get_resolver()) if route.startswith("admin/")}
    shown = {resolve(address).route for address in TABLE}
    # Addresses of another release of Django, which lead to the page of change.
    old = {f"{route.removesuffix('change/')}" for route in shown if route.endswith("/change/")}
    assert shown | old | {LOGIN} == every
