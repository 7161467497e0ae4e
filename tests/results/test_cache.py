"""Frames of snapshots, kept for the next question."""

from __future__ import annotations

from appoints.connections.models import Connection
from appoints.results.cache import Cache
from appoints.results.states import Rules
from appoints.snapshots.loader import Load
from tests.factories import leased


def test_what_text_is_looked_for_in_is_derived_once_somebody_searches(
    connection: Connection,
) -> None:
    snapshot, cache = leased(connection), Cache()
    Load(snapshot).run()
    snapshot.refresh_from_db()
    plain = cache.of(snapshot, Rules())
    searched = cache.of(snapshot, Rules(), searched=True)
    assert "folded" not in plain.columns
    assert searched.drop("folded").equals(plain)
    assert cache.of(snapshot, Rules(), searched=True) is searched
    assert cache.of(snapshot, Rules()).equals(plain)
