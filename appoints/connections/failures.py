"""What went wrong, in words: title, advice, HTTP status and the wait until the next try.

Each kind of error has one function here; what a check tells an administrator is beside it.
"""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch
from math import ceil
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from appoints.connections import refusal
from appoints.connections.errors import Busy, DatabaseFailed, NotAnswering, QueueFull, Resting
from appoints.connections.old_release import OLD_RELEASE, is_old_release
from appoints.connections.refusal import FixedBy
from appoints.encryption import WrongKey
from appoints.isales.errors import (
    DEFAULT_QUIET,
    AddressLocked,
    FetchError,
    HostRefused,
    NoAnswer,
    NotAuthorised,
    Refused,
    TooFast,
    UnexpectedAnswer,
)
from dashboard.database import TROUBLES

NO_ANSWER, BAD_ANSWER, NOT_NOW = 504, 502, 503


class Failure(NamedTuple):
    """``status`` is HTTP's; ``retry_after`` in seconds, None where waiting alone does not help.

    ``icon`` is one of icons.svg; ``fixed_by`` says what has to change before it works again.
    ``check_advice`` is for the administrator who checks the connection, where it differs:
    ``%(url)s`` and ``%(vdn)s`` in it stand for the connection's.
    """

    status: int
    title: str | Promise
    advice: str | Promise
    retry_after: int | None = None
    icon: str = "overdue"
    fixed_by: FixedBy = "time"
    check_advice: str | Promise = ""


@singledispatch
def failure_of(error: FetchError) -> Failure:
    """Return the words and status of an error."""
    return Failure(
        NOT_NOW,
        _("Loading broke off on this server."),
        _("Try again. If it stays, an administrator should look into the server's log."),
    )


@failure_of.register
def _unexpected(error: UnexpectedAnswer) -> Failure:
    old = is_old_release(error)
    return Failure(
        BAD_ANSWER,
        _("iSales gave an answer that makes no sense (%s).") % _detail(error),
        OLD_RELEASE if old else refusal.TRY_AGAIN,
        icon="plug" if old else "overdue",
        fixed_by="connection" if old else "time",
        check_advice=_(
            "Look at the base URL (%(url)s) and the VDN (%(vdn)s): is iSales itself there?"
        ),
    )


@failure_of.register
def _resting(error: Resting) -> Failure:
    return Failure(
        NOT_NOW,
        _("This connection is at rest: %s.") % error.reason.label,
        _(
            "Nothing is sent to iSales, so that the server is not locked out. An administrator "
            "should correct the connection and check it; a check that succeeds ends the rest."
        ),
        icon="pause",
        fixed_by="connection",
    )


@failure_of.register
def _host_refused(error: HostRefused) -> Failure:
    return Failure(
        NOT_NOW,
        _("This connection's host may not be called."),
        _(
            "Nothing was sent. An administrator should correct the base URL, or have the host "
            "added to ISALES_HOSTS."
        ),
        icon="lock",
        fixed_by="connection",
    )


@failure_of.register
def _no_answer(error: NoAnswer) -> Failure:
    return Failure(
        NO_ANSWER,
        _("iSales did not answer (%s).") % _detail(error),
        _("Try again in a minute. If it stays, ask an administrator to check the connection."),
        icon="plug",
        check_advice=_(
            "Look at the base URL (%(url)s), the way there (name, port, firewall), and for a "
            "private authority the CA certificate."
        ),
    )


@failure_of.register
def _not_answering(error: NotAnswering) -> Failure:
    now, next_try = timezone.localtime(), error.next_try
    since = _moment(timezone.localtime(error.since), now)
    advice = _("It is being tried again now.")
    if next_try:
        again = {"again": _moment(timezone.localtime(next_try), now)}
        advice = (
            _("It is tried again at %(again)s, and by a check of the connection at once.") % again
        )
    title = _("iSales has not answered since %(since)s.") % {"since": since}
    if error.status:
        words = _("iSales has answered only with errors since %(since)s (HTTP %(status)s).")
        title = words % {"since": since, "status": error.status}
    return Failure(
        BAD_ANSWER if error.status else NO_ANSWER,
        title,
        advice,
        max(1, ceil((next_try - now).total_seconds())) if next_try else 1,
        icon="plug",
    )


@failure_of.register
def _not_authorised(error: NotAuthorised) -> Failure:
    return Failure(
        BAD_ANSWER,
        _("iSales did not accept our signature (401)."),
        _(
            "Nothing more is sent until an administrator has corrected the access key, the secret "
            "key or this server's clock, and has checked the connection."
        ),
        icon="lock",
        fixed_by="connection",
    )


@failure_of.register
def _locked(error: AddressLocked) -> Failure:
    return Failure(
        NOT_NOW,
        _("iSales has locked this server's address (403)."),
        _(
            "Nothing more is sent until an administrator has checked the connection. iSales lifts "
            "a lock after a while; an address that is not on its list must be added there."
        ),
        icon="lock",
        fixed_by="connection",
        check_advice=_(
            "Wait until iSales lifts the lock before checking again, and correct the keys first; or"
            " have this server's address put on its list."
        ),
    )


@failure_of.register
def _busy(error: Busy) -> Failure:
    return Failure(
        NOT_NOW,
        _("All lines to iSales are in use."),
        _("Try again in a few seconds."),
        _seconds(error.retry_after, 5),
        icon="due",
    )


@failure_of.register
def _too_fast(error: TooFast) -> Failure:
    seconds = _seconds(error.retry_after, DEFAULT_QUIET)
    return Failure(
        NOT_NOW,
        _("iSales asks to be called less often."),
        _("Try again in %s seconds.") % seconds,
        seconds,
        icon="due",
    )


@failure_of.register
def _database(error: DatabaseFailed) -> Failure:
    trouble = TROUBLES[error.kind]
    return Failure(NOT_NOW, trouble.title, trouble.advice, trouble.retry_after)


@failure_of.register
def _queue_full(error: QueueFull) -> Failure:
    return Failure(
        NOT_NOW,
        _("Too many of your results are waiting to be loaded."),
        _("Close what you no longer need, and try again once some of them are there."),
        30,
        icon="due",
    )


@failure_of.register
def _refused(error: Refused) -> Failure:
    title = _("iSales refused the request: %(code)s.") % {"code": error.code}
    hint, fixed_by = refusal.hint(error)
    advice = f"{refusal.said(error)} {hint}".strip()
    return Failure(BAD_ANSWER, title, advice, icon="failed", fixed_by=fixed_by)


@failure_of.register
def _wrong_key(error: WrongKey) -> Failure:
    return Failure(
        NOT_NOW,
        _("The stored secret key cannot be decrypted."),
        _(
            "Nothing was sent. An administrator should put back the CREDENTIAL_KEYS it was stored "
            "under, or store the secret key anew."
        ),
        icon="lock",
        fixed_by="connection",
        check_advice=_(
            "Put back the CREDENTIAL_KEYS that the secret key was stored under, or store the secret"
            " key anew. Nothing was sent."
        ),
    )


def _moment(moment: datetime, now: datetime) -> str:
    """Return a local time with its zone; of another day, with the day."""
    time_of_day = f"{moment:%H:%M:%S %Z}"
    if moment.date() == now.date():
        return time_of_day
    return f"{date_format(moment, 'SHORT_DATE_FORMAT')} {time_of_day}"


def _detail(error: FetchError) -> str:
    """Return an error's own words, translated where they are ours; a bracket is technical."""
    words, bracket, rest = str(error).partition(" (")
    return (_(words) if words else "") + bracket + rest


def _seconds(wait: float | None, otherwise: float) -> int:
    return max(1, round(otherwise if wait is None else wait))
