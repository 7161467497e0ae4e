"""Files: the same question as the page's, whole or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore

import polars as pl
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from appoints.connections import lookups
from appoints.connections.failures import failure_of
from appoints.display.chips import chips
from appoints.display.dictionary import dictionary
from appoints.forms.bind import Question, form_of, question_of
from appoints.forms.filterset import AppointFilter
from appoints.isales.errors import FetchError
from appoints.query.query import DEFAULT_SORT
from appoints.results import export, guard, workbook
from appoints.results.offsets import offsets_in
from appoints.results.result import NeedsWhole, Result
from dashboard.accounts.requests import SignedInRequest

OPTIONS = frozenset({"excel", "partial"})
AGAIN = 5  # seconds after which a file that is being loaded is worth another try
BAD_REQUEST, TOO_MANY, NOT_YET, NOT_SURE = 400, 422, 503, 502

WAITING = BoundedSemaphore(settings.APPOINTS_FILES_WAITING)

Make = Callable[[SignedInRequest, Question, Result, pl.DataFrame], bytes]


@require_safe
def export_csv(request: SignedInRequest) -> HttpResponse:
    """Send the rows as CSV; with ``excel=1`` as Excel reads it in every language."""
    charset = "utf-16" if "excel" in request.GET else "utf-8"
    return _file(request, "csv", f"text/csv; charset={charset}", _csv)


@require_safe
def export_json(request: SignedInRequest) -> HttpResponse:
    """Send the rows as JSON."""
    return _file(request, "json", "application/json", _json)


@require_safe
def export_xlsx(request: SignedInRequest) -> HttpResponse:
    """Send the rows as a workbook."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(request, "xlsx", kind, _xlsx)


def _csv(
    request: SignedInRequest, question: Question, result: Result, table: pl.DataFrame
) -> bytes:
    return export.csv(table, question.zone, excel="excel" in request.GET)


def _json(
    request: SignedInRequest, question: Question, result: Result, table: pl.DataFrame
) -> bytes:
    about = {
        "connection": question.connection.slug,
        "as_of": _as_of(question, result),
        "zone": question.zone.key,
        "total": result.total,
    }
    return b"".join(export.json(table, question.zone, about))


def _xlsx(
    request: SignedInRequest, question: Question, result: Result, table: pl.DataFrame
) -> bytes:
    made = timezone.localtime(timezone=question.zone)
    names = {"task": lookups.tasks(question.connection)}
    filters = " · ".join(chip.text for chip in chips(question.query, question.zone, names))
    about = [
        (_("Connection"), question.connection.name),
        (_("Filters"), filters or _("none")),
        (_("Sorted by"), question.query.sort or DEFAULT_SORT),
        (_("Rows"), str(result.total)),
        (_("Data as of"), _as_of(question, result)),
        (_("Times in"), question.zone.key),
        (_("Offset of the times"), ", ".join(offsets_in(table, question.zone))),
        (_("Made by"), request.user.get_username()),
        (_("Made at"), made.isoformat(timespec="seconds")),
        (_("Source"), request.build_absolute_uri(request.path)),
        *_cut(table),
        ("", ""),
        (_("Columns"), ""),
        *dictionary(),
    ]
    # Translators: a sheet's name, at most 31 characters, no punctuation
    title = pgettext("sheet", "About")
    return workbook.xlsx(table, question.zone, about, title)


def _cut(table: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield a line about cells that Excel holds only in part, if there are any."""
    if count := guard.cut_cells(table):
        words = _("%(count)s, which are longer than Excel allows; CSV and JSON have them whole.")
        yield _("Cut cells"), words % {"count": intcomma(count)}


def _file(request: SignedInRequest, suffix: str, kind: str, make: Make) -> HttpResponse:
    form = form_of(request.GET, request.user, request.preferences)
    if problems := list(_problems(request, form)):
        return _refused(BAD_REQUEST, *problems)
    question = question_of(form)
    with timezone.override(question.zone):
        try:
            with _patience() as wait:
                result = question.ask(wait=wait)
        except NeedsWhole:
            return _too_many()
        except FetchError as error:
            return _failed(error)
        if refusal := _incomplete(request, result):
            return refusal
        reasons = lookups.reasons(question.connection, platform=True)
        try:
            body = make(request, question, result, export.table(result.rows, reasons))
        except guard.SheetIsFull:
            return _too_long(result)
    response = HttpResponse(body, content_type=kind)
    name = _name(question, result, suffix)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Total-Count"] = str(result.total)
    response["X-Data-As-Of"] = _as_of(question, result)
    return response


@contextmanager
def _patience() -> Iterator[float]:
    """Yield how many seconds a file may wait: none where too many of this worker's already do."""
    granted = WAITING.acquire(blocking=False)
    try:
        yield settings.APPOINTS_FILE_WAIT if granted else 0.0
    finally:
        if granted:
            WAITING.release()


def _problems(request: SignedInRequest, form: AppointFilter) -> Iterator[str]:
    for name in form.unknown(OPTIONS):
        yield _("%s: there is no such parameter.") % name
    for name in OPTIONS & request.GET.keys():
        if request.GET.getlist(name) != ["1"]:
            yield _("%s: only 1 is possible.") % name
    if not form.queryset.exists():
        yield _("connection: there is none that you may see.")
    elif not form.is_valid():
        for name, errors in form.form.errors.items():
            yield f"{name}: {' '.join(str(error) for error in errors)}"


def _incomplete(request: SignedInRequest, result: Result) -> HttpResponse | None:
    """Return the refusal of a result that is not whole, None for one that may be sent."""
    if result.mode == "browsing":
        return _too_many()
    if result.error is not None:
        return _failed(result.error)
    if result.mode == "loading" or result.refreshing:
        response = _refused(NOT_YET, *_progress(result))
        response["Retry-After"] = str(AGAIN)
        return response
    if not result.settled and "partial" not in request.GET:
        counts = {"reported": intcomma(result.reported), "received": intcomma(result.received)}
        astray = ngettext(
            "%s of them is not of the time, number or task asked for.",
            "%s of them are not of the time, number or task asked for.",
            result.astray,
        )
        return _refused(
            NOT_SURE,
            _("iSales reported %(reported)s rows, %(received)s were received.") % counts,
            *([astray % intcomma(result.astray)] if result.astray else []),
            _("No file is sent that may be short. Add partial=1 for the rows that are at hand."),
        )
    return None


def _progress(result: Result) -> Iterator[str]:
    if result.waiting is not None:
        yield render_to_string("appoints/_queue.html", {"waiting": result.waiting})
    yield _("The rows are still being loaded. Try again in a moment.")


def _too_many() -> HttpResponse:
    most = intcomma(settings.APPOINTS_MOST_ROWS)
    return _refused(
        TOO_MANY,
        _("These are more than %s rows, too many for a file.") % most,
        _("Narrow the range, or choose agents, a number or a task."),
    )


def _too_long(result: Result) -> HttpResponse:
    counts = {"rows": intcomma(result.total), "most": intcomma(guard.MOST_ROWS)}
    return _refused(
        TOO_MANY,
        _("These are %(rows)s rows; a sheet of Excel holds %(most)s.") % counts,
        _("Narrow the range, or take CSV or JSON, which have room for them."),
    )


def _failed(error: FetchError) -> HttpResponse:
    failure = failure_of(error)
    response = _refused(failure.status, str(failure.title), str(failure.advice))
    if failure.retry_after is not None:
        response["Retry-After"] = str(failure.retry_after)
    return response


def _refused(status: int, *lines: str) -> HttpResponse:
    text = "\n".join([*lines, ""])
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def _as_of(question: Question, result: Result) -> str:
    moment = result.as_of or question.now
    return moment.astimezone(question.zone).isoformat(timespec="seconds")


def _name(question: Question, result: Result, suffix: str) -> str:
    """Return a file name that says connection, range and row count, and PARTIAL if so."""
    rows = f"{result.total}-rows"
    if not result.settled:
        right = result.received - result.astray
        rows = f"PARTIAL_{right}-of-{result.reported}-rows"
    return f"reserved-calls_{question.connection.slug}_{_range(question)}_{rows}.{suffix}"


def _range(question: Question) -> str:
    begin, end = question.window
    first = begin.astimezone(question.zone).date().isoformat() if begin else ""
    last = ""
    if end is not None:
        last = (end - timedelta(milliseconds=1)).astimezone(question.zone).date().isoformat()
    if first == last:
        return first or "all"
    return f"{first or 'begin'}_to_{last or 'end'}"
