"""Errors of the read API, all in one shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

ADDRESS = "/api/v1/"  # of what programs read
TYPE = "application/json"

Fields = Mapping[str, Sequence[str]]


def body(code: str, message: str, fields: Fields) -> str:
    """Return an error; ``fields`` say what is wrong with which parameter."""
    about = {"code": code, "message": message, "fields": fields}
    return json.dumps({"error": about}, ensure_ascii=False)


class ErrorsMiddleware:
    """Turn what is refused before the API is asked, or breaks, into its shape. Place it first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path_info.startswith(ADDRESS) and response.status_code >= HTTPStatus.BAD_REQUEST:
            assert isinstance(response, HttpResponse)
            _shape(response)
        return response


def _shape(response: HttpResponse) -> None:
    kind = response.headers.get("Content-Type", "")
    if kind.startswith(TYPE):
        return
    status = HTTPStatus(response.status_code)
    code = status.phrase.lower().replace(" ", "_").replace("-", "_")
    response.content = body(code, _message(response, kind, status), {}).encode()
    response["Content-Type"] = TYPE
    del response["Content-Encoding"]
    response["Content-Length"] = str(len(response.content))


def _message(response: HttpResponse, kind: str, status: HTTPStatus) -> str:
    if kind.startswith("text/plain"):
        return " ".join(response.content.decode().split())
    if status == HTTPStatus.NOT_FOUND:
        words, reference = _("No such page"), _("How programs read")
        return f"{words}. {reference}: {reverse('api:reference')}"
    return status.phrase
