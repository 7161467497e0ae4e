"""One reserved call."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse

from appoints.access.rights import REVEAL_NUMBER
from appoints.connections import lookups
from appoints.connections.failures import Failure
from appoints.display import preset_links
from appoints.display.attempts import Attempts
from appoints.display.call_again import CallAgain
from appoints.display.clock import clock_of
from appoints.display.detail import Detail
from appoints.display.related import Neighbours, Others
from appoints.forms.reveal import RevealForm
from appoints.pages import audit_trail
from appoints.pages.contexts import Failed
from appoints.pages.detail_contexts import DetailContext, NotFound, NotYet, Reservation
from appoints.pages.explaining import FORM_ONLY, ExplainingView
from appoints.pages.insight.office_hours import working_ahead
from appoints.results.passthrough import TooLong
from appoints.results.result import NeedsWhole, Result

NOT_FOUND = 404


class DetailPage(ExplainingView):
    """One reservation of what is asked for; ``number`` is its own, None where it is not shown."""

    number: str | None = None

    def without_connection(self, status: int = NOT_FOUND) -> HttpResponse:
        return super().without_connection(status)

    def refused(self, refusal: NeedsWhole | TooLong) -> HttpResponse:
        context = self._context(NotFound(is_browsing=False))
        return context.response(self.request, NOT_FOUND)

    def failed(self, failure: Failure) -> HttpResponse:
        context = self._context(Failed(failure=failure, at=self.question.now))
        return self.retried(context.response(self.request, failure.status), failure)

    def answered(self, result: Result) -> HttpResponse:
        answer = self._found(result)
        context = self._context(answer, Neighbours(result, self.question.query, self._id))
        status = NOT_FOUND if isinstance(answer, NotFound) else 200
        return context.response(self.request, status)

    def logged(self, result: Result, response: HttpResponse) -> HttpResponse:
        if self.number is not None:
            audit_trail.look(self.request, self.question, result, self._id, [self.number])
        return response

    @property
    def _id(self) -> str:
        return str(self.kwargs["appoint_id"])

    def _found(self, result: Result) -> Reservation | NotYet | NotFound:
        question = self.question
        record = result.find(self._id)
        left_out = record is None
        if record is None:
            # It may have changed since the list was shown: what was due is called meanwhile.
            record = result.find_in_range(self._id)
        if record is None:
            # While rows are missing nobody can say that it is not among them.
            if result.is_loading or result.is_partial:
                return NotYet(waiting=result.waiting)
            return NotFound(is_browsing=result.is_browsing)
        self.number = str(record["called_sent"] or "")
        reasons = lookups.reasons(question.connection, ask=result.may_ask_names)
        return Reservation(
            result=result,
            detail=Detail(record, question.zone, reasons, question.console),
            clock=clock_of(question, result.as_of, [record]),
            others=Others(result, question.query, record, question.zone, reasons),
            call_again=CallAgain(result, question, record, working_ahead(question)),
            attempts=Attempts(result, question.query, record, question.zone, reasons),
            left_out=left_out,
            reveal_form=self._reveal_form(record),
        )

    def _reveal_form(self, record: Mapping[str, object]) -> RevealForm | None:
        may = self.scope.masked and self.request.user.has_perm(REVEAL_NUMBER)
        return RevealForm() if may and record["called_no"] is not None else None

    def _context(
        self, answer: Reservation | NotYet | NotFound | Failed, place: Neighbours | None = None
    ) -> DetailContext:
        question = self.question
        return DetailContext(
            appoint_id=self._id,
            unknown=self.form.unknown(FORM_ONLY),
            connection=question.connection,
            zone=question.zone,
            address=question.query.urlencode(),
            cleared=preset_links.cleared(question.query),
            place=place,
            answer=answer,
        )
