"""The pipeline of every page, fragment and file: bind, check, scope, ask, say what went wrong."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.views import View

from appoints.access.scope import Scope, scope_of
from appoints.connections.failures import Failure, failure_of
from appoints.forms.bind import Question, form_of, question_of
from appoints.forms.filterset import NOT_FOUND, AppointFilter
from appoints.isales.errors import FetchError
from appoints.pages import audit_trail
from appoints.results.passthrough import TooLong
from appoints.results.result import NeedsWhole, Result
from dashboard.accounts.requests import SignedInRequest

OK = 200


class ResultView(View):
    """An answer to the question of the address; a subclass says how each outcome looks.

    Each outcome is one method: ``without_connection``, ``invalid``, ``refused``, ``failed`` and
    ``answered``. Without more, whatever is no answer leads to the list, which says why.
    """

    http_method_names = ["get", "head"]
    filterset: ClassVar[type[AppointFilter]] = AppointFilter
    request: SignedInRequest
    scope: Scope
    form: AppointFilter
    question: Question

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Answer the question of the address."""
        if (refusal := self.bind(self.data)) is not None:
            return refusal
        self.question = question_of(self.form, self.scope)
        with timezone.override(self.question.zone):
            return self.respond()

    @property
    def data(self) -> QueryDict:
        """The parameters of the question."""
        return self.request.GET

    def bind(self, data: QueryDict) -> HttpResponse | None:
        """Bind the form within the person's scope; return the refusal of a wrong one."""
        self.scope = scope_of(self.request.user)
        self.form = form_of(data, self.scope, self.request.preferences, self.filterset)
        if self.scope.is_empty:
            return self.without_connection()
        return self.check()

    def check(self) -> HttpResponse | None:
        """Return the refusal of a form that is wrong."""
        return None if self.form.is_valid() else self.invalid()

    def respond(self) -> HttpResponse:
        """Ask, and show the answer or say what went wrong; in the zone of the question."""
        try:
            result = self.ask()
            return self.logged(result, self.answered(result))
        except (NeedsWhole, TooLong) as refusal:
            return self.refused(refusal)
        except FetchError as error:
            return self.failed(failure_of(error))

    def ask(self) -> Result:
        """Return what is at hand within the time that a page waits."""
        return self.question.ask(wait=settings.APPOINTS_PAGE_WAIT, is_brief=True)

    def without_connection(self) -> HttpResponse:
        """Answer a person who may see no connection."""
        return self.to_list()

    def invalid(self) -> HttpResponse:
        """Answer a form that is wrong. Raises Http404 where what it names is not there."""
        if self.form.wrong_status == NOT_FOUND and not self.request.htmx:
            raise Http404
        return self.to_list()

    def refused(self, refusal: NeedsWhole | TooLong) -> HttpResponse:
        """Answer a question that cannot be asked of a result as large as this."""
        return self.to_list()

    def failed(self, failure: Failure) -> HttpResponse:
        """Answer where iSales or the database gave no rows."""
        return self.to_list()

    def answered(self, result: Result) -> HttpResponse:
        """Show a result."""
        raise NotImplementedError

    def logged(self, result: Result, response: HttpResponse) -> HttpResponse:
        """Record who looked, and return the response."""
        if response.status_code == OK:
            audit_trail.look(self.request, self.question, result)
        return response

    def to_list(self) -> HttpResponse:
        """Lead to the list of the same question."""
        return HttpResponseRedirect(f"{reverse('appoints:list')}?{self.request.GET.urlencode()}")

    @staticmethod
    def retried(response: HttpResponse, failure: Failure) -> HttpResponse:
        """Return a response that says when another try is worth it."""
        if failure.retry_after is not None:
            response["Retry-After"] = str(failure.retry_after)
        return response
