"""Queries that are compiled once find what Django's own do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.db.models import Count, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from dashboard.accounts.models import Preferences, Team, User
from dashboard.prepared import MOST, Prepared

NAMES = ("ann", "bob", "cy'd", "%s", "value 0")
SOME = st.lists(st.sampled_from(NAMES), max_size=4)
WHEN = datetime(2026, 7, 1, tzinfo=UTC)
DAYS = st.integers(0, 6).map(lambda number: WHEN + timedelta(days=number))


def by_names(names: list[str], until: datetime) -> QuerySet[User]:
    return (
        User.objects.select_related("preferences")
        .filter(Q(username__in=names) | Q(date_joined__lte=until))
        .order_by("username")
    )


class PreparedQueries(TestCase):
    """Each in a transaction of its own, over the same people."""

    @classmethod
    def setUpTestData(cls) -> None:
        team = Team.objects.create(name="North", slug="north")
        for number, name in enumerate(NAMES):
            one = User.objects.create(username=name, date_joined=WHEN + timedelta(days=number))
            Preferences.objects.create(user=one, theme="dark" if number % 2 else "")
            one.teams.set([team] if number % 2 else [])

    @given(asked=st.lists(st.tuples(SOME, DAYS), min_size=1, max_size=4))
    def test_it_finds_for_each_values_what_the_query_finds(
        self, asked: list[tuple[list[str], datetime]]
    ) -> None:
        prepared = Prepared(by_names)
        for names, until in asked:
            found, expected = prepared.rows(names, until), list(by_names(names, until))
            assert found == expected
            assert [one.preferences.theme for one in found] == [
                one.preferences.theme for one in expected
            ]

    def test_it_finds_rows_that_are_no_models_and_counts(self) -> None:
        def teams(person: int, most: int) -> QuerySet[Team, tuple[str, int]]:
            found = Team.objects.filter(members__pk__lte=person).annotate(n=Count("members"))
            return found.filter(n__lt=most).values_list("slug", "n")

        prepared, last = Prepared(teams), User.objects.latest("pk").pk
        assert [prepared.rows(last, most) for most in (2, 3)] == [[], [("north", 2)]]

    def test_it_finds_nothing_in_an_empty_list_and_all_outside_of_it(self) -> None:
        inside = Prepared(lambda names: User.objects.filter(username__in=names))
        outside = Prepared(lambda names: User.objects.exclude(username__in=names))
        assert (len(inside.rows([])), len(outside.rows([]))) == (0, len(NAMES))

    def test_it_is_compiled_once_for_each_number_of_values(self) -> None:
        prepared = Prepared(by_names)
        with patch.object(
            SQLCompiler, "as_sql", autospec=True, side_effect=SQLCompiler.as_sql
        ) as made:
            for names in (["ann"], ["bob"], ["ann", "bob"], ["cy'd"], ["bob", "%s"]):
                assert {*names} <= {one.username for one in prepared.rows(names, WHEN)}
        assert made.call_count == 2

    def test_it_keeps_so_many_statements_at_most(self) -> None:
        prepared = Prepared(lambda pks: User.objects.filter(pk__in=pks))
        for number in range(MOST + 5):
            prepared.rows(range(number))
        assert len(prepared._statements) <= MOST

    def test_a_queryset_of_it_has_been_read_and_can_be_narrowed(self) -> None:
        prepared = Prepared(lambda names: User.objects.filter(username__in=names))
        found = prepared.queryset(["ann", "bob"])
        with self.assertNumQueries(0):
            assert {one.username for one in found} == {"ann", "bob"}
        assert [one.username for one in found.filter(username="bob")] == ["bob"]


@pytest.mark.parametrize(
    "make",
    [
        lambda pk: User.objects.filter(pk=pk + 1),
        lambda pk: User.objects.filter(username="ann"),
        lambda pk: User.objects.filter(username=pk),
    ],
    ids=["computed", "unused", "converted"],
)
@pytest.mark.django_db
def test_a_value_that_is_not_taken_as_it_is_is_refused(
    make: Callable[[int], QuerySet[User]],
) -> None:
    with pytest.raises(ValueError, match="as they are"):
        Prepared(make).rows(1)


@pytest.mark.django_db
def test_a_column_for_the_order_alone_is_refused() -> None:
    found = User.objects.distinct().order_by("username").values_list("pk")
    with pytest.raises(ValueError, match="no more"):
        Prepared(lambda pk: found.filter(pk=pk)).rows(1)
