"""Why a file or an answer of the API is not given: for people in words, for programs as a code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appoints.connections.failures import BAD_ANSWER, NO_ANSWER, Failure
from appoints.results import spreadsheet_cells
from appoints.results.result import Result

AGAIN = 5  # seconds after which what is being loaded is worth another try
ROOM_MADE = 60  # seconds after which there may be room on a full disk
FORBIDDEN, NOT_FOUND, TOO_MANY, NOT_YET, NOT_SURE = 403, 404, 422, 503, 502
COUNTS_DIFFER = "counts_differ"
FAILURES = {NO_ANSWER: "no_answer", BAD_ANSWER: "bad_answer"}

Fields = Mapping[str, Sequence[str]]  # what is wrong, by the name of the parameter


class Refusal(NamedTuple):
    """``retry_after`` is in seconds, None where waiting alone does not help."""

    status: int
    code: str
    lines: Sequence[str]
    fields: Fields = {}
    retry_after: int | None = None


def forbidden() -> Refusal:
    """Refuse a person who may not take files."""
    lines = [
        _("You may look at these rows, but not take them as a file."),
        _("Ask an administrator for the role “exporter”."),
    ]
    return Refusal(FORBIDDEN, "forbidden", lines)


def teamless() -> Refusal:
    """Refuse a person who may not take files, and has nothing to take."""
    lines = [
        _("You are in no team that may see reserved calls."),
        _("Ask an administrator to put you into one."),
    ]
    return Refusal(FORBIDDEN, "forbidden", lines)


def no_connection() -> Refusal:
    """Refuse a person who may see no connection."""
    lines = [_("connection: there is none that you may see.")]
    return Refusal(NOT_FOUND, "no_connection", lines)


def wrong(status: int, fields: Fields) -> Refusal:
    """Refuse parameters that are wrong, each by its name."""
    lines = [f"{name}: {' '.join(words)}" for name, words in fields.items()]
    code = "not_found" if status == NOT_FOUND else "wrong_parameters"
    return Refusal(status, code, lines, fields)


def failed(failure: Failure) -> Refusal:
    """Refuse where iSales or the database gave no rows."""
    code = FAILURES.get(failure.status, "not_now")
    lines = [str(failure.title), str(failure.advice)]
    return Refusal(failure.status, code, lines, retry_after=failure.retry_after)


def unsettled(result: Result) -> Refusal:
    """Refuse rows of which iSales reported another number."""
    return Refusal(NOT_SURE, COUNTS_DIFFER, list(_difference(result)))


def _difference(result: Result) -> Iterator[str]:
    """Yield how the counts differ; the numbers, to those who may see all of the rows."""
    if result.reported is None:
        yield _("iSales reported another number of rows than came.")
        return
    counts = {"reported": intcomma(result.reported), "received": intcomma(result.received)}
    yield _("iSales reported %(reported)s rows, %(received)s were received.") % counts
    if result.unrequested:
        unrequested = ngettext(
            "%s of them is not of the time, number or task asked for.",
            "%s of them are not of the time, number or task asked for.",
            result.unrequested,
        )
        yield unrequested % intcomma(result.unrequested)


def not_yet(result: Result) -> Refusal:
    """Refuse rows that are still coming."""
    return Refusal(NOT_YET, "loading", list(_progress(result)), retry_after=AGAIN)


def _progress(result: Result) -> Iterator[str]:
    if result.waiting is not None:
        yield render_to_string("appoints/_queue.html", {"waiting": result.waiting})
    yield _("The rows are still being loaded. Try again in a moment.")


def too_many() -> Refusal:
    """Refuse more rows than are fetched."""
    most = intcomma(settings.APPOINTS_MOST_ROWS)
    lines = [
        _("These are more than %s rows, too many for a file.") % most,
        _("Narrow the range, or choose agents, a number or a task."),
    ]
    return Refusal(TOO_MANY, "too_many_rows", lines)


def too_long(result: Result) -> Refusal:
    """Refuse more rows than a sheet holds."""
    counts = {"rows": intcomma(result.total), "most": intcomma(spreadsheet_cells.MOST_ROWS)}
    lines = [
        _("These are %(rows)s rows; a sheet of Excel holds %(most)s.") % counts,
        _("Narrow the range, or take CSV or JSON, which have room for them."),
    ]
    return Refusal(TOO_MANY, "too_many_rows", lines)


def unlogged() -> Refusal:
    """Refuse a file of which the log cannot say who took it."""
    lines = [
        _("The log of who takes a file cannot be written, so no file is sent."),
        _("Try again in a moment. If it stays, tell an administrator."),
    ]
    return Refusal(NOT_YET, "unlogged", lines)


def no_room() -> Refusal:
    """Refuse a file that finds no room on the disk while it is made."""
    lines = [
        _("The file cannot be made: the server has no room for temporary files."),
        _("Try again in a moment. If it stays, tell an administrator."),
    ]
    return Refusal(NOT_YET, "no_room", lines, retry_after=ROOM_MADE)


def no_folder(trouble: str) -> Refusal:
    """Refuse a file that cannot be made in the folder of temporary files."""
    words = _("The file cannot be made: the server's folder for temporary files is unusable (%s).")
    return Refusal(NOT_YET, "no_folder", [words % trouble, _("Tell an administrator.")])
