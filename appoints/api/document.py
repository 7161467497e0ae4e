"""The OpenAPI document of the read API."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from appoints.api import schemas
from appoints.api.base import AS_OF, TokenView
from appoints.api.schemas import Schema

HEADERS = ("X-Total-Count", "X-Data-As-Of", "X-Numbers", "ETag")


class DocumentView(TokenView):
    def told(self) -> HttpResponse:
        return JsonResponse(document())


def document() -> Schema:
    """Return the document, in the language of whoever reads it."""
    return {
        "openapi": "3.1.0",
        "info": {"title": _("Reserved calls"), "version": "1"},
        "security": [{"token": []}],
        "paths": {
            reverse("api:appoints"): {"get": _operation("appoints", _("One page of the rows"))},
            reverse("api:summary"): {
                "get": _operation("summary", _("How many rows each choice has"))
            },
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "appoints": schemas.rows(),
                "summary": schemas.summary(),
                "row": schemas.row(),
                "error": schemas.error(),
            },
        },
    }


def statuses() -> dict[int, str]:
    """Return when which status but 200 comes."""
    return {
        304: _("The same as the answer whose ETag was sent as If-None-Match."),
        400: _("A parameter is unknown or wrong; “fields” says which."),
        401: _("The token is missing, unknown, revoked or over, or its person inactive."),
        403: _("The token is not good from this address."),
        404: _("There is no such connection or list for the person of the token."),
        410: _("The rows of “as_of” are not stored any more: begin with the first page again."),
        422: _("These are too many rows: narrow the range."),
        429: _("Too many requests in this minute; Retry-After says when to go on."),
        502: _("iSales refused, or gave an answer whose counts differ."),
        503: _(
            "The rows are still being loaded, or iSales rests; Retry-After says how long to wait."
        ),
        504: _("iSales did not answer."),
    }


def _operation(name: str, words: str) -> dict[str, Any]:
    pinned = {
        "name": AS_OF,
        "in": "query",
        "description": _("The as_of of an earlier answer: just its rows again, or 410"),
        "schema": schemas.MOMENT,
    }
    refusals = {str(status): _answer(text, "error") for status, text in statuses().items()}
    refusals["304"].pop("content")
    headers = {name: {"schema": schemas.TEXT} for name in HEADERS}
    return {
        "operationId": name,
        "summary": words,
        "parameters": [*schemas.parameters(), pinned],
        "responses": {"200": {**_answer(words, name), "headers": headers}, **refusals},
    }


def _answer(words: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": words, "content": content}
