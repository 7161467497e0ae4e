"""Nothing that a person reads depends on rows or digits that they may not see."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple
from unittest.mock import patch
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from appoints.access.models import Grant
from appoints.connections import lookups
from appoints.connections.models import Lookup
from appoints.display.filter_menus import MENUS
from appoints.isales import codes
from appoints.isales.rows import parse_row
from appoints.query.query import Query
from appoints.results.upstream_queries import plan_of
from dashboard.audit.models import Event
from tests import oracle
from tests.access import centre, made_up
from tests.compared_oracle import compared
from tests.factories import NOON, at_hand, browser_of, person, team_called, token_for
from tests.screen import Screen, number_of, total_of

REASONS = {**codes.RESULTS, **codes.FAIL_WORDS}
# What differs from answer to answer by itself: tokens of forms and of numbers, the name of the
# request, the version, of which nobody without the key can tell what it is made of, and the second
# in which a workbook is written: its writer reads a clock that no test can stop.
CHANGING = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|~[\w-]{39,}|data-version="[0-9a-f]{32}"'
    r'|(?<="dcterms:W3CDTF">)[\w:-]+|(?<=X-Request-ID: )\w+'
)
HTMX = {"HX-Request": "true"}
UNAUTHORISED = 401
TRAIL = (Event.Action.LOOK, Event.Action.FILE)


class Place(NamedTuple):
    path: str
    headers: dict[str, str] = {}


PLACES = [
    Place("/appoints/"),
    Place("/appoints/", HTMX),
    Place("/wallboard/"),
    *(Place(f"/choices/{name}/") for name in MENUS),
    *(Place(f"/appoints/export.{suffix}") for suffix in ("csv", "xlsx", "json")),
    *(Place(f"/appoints/call-{number}/") for number in range(6)),
    Place("/insight/report/"),
    Place("/insight/punctuality/export.csv"),
    Place("/api/v1/insight/punctuality/"),
    Place("/api/v1/appoints/"),
    Place("/api/v1/summary/"),
]
places = st.lists(st.sampled_from(PLACES), min_size=3, max_size=3, unique_by=str)
# How rows are at hand: all, fewer than iSales reported, or those so far of a load.
ways = st.sampled_from([{}, {}, {"more": 2}, {"more": 9, "loading": True}])


class Records(logging.Handler):
    """What is logged, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.getMessage()} {record.exc_text}")


@contextmanager
def debug_log() -> Iterator[list[str]]:
    """Hear every logger at its most talkative."""
    root, records = logging.getLogger(), Records()
    with patch.object(root, "handlers", [records]), patch.object(root, "level", logging.DEBUG):
        yield records.lines


def lines_of(response: Any) -> list[str]:
    """Return an answer line by line: status, headers, text; of a workbook, all of its parts."""
    parts, headers = [response.content], dict(response.items())
    if parts[0].startswith(b"PK"):
        del headers["Content-Length"]  # of what is packed, the second of its writing too
        with ZipFile(io.BytesIO(parts[0])) as book:
            parts = [book.read(name) for name in book.namelist()]
    lines = [f"{name}: {value}" for name, value in headers.items()]
    lines += [line for part in parts for line in part.decode(errors="replace").splitlines()]
    return [str(response.status_code), *(CHANGING.sub("", line) for line in lines)]


class World:
    """A connection with rows at hand, and a person who looks at it."""

    def __init__(self, *rights: str) -> None:
        self.connection = centre.connection_with("demo", country_code="86")
        Lookup.objects.filter(name=lookups.TASKS).update(not_offered=False)
        self.person = person("ana", rights=rights)
        self.team = team_called("North", self.person)
        self.browser = browser_of(self.person)
        self.token = {"Authorization": f"Bearer {token_for(self.person)}"}

    def grant(self, grants: made_up.Grants) -> None:
        Grant.objects.all().delete()
        for agents, tasks in grants:
            given = {"agents": agents, "tasks": tasks}
            Grant.objects.create(team=self.team, connection=self.connection, **given)

    @contextmanager
    def with_rows(
        self, rows: list[Any], tasks: Iterable[str] = (), **way: Any
    ) -> Iterator[list[str]]:
        """Have these rows at hand, and yield what is logged; then be as before."""
        names = {task: f"name of {task}" for task in sorted(tasks)}
        with time_machine.travel(NOON, tick=False), transaction.atomic(), debug_log() as found:
            cache.clear()
            Lookup.of(self.connection, lookups.TASKS).keep("", names, lookups.FRESH_FOR)
            held = at_hand(self.connection, rows, **way)
            load = patch(
                "appoints.snapshots.waiting.load_all",
                side_effect=lambda _, asked, *rest: [held] * len(asked),
            )
            with load if way.get("loading") else nullcontext():
                yield found
            transaction.set_rollback(True)

    def said(self, question: Query, places: list[Place]) -> list[str]:
        """Return all that is said to the person, and of their looks to the auditor."""
        found = []
        for path, headers in places:
            address = f"{path}?{question.urlencode()}"
            response = self.browser.get(address, headers=headers | self.token)
            assert response.status_code != UNAUTHORISED
            found += lines_of(response)
        looks = Event.objects.filter(person=self.person.pk, action__in=TRAIL).order_by("pk")
        return [*found, *map(str, looks.values_list("kind", "object_id", "name", "details"))]


@pytest.fixture
def world(db: None, unreachable: None) -> World:
    return World("see_numbers", "export_files")


@pytest.fixture
def masked(db: None, unreachable: None) -> World:
    return World("export_files")


many = settings(
    derandomize=True,
    max_examples=12,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@many
@given(made_up.grants, made_up.rows, made_up.questions, places, ways)
def test_rows_outside_change_nothing(
    world: World,
    grants: made_up.Grants,
    rows: list[Any],
    question: Query,
    places: list[Place],
    way: dict[str, Any],
) -> None:
    inside = made_up.inside(grants, rows)
    assume(len(inside) < len(rows))
    world.grant(grants)
    with world.with_rows(rows, made_up.TASKS, **way) as logged:
        found = world.said(question, places) + logged
    with world.with_rows(inside, made_up.tasks_of(grants), **way) as logged:
        assert found == world.said(question, places) + logged


def with_other_digits(value: Any) -> Any:
    """Return what holds numbers with others in their place, their last three digits the same."""
    return json.loads(re.sub(r"139(?=00000\d{3})", "157", json.dumps(value)))


@many
@given(made_up.grants, made_up.rows, made_up.questions, places, ways)
def test_masked_digits_change_nothing(
    masked: World,
    grants: made_up.Grants,
    rows: list[Any],
    question: Query,
    places: list[Place],
    way: dict[str, Any],
) -> None:
    masked.grant(grants)
    other = question.but(number=with_other_digits(question.number), page=question.page)
    with masked.with_rows(rows, **way) as logged:
        found = masked.said(question, places) + logged
    with masked.with_rows(with_other_digits(rows), **way) as logged:
        assert found == masked.said(other, places) + logged


@many
@given(made_up.grants, made_up.rows, made_up.questions, st.sampled_from(list(MENUS)))
def test_what_is_counted_is_what_a_plain_reading_counts(
    world: World, grants: made_up.Grants, rows: list[Any], question: Query, name: str
) -> None:
    assume(not (question.number or question.without))  # which the oracle does not know
    world.grant(grants)
    records = [
        oracle.Record((parse_row(raw), NOON), REASONS) for raw in made_up.inside(grants, rows)
    ]
    zone = ZoneInfo(question.zone or "UTC")
    window = question.window(NOON, zone, overdue_days=30)
    records = compared(records, window, plan_of(world.connection))
    matching = [each for each in records if each.matches(question, window)]
    others = question.but(**{name: getattr(Query(), name)})
    if name == "states":
        others = others.but(preset="")
    counted = oracle.counted(each for each in records if each.matches(others, window))
    address = question.but(page=1).urlencode()
    with world.with_rows(rows):
        file = world.browser.get(f"/appoints/export.json?{address}&repeats=1")
        assume(file.status_code == 200)  # else iSales must be asked
        assert file["X-Total-Count"] == str(len(matching))
        assert total_of(world.browser.get(f"/appoints/?{address}")) == len(matching)
        menu = Screen(world.browser.get(f"/choices/{name}/?{address}"))
    assert sorted(map(str, json.loads(file.content)["rows"])) == sorted(
        str(each.in_json(zone)) for each in matching
    )
    counts = counted[oracle.FACETS[name]].values()
    assert sorted(map(number_of, menu.texts(".count"))) == sorted(counts)
