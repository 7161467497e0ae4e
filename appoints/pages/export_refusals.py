"""Why no file is sent, in plain text."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appoints.results import spreadsheet_cells
from appoints.results.result import Result

AGAIN = 5  # seconds after which a file that is being loaded is worth another try
FORBIDDEN, TOO_MANY, NOT_YET, NOT_SURE = 403, 422, 503, 502


def forbidden() -> HttpResponse:
    """Refuse a person who may not take files."""
    return refusal(
        FORBIDDEN,
        _("You may look at these rows, but not take them as a file."),
        _("Ask an administrator for the role “exporter”."),
    )


def unsettled(result: Result) -> HttpResponse:
    """Refuse rows of which iSales reported another number."""
    return refusal(
        NOT_SURE,
        *_difference(result),
        _("No file is sent that may be short. Add partial=1 for the rows that are at hand."),
    )


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


def not_yet(result: Result) -> HttpResponse:
    """Refuse rows that are still coming."""
    response = refusal(NOT_YET, *_progress(result))
    response["Retry-After"] = str(AGAIN)
    return response


def _progress(result: Result) -> Iterator[str]:
    if result.waiting is not None:
        yield render_to_string("appoints/_queue.html", {"waiting": result.waiting})
    yield _("The rows are still being loaded. Try again in a moment.")


def too_many() -> HttpResponse:
    """Refuse more rows than are fetched."""
    most = intcomma(settings.APPOINTS_MOST_ROWS)
    return refusal(
        TOO_MANY,
        _("These are more than %s rows, too many for a file.") % most,
        _("Narrow the range, or choose agents, a number or a task."),
    )


def too_long(result: Result) -> HttpResponse:
    """Refuse more rows than a sheet holds."""
    counts = {"rows": intcomma(result.total), "most": intcomma(spreadsheet_cells.MOST_ROWS)}
    return refusal(
        TOO_MANY,
        _("These are %(rows)s rows; a sheet of Excel holds %(most)s.") % counts,
        _("Narrow the range, or take CSV or JSON, which have room for them."),
    )


def unlogged() -> HttpResponse:
    """Refuse a file of which the log cannot say who took it."""
    return refusal(
        NOT_YET,
        _("The log of who takes a file cannot be written, so no file is sent."),
        _("Try again in a moment. If it stays, tell an administrator."),
    )


def refusal(status: int, *lines: str) -> HttpResponse:
    """Return lines of plain text in place of a file."""
    text = "\n".join([*lines, ""])
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
