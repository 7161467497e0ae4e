"""Probe of what the reference of iSales leaves open, in at most 8 requests.

It finds out which time of a row a range filters, whether the ends are included, and how many rows
a page takes. What it finds is stored; the rest is reported, and left as it was.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from appoints.connections import limiter
from appoints.connections.check import BUDGET, SMALL_PAGE, WAIT, Verdict, around_now, failed
from appoints.connections.models import Connection
from appoints.isales import codes
from appoints.isales.client import Criteria, Page
from appoints.isales.errors import FetchError, Refused
from appoints.isales.rows import Row

MOST_ROWS = 100  # a page, unless the connection has a larger limit already
WIDE = timedelta(days=14)  # before and after now, where two days have no row to probe with
NEAR = 1000  # milliseconds before and after a time that is looked for
APART = 10 * 60 * 1000  # milliseconds; a row whose times are closer tells nothing

ENDS = {
    (True, True): Connection.RangeEnds.INCLUSIVE,
    (True, False): Connection.RangeEnds.EXCLUSIVE_END,
    (False, False): Connection.RangeEnds.EXCLUSIVE,
}


def probe(connection: Connection) -> Verdict:
    """Ask at most 7 times, one after the other, on one line; the connection was just checked."""
    words: list[str] = []
    try:
        with limiter.line(connection, wait=WAIT) as line:
            _Probe(connection, line, words).run()
    except FetchError as error:
        return Verdict(False, words + failed(connection, error).words)
    return Verdict(True, words)


class Sample(NamedTuple):
    """A row whose two times lie apart. Times are epoch milliseconds."""

    appoint_id: str
    appoint_time: int
    create_time: int


class _Probe:
    def __init__(self, connection: Connection, line: limiter.Line, words: list[str]) -> None:
        self.connection = connection
        self.line = line
        self.words = words

    def run(self) -> None:
        page = self.page_limit()
        row = _sample(page.rows) or _sample(self.wide().rows)
        if row is None:
            self.words.append(
                _(
                    "No row tells which time a range filters: one that was not called yet is"
                    " needed, booked and reserved for times that lie well apart."
                )
            )
        elif self.range_field(row):
            self.range_ends(row)

    def page_limit(self) -> Page:
        """Find the largest page, and return the first."""
        limit = max(MOST_ROWS, self.connection.page_limit)
        page = self.accepted(limit)
        if page is None or _short(page, limit):
            refused, limit = limit, SMALL_PAGE
            page = self.ask(around_now(), limit)
            self.words.append(_("A page of %d rows is not given.") % refused)
        if _short(page, limit):
            words = _(
                "How many rows a page takes could not be found out: %(rows)d of %(total)d came"
                " where %(limit)d were asked for."
            )
            found = {"rows": len(page.rows), "total": page.total, "limit": limit}
            self.words.append(words % found)
            return page
        self.store(page_limit=limit)
        seen = page.total >= limit
        words = _("A page of %d rows is given.") if seen else _("A page of %d rows is accepted.")
        self.words.append(words % limit)
        return page

    def range_field(self, row: Sample) -> bool:
        """Find which time is filtered: the row shows in a narrow range about one, not the other."""
        found = (
            self.shows(row, row.appoint_time - NEAR, row.appoint_time + NEAR),
            self.shows(row, row.create_time - NEAR, row.create_time + NEAR),
        )
        fields = {
            (True, False): Connection.RangeField.APPOINT_TIME,
            (False, True): Connection.RangeField.CREATE_TIME,
        }
        if found not in fields:
            words = _("Which time a range filters could not be found out: %s.")
            self.words.append(words % _why_undecided(found))
            return False
        field = fields[found]
        self.store(range_field=field, range_field_probed=True)
        self.words.append(_("A range filters the %s.") % field.label)
        return True

    def range_ends(self, row: Sample) -> None:
        """Find whether a row shows in a range that begins, or ends, at its very time."""
        created = self.connection.range_field == Connection.RangeField.CREATE_TIME
        moment = row.create_time if created else row.appoint_time
        found = self.shows(row, moment, moment + NEAR), self.shows(row, moment - NEAR, moment)
        if found not in ENDS:
            words = _("Whether the ends of a range are included could not be found out: %s.")
            self.words.append(words % _why_undecided(found))
            return
        ends = ENDS[found]
        self.store(range_ends=ends)
        self.words.append(_("Ends of a range: %s.") % ends.label)

    def wide(self) -> Page:
        begin, end = (round((timezone.now() + by).timestamp() * 1000) for by in (-WIDE, WIDE))
        return self.ask(Criteria(begin, end), self.connection.page_limit)

    def shows(self, row: Sample, begin: int, end: int) -> bool | None:
        """Return whether a range lists the row; None where that page does not hold all of it."""
        page = self.ask(Criteria(begin, end), self.connection.page_limit)
        if any(each.appoint_id == row.appoint_id for each in page.rows):
            return True
        return None if page.total > len(page.rows) else False

    def accepted(self, limit: int) -> Page | None:
        try:
            return self.ask(around_now(), limit)
        except Refused as error:
            if error.code not in codes.PAGE_TOO_LARGE:
                raise
            return None

    def ask(self, criteria: Criteria, limit: int) -> Page:
        return self.line.list_page(criteria, 0, limit, budget=BUDGET)

    def store(self, **found: object) -> None:
        for field, value in found.items():
            setattr(self.connection, field, value)
        self.connection.save(update_fields=list(found))


def _short(page: Page, limit: int) -> bool:
    return len(page.rows) < min(limit, page.total)


def _sample(rows: list[Row]) -> Sample | None:
    """Return a row whose two times are far apart and that was not called yet."""
    return next(
        (
            Sample(row.appoint_id, row.appoint_time, row.create_time)
            for row in rows
            if row.appoint_id
            and row.appoint_time is not None
            and row.create_time is not None
            and row.call_begin is row.call_end is None
            and abs(row.appoint_time - row.create_time) >= APART
        ),
        None,
    )


def _why_undecided(found: tuple[bool | None, bool | None]) -> str:
    if None in found:
        return _("too many rows share a second")
    return _("the row showed in both ranges") if found[0] else _("the answers do not fit together")
