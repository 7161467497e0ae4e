"""The check of a connection: one signed request, and advice for the person who set it up."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appoints.connections import limiter, lookups
from appoints.connections.failures import failure_of
from appoints.connections.models import Connection
from appoints.connections.old_release import OLD_RELEASE, is_old_release
from appoints.isales import codes
from appoints.isales.client import Criteria, Page
from appoints.isales.errors import FetchError, NotAuthorised, Refused
from appoints.isales.signing import PRESETS

WAIT = 10.0  # seconds for a free line
BUDGET = 20.0  # seconds for the request
CLOCKS_DIFFER = 5  # seconds; the Date header is whole seconds, and the answer travelled
AROUND = timedelta(days=1)  # asked for before now and after
SMALL_PAGE = 50  # rows; where sister endpoints stop


class Verdict(NamedTuple):
    """Outcome of a check: whether iSales answered as it should, and lines to show.

    ``ahead``: the seconds by which its clock is ahead of ours, after a success that told it.
    """

    ok: bool
    words: list[str]
    ahead: float | None = None

    def __str__(self) -> str:
        return "\n".join(self.words)


def check(connection: Connection) -> Verdict:
    """Ask for one page, and after a success for the lookups that were not offered."""
    verdict = check_page(connection)
    if verdict.ok:
        verdict.words.extend(_not_offered(lookups.ask_again(connection)))
    return verdict


def check_page(connection: Connection) -> Verdict:
    """Ask for one page. Only a success ends a rest; a refusal is never tried again here.

    This may call while iSales asked for quiet.
    """
    try:
        with limiter.line(connection, wait=WAIT, check=True) as line:
            started = time.monotonic()
            page = line.list_page(around_now(), 0, connection.page_limit, budget=BUDGET)
            took = time.monotonic() - started
    except FetchError as error:
        return failed(connection, error)
    was_resting, ahead = bool(connection.resting), line.client.ahead
    connection.wake()
    words = _success_lines(connection, page, took, was_resting=was_resting)
    if ahead is not None and abs(ahead) > CLOCKS_DIFFER:
        words.append(_clocks(round(ahead)))
    return Verdict(True, words, ahead)


def around_now() -> Criteria:
    """Return criteria for the last day and the next, both ends given."""
    begin, end = (round((timezone.now() + by).timestamp() * 1000) for by in (-AROUND, AROUND))
    return Criteria(begin, end)


def failed(connection: Connection, error: FetchError) -> Verdict:
    """Return what happened and what its owner can do about it."""
    words = [str(failure_of(error).title)]
    if isinstance(error, Refused):
        words += [_("iSales says: “%s”.") % each for each in [error.description] if each]
    words += _advice(connection, error)
    if connection.resting:
        words.append(_("The connection is at rest: only a check that succeeds ends it."))
    return Verdict(False, words)


def _success_lines(
    connection: Connection, page: Page, took: float, *, was_resting: bool
) -> list[str]:
    words = ngettext(
        "iSales accepted the signature and sent %(rows)d of %(total)d reserved call from a day"
        " ago to a day ahead, in %(took)d ms.",
        "iSales accepted the signature and sent %(rows)d of %(total)d reserved calls from a day"
        " ago to a day ahead, in %(took)d ms.",
        page.total,
    )
    found = {"rows": len(page.rows), "total": page.total, "took": round(took * 1000)}
    lines = [words % found]
    if was_resting:
        lines.append(_("The connection's rest is over."))
    if len(page.rows) < min(page.total, connection.page_limit):
        words = _("The page has fewer rows than the %(limit)d asked for: %(hint)s")
        lines.append(words % {"limit": connection.page_limit, "hint": _smaller_page(connection)})
    if not connection.active:
        lines.append(_("The connection is not active: nobody sees it."))
    return lines


def _not_offered(names: list[str]) -> list[str]:
    words = {
        lookups.TASKS: _("This iSales does not offer the names of tasks (401)."),
        lookups.WORDS: _("This iSales does not offer its words for result codes (401)."),
    }
    return [words[name] for name in names]


def _advice(connection: Connection, error: FetchError) -> list[str]:
    if isinstance(error, NotAuthorised):
        return _advice_on_signature(connection, error)
    if isinstance(error, Refused):
        hint = _smaller_page(connection) if error.code in codes.PAGE_TOO_LARGE else _contact_hint()
        return [_("The signature was accepted."), hint, *_old_release(error)]
    failure = failure_of(error)
    place = {"url": connection.base_url, "vdn": connection.vdn}
    words = str(failure.check_advice) % place if failure.check_advice else str(failure.advice)
    return [words, *_old_release(error)]


def _old_release(error: FetchError) -> list[str]:
    return [str(OLD_RELEASE)] if is_old_release(error) else []


def _advice_on_signature(connection: Connection, error: NotAuthorised) -> list[str]:
    words = [_("Look at the access key, the secret key and the VDN.")]
    if error.server_time:
        ahead = round((error.server_time - datetime.now(UTC)).total_seconds())
        if abs(ahead) > CLOCKS_DIFFER:
            words.append(_clocks(ahead))
    words.append(
        _(
            "If they are right, the other form of the signature may be wanted: it is %(now)s now;"
            " try %(other)s. Change one thing at a time and wait between checks, for iSales locks"
            " the address after repeated failures."
        )
        % _presets(connection)
    )
    return words


def _clocks(ahead: int) -> str:
    words = (
        _("The clock of iSales is %d seconds ahead of this server's: set this server's by NTP.")
        if ahead > 0
        else _("The clock of iSales is %d seconds behind this server's: set both by NTP.")
    )
    return words % abs(ahead)


def _presets(connection: Connection) -> dict[str, str]:
    signing = connection.endpoint().signing
    now = next(
        (
            name
            for name, preset in PRESETS.items()
            if (preset.signed_headers, preset.milliseconds, preset.empty_query_line)
            == (signing.signed_headers, signing.milliseconds, signing.empty_query_line)
        ),
        _("one of your own"),
    )
    return {"now": now, "other": ", ".join(name for name in PRESETS if name != now)}


def _smaller_page(connection: Connection) -> str:
    if connection.page_limit > SMALL_PAGE:
        return _("If it stays, try --page-limit %d.") % SMALL_PAGE
    return _contact_hint()


def _contact_hint() -> str:
    return _("If it stays, show this to whoever runs iSales.")
