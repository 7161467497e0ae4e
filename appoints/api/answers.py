"""What programs read: a page of rows, and how many there are of each choice."""

from __future__ import annotations

import json
from math import ceil
from urllib.parse import urlencode

from django.http import HttpResponse

from appoints.api.base import AS_OF, ApiAnswer
from appoints.connections import lookups
from appoints.query.filters import FILTERS
from appoints.results import export, pinned
from appoints.results.facets import ValueCount
from appoints.results.file_rows import FileRows
from appoints.results.result import Result
from appoints.results.selection import Selection


class RowsAnswer(ApiAnswer):
    """One page of the rows, as in the export, and the way to the next."""

    def sent(self, result: Result) -> HttpResponse:
        question = self.question
        page, size = question.query.page, question.query.per_page
        pages = max(1, ceil(result.total / size))
        selection = Selection.all_of(result.selection.slice((page - 1) * size, size))
        reasons = lookups.reasons(question.connection, ask=not self.pinned)
        rows = FileRows(selection, reasons=reasons)
        about = {**self.about(result), "page": page, "pages": pages}
        response = self.json(b"".join(export.json(rows, question.zone, about)), result)
        if page < pages and result.as_of:
            pinned.pin(question.connection, result)
            response["Link"] = f'<{self._next(result)}>; rel="next"'
        return response

    def _next(self, result: Result) -> str:
        """Return the address of the next page of just these rows."""
        query = self.question.fixed
        following = query.but(page=query.page + 1, zone=self.question.zone.key)
        pin = urlencode({AS_OF: self.exact_as_of(result)})
        address = self.request.build_absolute_uri(self.request.path)
        return f"{address}?{following.urlencode()}&{pin}"


class SummaryAnswer(ApiAnswer):
    """How many rows each choice of each filter has under all other filters, as on the page."""

    def sent(self, result: Result) -> HttpResponse:
        counted = result.facets or {}
        counts = {FILTERS[name].name: [_line(each) for each in counted[name]] for name in counted}
        return self.json(
            json.dumps({**self.about(result), "counts": counts}, ensure_ascii=False).encode(),
            result,
        )


def _line(counted: ValueCount) -> dict[str, object]:
    return {"value": counted.value, "name": counted.name, "rows": counted.rows}
