"""What is made once for all who see the same reaches nobody who sees, or reads, anything else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import time_machine
from django.conf import settings as site
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from appoints.access.models import Grant
from appoints.connections import lookups
from appoints.connections.models import Lookup
from appoints.query.query import Query
from appoints.results.kept import KEPT
from appoints.snapshots.models import Snapshot
from dashboard.accounts.models import Preferences, User
from dashboard.templatetags import pieces
from tests.access import centre, made_up
from tests.access.test_nothing_leaks import HTMX, Place, lines_of
from tests.factories import NOON, at_hand, browser_of, person, raw, team_called

# To whom a page tells the same rows in other words or by another clock.
READERS: list[dict[str, Any]] = [
    {},
    {"language": "ar"},
    {"time_zone": "Asia/Tokyo"},
    {"time_zone": "America/New_York", "density": "dense"},
]
SHOWN = [
    *(Place(path, headers) for path in ("/appoints/", "/wallboard/") for headers in ({}, HTMX)),
    Place("/choices/agents/"),
]


class Crowd:
    """People of two teams, with and without the right to numbers, each reading another way."""

    def __init__(self) -> None:
        self.connection = centre.connection_with("demo", country_code="86")
        Lookup.of(self.connection, lookups.TASKS).mark_not_offered()
        Lookup.of(self.connection, lookups.WORDS).mark_not_offered()
        self.teams = [team_called(name) for name in ("North", "South")]
        self.browsers = [
            self._browser(f"{team.slug}-{number}", team, reads, rights)
            for team in self.teams
            for rights in (("see_numbers",), ())
            for number, reads in enumerate(READERS)
        ]

    def _browser(self, name: str, team: Any, reads: dict[str, Any], rights: Any) -> Client:
        made: User = person(f"{name}-{len(rights)}", rights=rights)
        team.members.add(made)
        Preferences.objects.create(user=made, **reads)
        browser = browser_of(made)
        browser.cookies[site.LANGUAGE_COOKIE_NAME] = reads.get("language", "en")
        return browser

    def grant(self, grants: list[made_up.Grants]) -> None:
        Grant.objects.all().delete()
        for team, own in zip(self.teams, grants, strict=True):
            for agents, tasks in own:
                given_ = {"agents": agents, "tasks": tasks}
                Grant.objects.create(team=team, connection=self.connection, **given_)


@pytest.fixture
def crowd(db: None, unreachable: None) -> Crowd:
    return Crowd()


# All who may see the same, each of whom reads it another way, and some others.
people = st.builds(
    lambda some, others: [*range(len(READERS) * some, len(READERS) * (some + 1)), *others],
    st.integers(0, 3),
    st.lists(st.integers(0, 4 * len(READERS) - 1), max_size=2),
).flatmap(st.permutations)


@settings(
    derandomize=True,
    max_examples=6,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.tuples(made_up.grants, made_up.grants),
    made_up.rows,
    made_up.questions,
    st.sampled_from(SHOWN),
    people,
)
def test_whoever_looked_before_everybody_is_shown_the_same(
    crowd: Crowd,
    grants: tuple[made_up.Grants, made_up.Grants],
    rows: list[Any],
    question: Query,
    place: Place,
    people: list[int],
) -> None:
    crowd.grant(list(grants))

    with time_machine.travel(NOON, tick=False):
        Snapshot.objects.all().delete()
        at_hand(crowd.connection, rows)
        assert_nobody_tells(crowd, f"{place.path}?{question.urlencode()}", place, people)


def test_all_readers_of_the_same_rows_are_told_in_their_own_words(crowd: Crowd) -> None:
    crowd.grant([[([], [])], [([], ["1"])]])
    with time_machine.travel(NOON, tick=False):
        at_hand(crowd.connection, [raw(number) for number in range(6)])
        pages = assert_nobody_tells(crowd, "/appoints/", SHOWN[0], range(len(crowd.browsers)))
    assert len(set(map(str, pages))) == len(crowd.browsers)


def assert_nobody_tells(
    crowd: Crowd, address: str, place: Place, people: Sequence[int]
) -> list[list[str]]:
    """Assert that people are shown the same alone as after others, and return it."""

    def forget() -> None:
        KEPT.clear()
        pieces._drawn.cache_clear()

    def shown(who: int) -> list[str]:
        return lines_of(crowd.browsers[who].get(address, headers=place.headers))

    alone = []
    for each in people:
        forget()
        alone.append(shown(each))
    forget()
    # The first one, too, after the others.
    assert [shown(each) for each in (*people, people[0])] == [*alone, alone[0]]
    return alone
