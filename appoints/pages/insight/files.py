"""Insight's files and answers: the lines of one section, whole or refused."""

from __future__ import annotations

import polars as pl
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from appoints.insight.line import table
from appoints.pages.export import CsvFile, ExportFile
from appoints.pages.insight.page import OWN_PARAMETERS, options_of, with_range
from appoints.pages.insight.section import Section
from appoints.pages.insight.sections import SECTIONS
from appoints.pages.refusals import Refusal
from appoints.pages.whole import WholeAnswer
from appoints.results.file_rows import FileRows
from appoints.results.result import Result


class SectionAnswer(WholeAnswer):
    """The lines of a section, of all of whose questions every row is at hand."""

    own_parameters = OWN_PARAMETERS
    found: dict[str, Result]

    @property
    def data(self) -> QueryDict:
        return with_range(self.request.GET)

    def bind(self, data: QueryDict) -> HttpResponse | None:
        if self.kwargs["section"] not in SECTIONS:
            raise Http404
        return super().bind(data)

    def wrong_own(self) -> dict[str, list[str]]:
        found = super().wrong_own()
        try:
            options_of(self.request.GET)
        except ValueError as error:
            name = str(error) if str(error) in OWN_PARAMETERS else "day"
            found[name] = [_("this is not possible.")]
        return found

    @property
    def section(self) -> Section:
        """The section of the address."""
        return SECTIONS[self.kwargs["section"]](self.question, options_of(self.request.GET))

    def ask(self) -> Result:
        """Return the rows that the figures are of; those of the other questions are kept too."""
        section, own, self.found = self.section, self.question, {}
        for name, question in section.questions().items():
            self.question = question
            self.found[name] = super().ask()
        self.question = own
        return self.found["rows"]

    def incomplete(self, result: Result) -> Refusal | None:
        found = (super(SectionAnswer, self).incomplete(each) for each in self.found.values())
        return next((each for each in found if each), None)

    def lines(self) -> pl.DataFrame:
        """Return the section's lines, typed."""
        section = self.section
        return table(section.line, section.kept_lines(self.found))


class SectionFile(SectionAnswer, CsvFile):
    """The lines as CSV; with ``excel=1`` as Excel reads it in every language."""

    own_parameters = OWN_PARAMETERS | ExportFile.flags - {"repeats"}

    @property
    def stem(self) -> str:  # type: ignore[override]
        """What the file's name begins with."""
        return f"insight-{self.kwargs['section']}"

    def rows(self, result: Result) -> FileRows:
        return FileRows.of(self.lines())
