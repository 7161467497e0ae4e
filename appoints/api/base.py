"""What every answer of the read API has in common."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.translation import get_language_from_request
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from appoints.api import errors
from appoints.api.authentication import ApiRequest, Unauthorised, authenticated
from appoints.api.form import ApiFilter
from appoints.pages import audit_trail
from appoints.pages.refusals import Refusal
from appoints.pages.whole import WholeAnswer
from appoints.query.time_range import moment, parse_bound
from appoints.results.pinned import Gone
from appoints.results.result import Result
from dashboard.accounts.models import Preferences

AS_OF = "as_of"


# No page of another site can send the token, so that nothing else has to be proved.
@method_decorator([login_not_required, csrf_exempt], name="dispatch")
class TokenView(View):
    """Answers the person of a token; who is signed in in a browser counts for nothing here."""

    http_method_names = ["get", "head"]
    request: ApiRequest

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Answer in the language of the token's person."""
        try:
            token = authenticated(request)
        except Unauthorised as error:
            return refused(error.why)
        self.request.token, self.request.user = token, token.person
        own = self.request.preferences = Preferences.of(token.person)
        known = own.language in dict(settings.LANGUAGES)
        with translation.override(own.language if known else get_language_from_request(request)):
            return self.told()

    def told(self) -> HttpResponse:
        """Answer whoever may read."""
        raise NotImplementedError


class ApiAnswer(TokenView, WholeAnswer):
    """Every row of a question, as JSON; ``as_of`` asks for those of an earlier answer."""

    request: ApiRequest
    filterset = ApiFilter
    own_parameters = frozenset({AS_OF})
    pinned: datetime | None = None

    def told(self) -> HttpResponse:
        return WholeAnswer.get(self, self.request)

    def refusal(self, why: Refusal) -> HttpResponse:
        return refused(why)

    def wrong_own(self) -> dict[str, list[str]]:
        given = set(self.request.GET.getlist(AS_OF))
        if not given:
            return {}
        with suppress(ValueError):
            [text] = given
            self.pinned = moment(parse_bound(text), self.form.zone)
            return {}
        return {AS_OF: [_("Give it as an earlier answer says it.")]}

    def ask(self) -> Result:
        """Return the rows of an earlier answer, else what is at hand within a file's time.

        A range that moves with the clock is that of a moment when the rows were there: the next
        pages find it so.
        """
        if self.pinned:
            self.question = self.question.not_before(self.pinned)
            return self.question.ask_as_of(self.pinned)
        result = super().ask()
        while self.question.query.preset and result.as_of and result.as_of > self.question.now:
            self.question = self.question.not_before(result.as_of)
            result = self.question.ask(wait=0)
        return result

    def respond(self) -> HttpResponse:
        """Answer 304 where the program has the same already; the log knows of it all the same."""
        try:
            response = super().respond()
        except Gone:
            return refused(gone())
        if response.status_code != HTTPStatus.OK:
            return response
        etag = f'"{sha256(response.content).hexdigest()[:32]}"'
        response["ETag"] = etag
        return get_conditional_response(self.request, etag, response=response) or response

    def json(self, body: bytes, result: Result) -> HttpResponse:
        """Return an answer, with what it is of in its headers."""
        headers = {
            "X-Total-Count": str(result.total),
            "X-Data-As-Of": self.exact_as_of(result),
            "X-Numbers": "masked" if self.scope.masked else "full",
        }
        return HttpResponse(body, content_type=errors.TYPE, headers=headers)

    def exact_as_of(self, result: Result) -> str:
        """Return the moment to give as ``as_of``."""
        moment = result.moment or self.question.now
        return moment.astimezone(self.question.zone).isoformat(timespec="microseconds")

    def about(self, result: Result) -> dict[str, object]:
        """Return what every answer says of itself."""
        return {
            "connection": self.question.connection.slug,
            "as_of": self.exact_as_of(result),
            "zone": self.question.zone.key,
            "total": result.total,
            "masked": self.scope.masked,
        }

    def logged(self, result: Result, response: HttpResponse) -> HttpResponse:
        if response.status_code == HTTPStatus.OK:
            audit_trail.program(self.request, self.question, result, str(self.request.token))
        return response


def gone() -> Refusal:
    """Refuse rows that are replaced by newer ones."""
    lines = [
        _("These rows are not stored any more, or the range has moved on since."),
        _("Begin again with the first page, without as_of, and follow the links to the next."),
    ]
    return Refusal(HTTPStatus.GONE, "gone", lines)


def refused(why: Refusal) -> HttpResponse:
    """Return a refusal in the shape of all errors."""
    body = errors.body(why.code, " ".join(why.lines), why.fields)
    response = HttpResponse(body, status=why.status, content_type=errors.TYPE)
    if why.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    if why.retry_after is not None:
        response["Retry-After"] = str(why.retry_after)
    return response
