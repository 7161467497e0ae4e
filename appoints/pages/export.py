"""Files: the same question as the page's, whole or refused."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from io import BytesIO
from typing import ClassVar

import polars as pl
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appoints.access.rights import EXPORT_FILES
from appoints.access.scope import scope_of
from appoints.connections import lookups
from appoints.display.chips import chips
from appoints.display.dictionary import dictionary
from appoints.forms.bind import Question
from appoints.pages import audit_trail, refusals
from appoints.pages.base import OK
from appoints.pages.refusals import Refusal
from appoints.pages.whole import WholeAnswer, as_of
from appoints.query.columns import COMPARED_COLUMNS, FILE_COLUMNS
from appoints.query.query import DEFAULT_SORT
from appoints.results import export, spreadsheet_cells, workbook
from appoints.results.offsets import offsets_in
from appoints.results.result import Result

logger = logging.getLogger(__name__)


class ExportFile(WholeAnswer):
    """The rows of a question as a file, whole or refused in plain text.

    ``flags`` are parameters that may only be 1, ``stem`` is what its name begins with.
    """

    flags: ClassVar[frozenset[str]] = frozenset({"excel", "partial", "repeats"})
    own_parameters = flags
    stem = "reserved-calls"
    suffix: ClassVar[str]

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Answer those who may take files."""
        if not self.request.user.has_perm(EXPORT_FILES):
            empty = scope_of(self.request.user).is_empty
            return self.refusal(refusals.teamless() if empty else refusals.forbidden())
        return super().get(request, **kwargs)

    def content_type(self) -> str:
        """Return the type of the file."""
        raise NotImplementedError

    def body(self, result: Result, table: pl.DataFrame) -> bytes:
        """Return the content of the file."""
        raise NotImplementedError

    def wrong_own(self) -> dict[str, list[str]]:
        return {
            name: [_("only 1 is possible.")]
            for name in self.flags & self.request.GET.keys()
            if self.request.GET.getlist(name) != ["1"]
        }

    def refusal(self, why: Refusal) -> HttpResponse:
        text = "\n".join([*why.lines, ""])
        response = HttpResponse(text, status=why.status, content_type="text/plain; charset=utf-8")
        if why.retry_after is not None:
            response["Retry-After"] = str(why.retry_after)
        return response

    def incomplete(self, result: Result) -> Refusal | None:
        """Let whoever asks for what is at hand have it, where only the counts differ."""
        found = super().incomplete(result)
        if found is None or found.code != refusals.COUNTS_DIFFER:
            return found
        advice = _(
            "No file is sent that may be short. Add partial=1 for the rows that are at hand."
        )
        return (
            None if "partial" in self.request.GET else found._replace(lines=[*found.lines, advice])
        )

    def table(self, result: Result) -> pl.DataFrame:
        """Return the lines of the file, typed."""
        reasons = lookups.reasons(self.question.connection, ask=True)
        rows = result.with_attempts(result.rows) if self.compares else result.rows
        return export.table(rows, reasons, self.columns)

    @property
    def compares(self) -> bool:
        """Whether the file tells of each row what it has to do with others of its number."""
        return "repeats" in self.request.GET

    @property
    def columns(self) -> Sequence[str]:
        """The file's columns, in their order."""
        return COMPARED_COLUMNS if self.compares else FILE_COLUMNS

    def sent(self, result: Result) -> HttpResponse:
        try:
            body = self.body(result, self.table(result))
        except spreadsheet_cells.SheetIsFull:
            return self.refusal(refusals.too_long(result))
        name = file_name(self.stem, self.question, result, self.suffix)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Total-Count": str(result.total),
            "X-Data-As-Of": self.as_of(result),
            "X-Numbers": "masked" if self.scope.masked else "full",
        }
        return HttpResponse(body, content_type=self.content_type(), headers=headers)

    def logged(self, result: Result, response: HttpResponse) -> HttpResponse:
        """Refuse a file of which the log would not know."""
        if response.status_code == OK:
            try:
                audit_trail.file(self.request, self.question, result)
            except DatabaseError:
                logger.exception("a file is refused, for it cannot be recorded")
                return self.refusal(refusals.unlogged())
        return response


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
            "as_of": self.as_of(result),
            "zone": question.zone.key,
            "total": result.total,
        }
        file = BytesIO()  # whose content is not copied once more, as that of joined parts is
        file.writelines(export.json(table, question.zone, about))
        return file.getvalue()


class XlsxFile(ExportFile):
    """The rows as a workbook."""

    suffix = "xlsx"

    def content_type(self) -> str:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def body(self, result: Result, table: pl.DataFrame) -> bytes:
        source = self.request.build_absolute_uri(self.request.path)
        person = self.request.user.get_username()
        notes = about(self.question, result, table, person, source)
        return workbook.xlsx(table, self.question.zone, notes, about_title())


def about_title() -> str:
    """Return the name of a workbook's second sheet."""
    # Translators: a sheet's name, at most 31 characters, no punctuation
    return pgettext("sheet", "About")


def about(
    question: Question, result: Result, table: pl.DataFrame, person: str, source: str
) -> list[tuple[str, str]]:
    """Return the lines that say of what the rows are, who took them, and from which address."""
    made = timezone.localtime(timezone=question.zone)
    names = {"task": question.task_names()}
    filters = " · ".join(chip.text for chip in chips(question.query, question.zone, names))
    return [
        (_("Connection"), question.connection.name),
        (_("Filters"), filters or _("none")),
        (_("Sorted by"), question.query.sort or DEFAULT_SORT),
        (_("Rows"), str(result.total)),
        (_("Data as of"), as_of(question, result)),
        (_("Times in"), question.zone.key),
        (_("Offset of the times"), ", ".join(offsets_in(table, question.zone))),
        (_("Made by"), person),
        (_("Made at"), made.isoformat(timespec="seconds")),
        (_("Source"), source),
        *_cut(table),
        ("", ""),
        (_("Columns"), ""),
        *dictionary(table.columns),
    ]


def _cut(table: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield a line about cells that Excel holds only in part, if there are any."""
    if count := spreadsheet_cells.cut_cells(table):
        words = _("%(count)s, which are longer than Excel allows; CSV and JSON have them whole.")
        yield _("Cut cells"), words % {"count": intcomma(count)}


def file_name(stem: str, question: Question, result: Result, suffix: str) -> str:
    """Return a file name that says connection, range and row count, and PARTIAL if so."""
    rows = f"{result.total}-rows"
    if not result.is_settled and result.reported is None:
        rows = f"PARTIAL_{rows}"
    elif not result.is_settled:
        right = result.received - result.unrequested
        rows = f"PARTIAL_{right}-of-{result.reported}-rows"
    return f"{stem}_{question.connection.slug}_{_range(question)}_{rows}.{suffix}"


def _range(question: Question) -> str:
    begin, end = question.window
    first = begin.astimezone(question.zone).date().isoformat() if begin else ""
    last = ""
    if end is not None:
        last = (end - timedelta(milliseconds=1)).astimezone(question.zone).date().isoformat()
    if first == last:
        return first or "all"
    return f"{first or 'begin'}_to_{last or 'end'}"
