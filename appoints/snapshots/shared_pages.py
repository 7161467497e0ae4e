"""One call for all who ask for the same page of iSales' own list at once, whatever their worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from appoints.connections import timestamps
from appoints.connections.errors import InternalError, database_failure
from appoints.connections.models import Connection
from appoints.encryption import decrypt, encrypt
from appoints.isales.client import Criteria
from appoints.isales.errors import FetchError
from appoints.snapshots import frame
from appoints.snapshots.models import SharedPage
from dashboard import timing

LEASE = timedelta(seconds=30)  # longer than the wait for a line and the call
KEPT = timedelta(minutes=1)  # for those who waited for an answer
LOOK_AGAIN = 0.05  # seconds


class PageAnswer(NamedTuple):
    """One page: its rows as a plain frame, iSales' count of all rows, and when they came."""

    rows: pl.DataFrame
    total: int
    as_of: datetime


def shared(
    connection: Connection,
    criteria: Criteria,
    place: tuple[int, int],
    ask: Callable[[], PageAnswer],
) -> PageAnswer:
    """Return a page at an offset and of a size, which ``ask`` gets from iSales.

    Raises what ``ask`` raises, for everybody who waits for it.
    """
    text = repr((connection.pk, connection.endpoint_fingerprint(), criteria, place))
    key = salted_hmac("snapshots.shared_page", text, algorithm="sha256").hexdigest()
    page = _page(connection, key)
    # The answer of a call that was out already, or of the next; never that of an earlier one.
    wanted = page.number + (not _is_out(page))
    while page.number < wanted or page.ended is None:
        if not _is_out(page) and _take(page):
            return _asked(page, ask)
        with timing.upstream():
            time.sleep(LOOK_AGAIN)
        page = _page(connection, key)
    return _answer(page)


def waiting_for(connection: Connection) -> int:
    """Return how many pages of a connection are asked for and have not come."""
    out = timestamps.in_force("leased_until", LEASE)
    return SharedPage.objects.filter(out, connection=connection, ended=None).count()


def drop_ended(*, but: int = 0) -> None:
    """Drop pages that nobody waits for any more, and those whose worker died; keep one of them."""
    past = timezone.now() - KEPT
    ended = Q(ended__lt=past) | Q(ended=None, leased_until__lt=past)
    SharedPage.objects.filter(ended).exclude(pk=but).delete()


def _page(connection: Connection, key: str) -> SharedPage:
    # As if it had just ended: another thread drops what has neither an end nor a lease.
    blank = {
        "connection": connection,
        "leased_until": timestamps.LONG_AGO,
        "ended": timezone.now(),
    }
    return SharedPage.objects.get_or_create(key=key, defaults=blank)[0]


def _is_out(page: SharedPage) -> bool:
    return page.ended is None and bool(timestamps.left(page.leased_until, LEASE))


def _take(page: SharedPage) -> bool:
    """Become the one who asks, unless another was faster; drop what nobody waits for any more."""
    drop_ended(but=page.pk)
    before = SharedPage.objects.filter(pk=page.pk, number=page.number)
    page.number += 1
    none = {"ended": None, "payload": None, "failure": None}
    return bool(before.update(number=page.number, leased_until=timezone.now() + LEASE, **none))


def _asked(page: SharedPage, ask: Callable[[], PageAnswer]) -> PageAnswer:
    try:
        answer = ask()
    except Exception as error:
        known = error if isinstance(error, FetchError) else database_failure(error)
        failure = known or InternalError("the page could not be asked for")
        _end(page, failure=failure.to_json())
        raise
    payload = encrypt(frame.to_bytes(answer.rows))
    _end(page, payload=payload, total=answer.total, as_of=answer.as_of)
    return answer


def _end(page: SharedPage, **values: object) -> None:
    mine = SharedPage.objects.filter(pk=page.pk, number=page.number)
    mine.update(ended=timezone.now(), **values)


def _answer(page: SharedPage) -> PageAnswer:
    if page.payload is None or page.total is None or page.as_of is None:
        raise FetchError.from_json(page.failure or {})
    rows = frame.from_bytes(decrypt(bytes(page.payload)))
    return PageAnswer(rows, page.total, page.as_of)
