"""A masked number in full: once, for a reason, by whoever has the right to it."""

from __future__ import annotations

import logging
from dataclasses import replace

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appoints.access.reveal import MINUTE, TooManyReveals
from appoints.access.rights import REVEAL_NUMBER
from appoints.connections.failures import Failure
from appoints.forms.reveal import RevealForm
from appoints.pages import audit_trail
from appoints.pages.base import ResultView
from appoints.pages.detail_contexts import RevealContext
from appoints.results.passthrough import TooLong
from appoints.results.result import NeedsWhole, Result

logger = logging.getLogger(__name__)

BAD_REQUEST, TOO_MANY, UNAVAILABLE = 400, 429, 503
AGAIN = 5  # seconds after which rows that are being loaded are worth another try


class RevealPage(ResultView):
    """The number of one reservation of what is asked for."""

    http_method_names = ["post"]
    reveal_form: RevealForm

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Show the number to a person who may see it, and let nothing keep the page."""
        if not self.request.user.has_perm(REVEAL_NUMBER):
            raise PermissionDenied
        self.reveal_form = RevealForm(request.POST)
        response = self.get(request, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def without_connection(self) -> HttpResponse:
        raise Http404

    def refused(self, refusal: NeedsWhole | TooLong) -> HttpResponse:
        raise Http404

    def respond(self) -> HttpResponse:
        """Ask only where there is a reason."""
        return super().respond() if self.reveal_form.is_valid() else self._page(BAD_REQUEST)

    def ask(self) -> Result:
        """Ask as if numbers were not masked; only that of the reservation is read."""
        seeing = replace(self.question, scope=replace(self.scope, masked=False))
        return seeing.ask(wait=settings.APPOINTS_PAGE_WAIT, is_brief=True)

    def failed(self, failure: Failure) -> HttpResponse:
        response = self._page(failure.status, problem=f"{failure.title} {failure.advice}")
        return self.retried(response, failure)

    def answered(self, result: Result) -> HttpResponse:
        record = result.find(self._id) or result.find_in_range(self._id)
        if record is None and result.is_loading:
            words = _("The rows are still being loaded. Try again in a moment.")
            return self._later(UNAVAILABLE, words, AGAIN)
        if record is None or record["called_no"] is None:
            raise Http404
        number, reason = str(record["called_no"]), self.reveal_form.cleaned_data["reason"]
        try:
            audit_trail.reveal(self.request, self.question, self._id, number, reason)
        except TooManyReveals:
            words = _("You have revealed as many numbers as one may in a minute. Wait a moment.")
            return self._later(TOO_MANY, words, round(MINUTE.total_seconds()))
        except DatabaseError:
            logger.exception("a number is not revealed, for it cannot be recorded")
            words = _("The log of who sees numbers cannot be written, so none is shown.")
            return self._later(UNAVAILABLE, words, AGAIN)
        return self._page(number=number)

    def logged(self, result: Result, response: HttpResponse) -> HttpResponse:
        """Return the response: the log had it first."""
        return response

    @property
    def _id(self) -> str:
        return str(self.kwargs["appoint_id"])

    def _later(self, status: int, problem: str | Promise, seconds: int) -> HttpResponse:
        response = self._page(status, problem=problem)
        response["Retry-After"] = str(seconds)
        return response

    def _page(
        self, status: int = 200, *, number: str = "", problem: str | Promise = ""
    ) -> HttpResponse:
        return RevealContext(
            appoint_id=self._id,
            address=self.question.query.urlencode(),
            form=self.reveal_form,
            number=number,
            problem=problem,
        ).response(self.request, status)
