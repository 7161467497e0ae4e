"""Files: the same question as the page's, whole or refused."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore
from typing import ClassVar

import polars as pl
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appoints.access.rights import EXPORT_FILES
from appoints.connections import lookups
from appoints.connections.failures import Failure, failure_of
from appoints.display.chips import chips
from appoints.display.dictionary import dictionary
from appoints.forms.bind import Question
from appoints.forms.filterset import BAD_REQUEST, NOT_FOUND
from appoints.pages import audit_trail
from appoints.pages import export_refusals as refusals
from appoints.pages.base import OK, ResultView
from appoints.query.query import DEFAULT_SORT
from appoints.results import export, spreadsheet_cells, workbook
from appoints.results.offsets import offsets_in
from appoints.results.passthrough import TooLong
from appoints.results.result import NeedsWhole, Result

logger = logging.getLogger(__name__)

OPTIONS = frozenset({"excel", "partial"})

WAITING = BoundedSemaphore(settings.APPOINTS_FILES_WAITING)


class ExportFile(ResultView):
    """The rows of a question as a file, whole or refused in plain text."""

    suffix: ClassVar[str]

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Answer those who may take files."""
        if not self.request.user.has_perm(EXPORT_FILES):
            return refusals.forbidden()
        return super().get(request, **kwargs)

    def content_type(self) -> str:
        """Return the type of the file."""
        raise NotImplementedError

    def body(self, result: Result, table: pl.DataFrame) -> bytes:
        """Return the content of the file."""
        raise NotImplementedError

    def check(self) -> HttpResponse | None:
        """Refuse also what the list only warns of: a file is read by programs."""
        problems = list(self._problems())
        return refusals.refusal(self._wrong_status, *problems) if problems else None

    def without_connection(self) -> HttpResponse:
        none = _("connection: there is none that you may see.")
        return refusals.refusal(NOT_FOUND, none)

    def ask(self) -> Result:
        with _patience() as wait:
            return self.question.ask(wait=wait)

    def refused(self, refusal: NeedsWhole | TooLong) -> HttpResponse:
        return refusals.too_many()

    def failed(self, failure: Failure) -> HttpResponse:
        response = refusals.refusal(failure.status, str(failure.title), str(failure.advice))
        return self.retried(response, failure)

    def answered(self, result: Result) -> HttpResponse:
        if (incomplete := self._incomplete(result)) is not None:
            return incomplete
        reasons = lookups.reasons(self.question.connection, platform=True)
        try:
            body = self.body(result, export.table(result.rows, reasons))
        except spreadsheet_cells.SheetIsFull:
            return refusals.too_long(result)
        name = _name(self.question, result, self.suffix)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Total-Count": str(result.total),
            "X-Data-As-Of": _as_of(self.question, result),
        }
        return HttpResponse(body, content_type=self.content_type(), headers=headers)

    def logged(self, result: Result, response: HttpResponse) -> HttpResponse:
        """Refuse a file of which the log would not know."""
        if response.status_code == OK:
            try:
                audit_trail.file(self.request, self.question, result)
            except DatabaseError:
                logger.exception("a file is refused, for it cannot be recorded")
                return refusals.unlogged()
        return response

    def _unknown(self) -> Iterator[str]:
        for name in self.form.unknown(OPTIONS):
            yield _("%s: there is no such parameter.") % name
        for name in OPTIONS & self.request.GET.keys():
            if self.request.GET.getlist(name) != ["1"]:
                yield _("%s: only 1 is possible.") % name

    @property
    def _wrong_status(self) -> int:
        return BAD_REQUEST if self.form.is_valid() else self.form.wrong_status

    def _problems(self) -> Iterator[str]:
        yield from self._unknown()
        if not self.form.is_valid():
            for name, errors in self.form.form.errors.items():
                yield f"{name}: {' '.join(str(error) for error in errors)}"

    def _incomplete(self, result: Result) -> HttpResponse | None:
        """Return the refusal of a result that is not whole, None for one that may be sent."""
        if result.is_browsing:
            return refusals.too_many()
        if result.error is not None:
            return self.failed(failure_of(result.error))
        if result.is_loading or result.refreshing:
            return refusals.not_yet(result)
        if not result.is_settled and "partial" not in self.request.GET:
            return refusals.unsettled(result)
        return None


class CsvFile(ExportFile):
    """The rows as CSV; with ``excel=1`` as Excel reads it in every language."""

    suffix = "csv"

    def content_type(self) -> str:
        return f"text/csv; charset={'utf-16' if self._for_excel else 'utf-8'}"

    @property
    def _for_excel(self) -> bool:
        return "excel" in self.request.GET

    def body(self, result: Result, table: pl.DataFrame) -> bytes:
        return export.csv(table, self.question.zone, excel=self._for_excel)


class JsonFile(ExportFile):
    """The rows as JSON."""

    suffix = "json"

    def content_type(self) -> str:
        return "application/json"

    def body(self, result: Result, table: pl.DataFrame) -> bytes:
        question = self.question
        about = {
            "connection": question.connection.slug,
            "as_of": _as_of(question, result),
            "zone": question.zone.key,
            "total": result.total,
        }
        return b"".join(export.json(table, question.zone, about))


class XlsxFile(ExportFile):
    """The rows as a workbook."""

    suffix = "xlsx"

    def content_type(self) -> str:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def body(self, result: Result, table: pl.DataFrame) -> bytes:
        # Translators: a sheet's name, at most 31 characters, no punctuation
        title = pgettext("sheet", "About")
        return workbook.xlsx(table, self.question.zone, self._about(result, table), title)

    def _about(self, result: Result, table: pl.DataFrame) -> list[tuple[str, str]]:
        question = self.question
        made = timezone.localtime(timezone=question.zone)
        names = {"task": question.task_names()}
        filters = " · ".join(chip.text for chip in chips(question.query, question.zone, names))
        return [
            (_("Connection"), question.connection.name),
            (_("Filters"), filters or _("none")),
            (_("Sorted by"), question.query.sort or DEFAULT_SORT),
            (_("Rows"), str(result.total)),
            (_("Data as of"), _as_of(question, result)),
            (_("Times in"), question.zone.key),
            (_("Offset of the times"), ", ".join(offsets_in(table, question.zone))),
            (_("Made by"), self.request.user.get_username()),
            (_("Made at"), made.isoformat(timespec="seconds")),
            (_("Source"), self.request.build_absolute_uri(self.request.path)),
            *_cut(table),
            ("", ""),
            (_("Columns"), ""),
            *dictionary(),
        ]


def _cut(table: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield a line about cells that Excel holds only in part, if there are any."""
    if count := spreadsheet_cells.cut_cells(table):
        words = _("%(count)s, which are longer than Excel allows; CSV and JSON have them whole.")
        yield _("Cut cells"), words % {"count": intcomma(count)}


@contextmanager
def _patience() -> Iterator[float]:
    """Yield how many seconds a file may wait: none where too many of this worker's already do."""
    granted = WAITING.acquire(blocking=False)
    try:
        yield settings.APPOINTS_FILE_WAIT if granted else 0.0
    finally:
        if granted:
            WAITING.release()


def _as_of(question: Question, result: Result) -> str:
    moment = result.as_of or question.now
    return moment.astimezone(question.zone).isoformat(timespec="seconds")


def _name(question: Question, result: Result, suffix: str) -> str:
    """Return a file name that says connection, range and row count, and PARTIAL if so."""
    rows = f"{result.total}-rows"
    if not result.is_settled and result.reported is None:
        rows = f"PARTIAL_{rows}"
    elif not result.is_settled:
        right = result.received - result.unrequested
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
