from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from appoints.access.row_filter import GrantedPart, RowFilter
from appoints.access.scope import UNLIMITED, Visibility
from appoints.isales.errors import NoAnswer
from appoints.query.query import Query
from appoints.results.found import Found
from appoints.results.version import version_of
from appoints.snapshots.models import Snapshot
from tests.factories import NOON

NUMBER = "13900000001"
NAMES = st.frozensets(st.sampled_from(["1", "2", "1', '2"]), max_size=2)
SCOPES = st.builds(
    Visibility,
    st.builds(RowFilter.of, st.lists(st.builds(GrantedPart, NAMES, NAMES), max_size=2)),
    st.booleans(),
)
FOUND = st.lists(
    st.builds(
        Found,
        st.builds(
            Snapshot,
            id=st.integers(1, 2),
            created=st.sampled_from([NOON, NOON + timedelta(microseconds=1)]),
            status=st.sampled_from(Snapshot.Status.values),
            lease=st.integers(1, 2),
            received=st.integers(0, 1),
        ),
        st.sampled_from([None, NoAnswer("gone")]),
        st.booleans(),
    ),
    max_size=2,
)
ANSWERS = st.tuples(FOUND, SCOPES, st.sampled_from(["en", "ar"]))


def told(found: list[Found], scope: Visibility, language: str) -> object:
    rows = [
        (each.snapshot.pk, each.snapshot.created, each.snapshot.status, each.snapshot.lease,
         each.snapshot.received, each.error is None)
        for each in found
    ]  # fmt: skip
    return rows, scope, language


@given(ANSWERS, ANSWERS)
def test_two_answers_have_one_version_only_if_all_about_them_is_the_same(
    one: tuple[list[Found], Visibility, str], other: tuple[list[Found], Visibility, str]
) -> None:
    assert (version_of(*one) == version_of(*other)) == (told(*one) == told(*other))


def test_without_this_sites_key_nobody_tries_numbers_until_one_has_the_version(
    settings: Settings,
) -> None:
    before = version_of([], UNLIMITED, Query(number=NUMBER))
    assert before == version_of([], UNLIMITED, Query(number=NUMBER))
    settings.SECRET_KEY = "another"
    assert before != version_of([], UNLIMITED, Query(number=NUMBER))
