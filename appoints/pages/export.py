"""Files: the same question as the page's, whole or refused."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar, cast

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
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
from appoints.query.columns import COMPARED_COLUMNS
from appoints.query.query import DEFAULT_SORT
from appoints.results import export, spreadsheet_cells, workbook
from appoints.results.file_rows import ROWS_A_PART, FileRows
from appoints.results.offsets import offsets_in
from appoints.results.result import Result
from appoints.results.selection import Selection

logger = logging.getLogger(__name__)


class ExportFile(WholeAnswer):
    """The rows of a question as a file, whole or refused in plain text.

    ``flags`` are parameters that may only be 1, ``stem`` is what its name begins with. What is sent
    ``in_parts`` is made as it is sent, so that a large file is never in memory as a whole.
    """

    flags: ClassVar[frozenset[str]] = frozenset({"excel", "partial", "repeats"})
    own_parameters = flags
    stem = "reserved-calls"
    suffix: ClassVar[str]
    in_parts = True

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Answer those who may take files."""
        if not self.request.user.has_perm(EXPORT_FILES):
            empty = scope_of(self.request.user).is_empty
            return self.refusal(refusals.teamless() if empty else refusals.forbidden())
        return super().get(request, **kwargs)

    def content_type(self) -> str:
        """Return the type of the file."""
        raise NotImplementedError

    def body(self, result: Result, rows: FileRows) -> Iterator[bytes]:
        """Return the content of the file, in parts.

        Raises SheetIsFull, DiskFull or FolderUnusable before the first.
        """
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

    def rows(self, result: Result) -> FileRows:
        """Return the rows of the file."""
        reasons = lookups.reasons(self.question.connection, ask=True)
        if self.compares:
            compared = Selection.all_of(result.with_attempts(result.rows))
            return FileRows(compared, COMPARED_COLUMNS, reasons)
        return FileRows(result.selection, reasons=reasons)

    @property
    def compares(self) -> bool:
        """Whether the file tells of each row what it has to do with others of its number."""
        return "repeats" in self.request.GET

    def sent(self, result: Result) -> HttpResponse:
        try:
            rows = self.rows(result)
            parts = self.body(result, rows)
        except spreadsheet_cells.SheetIsFull:
            return self.refusal(refusals.too_long(result))
        except workbook.DiskFull:
            logger.exception("a file is refused, for it cannot be made")
            return self.refusal(refusals.no_room())
        except workbook.FolderUnusable as error:
            logger.exception("a file is refused, for it cannot be made")
            return self.refusal(refusals.no_folder(str(error)))
        name = file_name(self.stem, self.question, result, self.suffix)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Total-Count": str(result.total),
            "X-Data-As-Of": self.as_of(result),
            "X-Numbers": "masked" if self.scope.masked else "full",
        }
        # Of HTTP/1.0 nobody could tell a file that breaks off from a whole one without its length.
        in_parts = self.in_parts and self.request.META.get("SERVER_PROTOCOL") != "HTTP/1.0"
        response = StreamingHttpResponse if in_parts and rows.height > ROWS_A_PART else HttpResponse
        made = response(parts, content_type=self.content_type(), headers=headers)
        return cast(HttpResponse, made)  # of which nobody here reads the content

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

    def body(self, result: Result, rows: FileRows) -> Iterator[bytes]:
        return export.csv(rows, self.question.zone, excel=self._for_excel)


class JsonFile(ExportFile):
    """The rows as JSON."""

    suffix = "json"

    def content_type(self) -> str:
        return "application/json"

    def body(self, result: Result, rows: FileRows) -> Iterator[bytes]:
        question = self.question
        about = {
            "connection": question.connection.slug,
            "as_of": self.as_of(result),
            "zone": question.zone.key,
            "total": result.total,
        }
        return export.json(rows, question.zone, about)


class XlsxFile(ExportFile):
    """The rows as a workbook."""

    suffix = "xlsx"
    in_parts = False

    def content_type(self) -> str:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def body(self, result: Result, rows: FileRows) -> Iterator[bytes]:
        source = self.request.build_absolute_uri(self.request.path)
        person = self.request.user.get_username()
        notes = about(self.question, result, rows, person, source)
        return iter([workbook.xlsx(rows, self.question.zone, notes, about_title())])


def about_title() -> str:
    """Return the name of a workbook's second sheet."""
    # Translators: a sheet's name, at most 31 characters, no punctuation
    return pgettext("sheet", "About")


def about(
    question: Question, result: Result, rows: FileRows, person: str, source: str
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
        (_("Offset of the times"), ", ".join(offsets_in(rows.times, question.zone))),
        (_("Made by"), person),
        (_("Made at"), made.isoformat(timespec="seconds")),
        (_("Source"), source),
        *_cut(rows),
        ("", ""),
        (_("Columns"), ""),
        *dictionary(rows.columns),
    ]


def _cut(rows: FileRows) -> Iterator[tuple[str, str]]:
    """Yield a line about cells that Excel holds only in part, if there are any."""
    if count := sum(map(spreadsheet_cells.cut_cells, rows.parts_of_texts())):
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
