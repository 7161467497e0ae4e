"""Every address, by every person: what comes, and of how many reservations.

The admin's are in ``test_every_admin_page``; health is answered before any address is looked at.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import openpyxl
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve

from dashboard.accounts.models import User
from tests.access.centre import AGENT_LIST, PEOPLE, ROWS, Centre
from tests.factories import NOON, token_for
from tests.screen import Screen, number_of, total_of

# A column for each of PEOPLE, or for ALIKE: nobody, and whoever is signed in, who all get the same.
# in: led to the sign-in; =N: an answer that counts N reservations.
# API: a GET by a program that has a token of the person.
TABLE = """
GET  /                               in  302
GET  /appoints/                      in  =0  =10 =10 =5  =10 =10 =0  =0  =30
POST /appoints/                      in  200 303 303 303 303 303 200 200 303
GET  /appoints/?agent=agent1         in  =0  504 504 =5  504 504 =0  =0  =10
GET  /appoints/?agent_list={agents}  in  =0  =10 =10 404 =10 =10 =0  =0  =10
GET  /appoints/?connection=south     in  =0  404 404 404 404 404 =0  =0  =3
GET  /appoints/?q=agent1             in  =0  =0  =0  =5  =0  =0  =0  =0  =10
GET  /appoints/?view=ours            in  =0  =10 =10 =5  =10 =10 =0  =0  =30
GET  /appoints/export.csv            in  404 403 =10 =5  =10 403 403 403 =30
GET  /appoints/export.json           in  404 403 =10 =5  =10 403 403 403 =30
GET  /appoints/export.xlsx           in  404 403 =10 =5  =10 403 403 403 =30
GET  /appoints/call-0/               in  404 =1  =1  404 =1  =1  404 404 =1
GET  /appoints/call-1/               in  404 404 404 404 404 404 404 404 =1
POST /appoints/call-0/reveal/        in  403 403 403 403 403 200 403 403 200
POST /appoints/call-1/reveal/        in  403 403 403 403 403 404 403 403 200
GET  /choices/agents/                in  302 =10 =10 =5  =10 =10 302 302 =30
GET  /choices/task/                  in  302 =10 =10 =5  =10 =10 302 302 =30
GET  /choices/number/                in  404
GET  /wallboard/?connection=demo     in  302 =10 =10 =5  =10 =10 302 302 =30
GET  /insight/                       in  200
POST /insight/                       in  200 303 303 303 303 303 200 200 303
GET  /insight/report/{day}           in  =0  =10 =10 =5  =10 =10 =0  =0  =30
POST /insight/report/                in  200 303 303 303 303 303 200 200 303
GET  /insight/punctuality/{day}      in  =0  =10 =10 =5  =10 =10 =0  =0  =30
POST /insight/punctuality/           in  200 303 303 303 303 303 200 200 303
GET  /insight/punctuality/export.csv{day} in  404 403 =10 =5  =10 403 403 403 =30
GET  /embed/                         403 =0  =10 =10 =5  =10 =10 =0  =0  =30
GET  /embed/?connection=south        403 =0  404 404 404 404 404 =0  =0  =3
GET  /embed/allow/                   in  200
POST /embed/begin/                   403 403
GET  /columns/                       in  200
POST /columns/                       in  303
GET  /v/ours/                        in  404 302 302 404 302 302 404 404 404
GET  /views/                         in  200
GET  /views/new/                     in  302 200 200 200 200 200 302 302 200
POST /views/new/                     in  302
GET  /views/ours/                    in  404 404 200 404 404 404 404 404 404
POST /views/ours/                    in  404 404 302 404 404 404 404 404 404
POST /views/ours/update/             in  404 404 302 404 404 404 404 404 404
POST /views/ours/default/            in  404 302 302 404 302 302 404 404 404
GET  /views/ours/delete/             in  404 404 200 404 404 404 404 404 404
POST /views/ours/delete/             in  404 404 302 404 404 404 404 404 404
GET  /alerts/                        in  200
GET  /alerts/?agent=agent1           in  200
GET  /alerts/new/overdue/            in  302 200 200 200 200 200 302 302 200
POST /alerts/new/overdue/            in  302
GET  /alerts/new/report/             in  302 200 200 200 200 200 302 302 200
GET  /alerts/new/nothing/            in  404
GET  /alerts/ours/                   in  404 404 200 404 404 404 404 404 404
POST /alerts/ours/                   in  404 404 302 404 404 404 404 404 404
GET  /alerts/ours/delete/            in  404 404 200 404 404 404 404 404 404
POST /alerts/ours/delete/            in  404 404 302 404 404 404 404 404 404
POST /alerts/ours/pause/             in  404 404 302 404 404 404 404 404 404
POST /alerts/ours/secret/            in  404 404 200 404 404 404 404 404 404
POST /alerts/ours/send/              in  404 404 302 404 404 404 404 404 404
GET  /api/                           in  200
GET  /api/v1/appoints/               401 401
GET  /api/v1/summary/                401 401
API  /api/v1/appoints/               401 404 =10 =10 =5  =10 =10 404 404 =30
API  /api/v1/summary/                401 404 =10 =10 =5  =10 =10 404 404 =30
GET  /api/v1/insight/punctuality/    401 401
API  /api/v1/insight/punctuality/{day} 401 404 =10 =10 =5  =10 =10 404 404 =30
API  /api/v1/openapi.json            401 200
GET  /api/v1/openapi.json            401 401
GET  /accounts/login/                200 302
POST /accounts/login/                200 302
POST /accounts/logout/               in  in
GET  /accounts/language/             302 302
POST /accounts/language/             302 302
GET  /accounts/password_change/      in  200
POST /accounts/password_change/      in  200
GET  /accounts/preferences/          in  200
POST /accounts/preferences/          in  302
GET  /accounts/tokens/               in  200
POST /accounts/tokens/               in  400
POST /accounts/tokens/ours/revoke/   in  404 404 302 404 404 404 404 404 404
GET  /audit/                         in  403 403 403 403 403 403 200 403 200
POST /audit/                         in  403 403 403 403 403 403 303 403 303
GET  /audit/export.csv               in  403 403 403 403 403 403 200 403 200
"""

ALIKE = ("nobody", "teamless", "superuser")  # with no right, the fewest and all
DAY = f"?from={NOON.date()}&to={NOON.date()}"  # of the rows
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
DJANGOS = ("login", "logout", "language", "password_change")  # pages of Django's own
ALERT = {"name": "Too many", "limit": "3", "by_email": "on", "most_a_day": "5"}
FORMS = {
    "/alerts/new/overdue/": ALERT,
    "/alerts/ours/": ALERT,
    "/appoints/": {"state": "due"},
    "/views/new/": {"name": "Mine", "audience": "private"},
    "/views/ours/": {"name": "Yours", "audience": "private"},
    "/appoints/call-0/reveal/": {"reason": "They asked for a call back."},
    "/appoints/call-1/reveal/": {"reason": "They asked for a call back."},
}


class Request(NamedTuple):
    method: str
    address: str

    @property
    def path(self) -> str:
        return self.address.removesuffix("{day}").partition("?")[0]

    @property
    def name(self) -> str:
        return resolve(self.path).view_name

    def by(self, person: str, place: Centre, query: Any = None, headers: Any = None) -> Any:
        """Return the answer to a person; what it changed is taken back.

        A query takes the place of the address's own, and goes along with the form too.
        """
        address = self.address.format(agents=AGENT_LIST, day=DAY)
        data = FORMS.get(self.address, {}) | (query or {}) if self.method == "POST" else None
        with transaction.atomic():
            browser, method = Client(), self.method
            if method == "API":
                browser, method = program_of(place.people.get(person)), "GET"
            else:
                browser.cookies.load(place.cookies[person])
            send = getattr(browser, method.lower())
            response = send(address, data, query_params=query, headers=headers)
            transaction.set_rollback(True)
        return response


def program_of(person: User | None) -> Client:
    """A program with a token of this person, or without one."""
    return Client(
        headers={"Authorization": f"Bearer {token_for(person, 'Table')}"} if person else {}
    )


LINES = TABLE.strip().splitlines()
REQUESTS = [Request(*line.split()[:2]) for line in LINES]


def in_csv(response: Any) -> int:
    return len(list(csv.reader(_lines(response)))) - 1


def in_workbook(response: Any) -> int:
    book = openpyxl.load_workbook(io.BytesIO(response.content), read_only=True)
    return len(list(book.worksheets[0].iter_rows())) - 1


def in_figures(response: Any) -> int:
    """Return how many reservations wait to be called, by the line of all."""
    [line] = [each for each in csv.DictReader(_lines(response)) if each["by"] == "all"]
    return int(line["not_called"])


def _lines(response: Any) -> io.StringIO:
    return io.StringIO(response.content.decode(), newline="")


def of_figures(response: Any) -> int:
    """Return how many reservations the figures of a page are of."""
    found = Screen(response).texts("#punctuality .insight-foot")
    return number_of(found[0].split()[1]) if found else 0


def counts(css: str, most: int | None = None) -> Callable[[Any], int]:
    return lambda response: sum(map(number_of, Screen(response).texts(css)[:most]))


STATES = 7  # tiles of the summary before that of late calls
# How many reservations an answer counts, by the name of its address.
COUNTED: dict[str, Callable[[Any], int]] = {
    "api:appoints": lambda response: len(response.json()["rows"]),
    "api:summary": lambda response: int(response.json()["total"]),
    "appoints:list": total_of,
    "appoints:csv": in_csv,
    "appoints:json": lambda response: len(json.loads(response.content)["rows"]),
    "appoints:xlsx": in_workbook,
    "appoints:detail": lambda response: 1,
    "choices": counts(".count"),
    "embed": total_of,
    "api:insight": lambda response: int(response.json()["total"]),
    "insight:csv": in_figures,
    "insight:report": of_figures,
    "insight:section": of_figures,
    "wallboard": counts(".tile strong", STATES),
}


def cell(request: Request, response: Any) -> str:
    """Return what the table says of an answer."""
    if response.get("Location", "").startswith("/accounts/login/"):
        return "in"
    count = COUNTED.get(request.name)
    if response.status_code == 200 and request.method in ("GET", "API") and count:
        return f"={count(response)}"
    return str(response.status_code)


def asked(line: str) -> dict[str, str]:
    """Return whom to ask, and what each gets."""
    cells = line.split()[2:]
    if len(cells) < len(PEOPLE):
        cells = [*cells, cells[-1]]
    people = PEOPLE if len(cells) == len(PEOPLE) else ALIKE
    return dict(zip(people, cells, strict=True))


def test_each_person_gets_what_is_theirs(place: Centre) -> None:
    for request, line in zip(REQUESTS, LINES, strict=True):
        expected = asked(line)
        found = {person: cell(request, request.by(person, place)) for person in expected}
        assert (request, found) == (request, expected)


def test_a_head_is_answered_as_the_whole_would_be(place: Centre) -> None:
    person = "stranger"
    status = {"in": "302"} | {f"={count}": "200" for count in range(ROWS)}
    expected = {
        request: cells.get(person) or cells["superuser"]
        for request, cells in zip(REQUESTS, map(asked, LINES), strict=True)
        if request.method == "GET"
    }
    found = {
        each: str(each._replace(method="HEAD").by(person, place).status_code) for each in expected
    }
    assert found == {each: status.get(cell, cell) for each, cell in expected.items()}


def test_no_other_method_is_answered(place: Centre) -> None:
    ours = {each for each in REQUESTS if not each.name.startswith(DJANGOS)}
    answered = {(each.method, each.name) for each in ours}
    others = {Request(method, each.path) for each in ours for method in METHODS}
    others = {each for each in others if (each.method, each.name) not in answered}
    found = {each: each.by("superuser", place).status_code for each in others}
    assert found == dict.fromkeys(others, 405)


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        route = f"{before}{each.pattern}".replace("^", "")
        if isinstance(each, URLResolver):
            yield from routes(each, route)
        else:
            yield route


def test_no_address_is_missing_above() -> None:
    every = {route for route in routes(get_resolver()) if not route.startswith("admin/")}
    assert {resolve(request.path).route for request in REQUESTS} == every
