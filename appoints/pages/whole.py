"""Answers for programs, which hold every row or are refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import ClassVar

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from appoints.connections.failures import Failure, failure_of
from appoints.forms.bind import Question
from appoints.forms.filterset import BAD_REQUEST
from appoints.pages import refusals
from appoints.pages.base import ResultView
from appoints.pages.refusals import Refusal
from appoints.results.passthrough import TooLong
from appoints.results.result import NeedsWhole, Result

WAITING = BoundedSemaphore(settings.APPOINTS_FILES_WAITING)


class WholeAnswer(ResultView):
    """Every row of a question, or why it is not to be had; ``own_parameters`` are further ones.

    A subclass says how a refusal looks and how the rows are sent.
    """

    own_parameters: ClassVar[frozenset[str]] = frozenset()

    def refusal(self, why: Refusal) -> HttpResponse:
        """Answer with a refusal."""
        raise NotImplementedError

    def sent(self, result: Result) -> HttpResponse:
        """Answer with the rows of a result that is whole."""
        raise NotImplementedError

    def check(self) -> HttpResponse | None:
        """Refuse also what the list only warns of: nobody reads a notice."""
        unknown = self.form.unknown(self.own_parameters)
        found = {name: [_("there is no such parameter.")] for name in unknown} | self.wrong_own()
        for name, errors in self.form.form.errors.items():
            found[name] = [str(error) for error in errors]
        if not found:
            return None
        status = BAD_REQUEST if self.form.is_valid() else self.form.wrong_status
        return self.refusal(refusals.wrong(status, found))

    def wrong_own(self) -> dict[str, list[str]]:
        """Return what is wrong with its own parameters, by their names."""
        return {}

    def without_connection(self) -> HttpResponse:
        return self.refusal(refusals.no_connection())

    def ask(self) -> Result:
        with _patience() as wait:
            return self.question.ask(wait=wait)

    def refused(self, refusal: NeedsWhole | TooLong) -> HttpResponse:
        return self.refusal(refusals.too_many())

    def failed(self, failure: Failure) -> HttpResponse:
        return self.refusal(refusals.failed(failure))

    def answered(self, result: Result) -> HttpResponse:
        incomplete = self.incomplete(result)
        return self.refusal(incomplete) if incomplete else self.sent(result)

    def incomplete(self, result: Result) -> Refusal | None:
        """Return why a result is not whole, None for one that may be sent."""
        if result.is_browsing:
            return refusals.too_many()
        if result.error is not None:
            return refusals.failed(failure_of(result.error))
        if result.is_loading or result.refreshing or result.behind:
            return refusals.not_yet(result)
        return None if result.is_settled else refusals.unsettled(result)

    def as_of(self, result: Result) -> str:
        """Return when the oldest row was fetched, in the zone of the question."""
        return as_of(self.question, result)


def as_of(question: Question, result: Result) -> str:
    """Return when the oldest row was fetched, in the zone of a question."""
    moment = result.as_of or question.now
    return moment.astimezone(question.zone).isoformat(timespec="seconds")


@contextmanager
def _patience() -> Iterator[float]:
    """Yield how many seconds an answer may wait: none where too many of this worker already do."""
    granted = WAITING.acquire(blocking=False)
    try:
        yield settings.APPOINTS_FILE_WAIT if granted else 0.0
    finally:
        if granted:
            WAITING.release()
