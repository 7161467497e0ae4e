"""Which snapshots hold every row of a window."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from appoints.isales.client import Criteria
from appoints.query.time_range import EVER, Window
from appoints.snapshots import store
from appoints.snapshots.models import Snapshot
from appoints.snapshots.upstream import UpstreamRequest
from tests.factories import NOON, connection_to

DAY = Window(NOON - timedelta(hours=12), NOON + timedelta(hours=12))


@pytest.mark.parametrize(
    ("held", "window", "covers"),
    [
        (EVER, DAY, True),
        (EVER, EVER, True),
        (DAY, EVER, False),
        (DAY, DAY, True),
        (DAY, Window(DAY.begin, None), False),
        (DAY, Window(None, DAY.end), False),
        (Window(DAY.begin, None), DAY, True),
        (Window(DAY.begin, None), Window(NOON, None), True),
        (Window(None, DAY.end), DAY, True),
        (Window(NOON, None), DAY, False),
        (Window(None, NOON), DAY, False),
    ],
)
@pytest.mark.django_db
def test_a_snapshot_covers_the_windows_that_lie_within_its_own(
    held: Window, window: Window, covers: bool
) -> None:
    connection = connection_to()
    [snapshot] = store.begin_or_join(connection, [UpstreamRequest(Criteria(), held)])
    store.finish(snapshot, Snapshot.Status.WHOLE, as_of=timezone.now())
    asked = UpstreamRequest(Criteria(task="1"), window)
    assert store.holding(connection, asked, window).exists() is covers
