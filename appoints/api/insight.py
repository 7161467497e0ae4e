"""What Insight tells programs: the lines of one section."""

from __future__ import annotations

from django.http import HttpResponse

from appoints.api.base import ApiAnswer
from appoints.pages.insight.files import SectionAnswer
from appoints.results import export
from appoints.results.file_rows import FileRows
from appoints.results.result import Result


class InsightAnswer(SectionAnswer, ApiAnswer):
    """The lines of a section, as in its file."""

    def sent(self, result: Result) -> HttpResponse:
        rows = FileRows.of(self.lines())
        return self.json(
            b"".join(export.json(rows, self.question.zone, self.about(result))), result
        )
