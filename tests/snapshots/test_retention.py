"""What purge drops of what iSales told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from appoints.connections.models import Connection
from appoints.snapshots import retention
from appoints.snapshots.models import SharedPage

AGO = timedelta(minutes=5)


@pytest.mark.parametrize(("ended", "is_kept"), [(timedelta(0), True), (AGO, False), (None, False)])
def test_shared_pages_go_when_nobody_waits_for_them(
    connection: Connection, ended: timedelta | None, is_kept: bool
) -> None:
    now = timezone.now()
    SharedPage.objects.create(
        connection=connection,
        key="a page",
        leased_until=now - AGO,
        ended=None if ended is None else now - ended,
    )
    retention.purge()
    assert SharedPage.objects.exists() == is_kept
