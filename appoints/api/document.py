"""The OpenAPI document of the read API."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from appoints.api import errors, schemas
from appoints.api.base import AS_OF, TokenView
from appoints.api.schemas import Schema
from appoints.pages.insight.section import Section
from appoints.pages.insight.sections import SECTIONS

ALWAYS = {"required": True}  # of a header
HEADERS: Mapping[str, Schema] = {
    "X-Total-Count": {"schema": schemas.COUNT, **ALWAYS},
    "X-Data-As-Of": {"schema": schemas.MOMENT, **ALWAYS},
    "X-Numbers": {"schema": {**schemas.TEXT, "enum": ["full", "masked"]}, **ALWAYS},
    "ETag": {"schema": schemas.TEXT, **ALWAYS},
}
TO_THE_NEXT_PAGE: Mapping[str, Schema] = {"Link": {"schema": schemas.TEXT}}
OF_REFUSALS: Mapping[int, Mapping[str, Schema]] = {
    401: {"WWW-Authenticate": {"schema": schemas.TEXT, **ALWAYS}},
    429: {"Retry-After": {"schema": schemas.COUNT, **ALWAYS}},
    # Not where somebody has to correct the connection first.
    503: {"Retry-After": {"schema": schemas.COUNT}},
}
NOT_JSON = (304, 414)  # no body, and a page of gunicorn’s own
OF_ANY_TOKEN = (401, 403, 429)  # refusals of who asks, whatever is asked


class DocumentView(TokenView):
    def told(self) -> HttpResponse:
        # A saved document still says where the API is.
        servers = [{"url": self.request.build_absolute_uri("/")}]
        return JsonResponse({**document(), "servers": servers})


def document() -> Schema:
    """Return the document, in the language of whoever reads it."""
    return {
        "openapi": "3.1.0",
        "info": {"title": _("Reserved calls"), "version": "1"},
        "security": [{"token": []}],
        "paths": {
            **{reverse(f"api:{each['operationId']}"): {"get": each} for each in _operations()},
            **{
                reverse("api:insight", args=[each.name]): {"get": _section(each)}
                for each in SECTIONS.values()
            },
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "appoints": schemas.rows(),
                "summary": schemas.summary(),
                "row": schemas.row(),
                **{_schema_of(each): schemas.insight(each.line) for each in SECTIONS.values()},
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
        414: _("This list is too long for an address: take fewer."),
        422: _("These are too many rows: narrow the range."),
        429: _("Too many requests in this minute; Retry-After says when to go on."),
        502: _("iSales refused, or gave an answer whose counts differ."),
        503: _(
            "The rows are still being loaded, or iSales rests; Retry-After says how long to wait."
        ),
        504: _("iSales did not answer."),
    }


def _operations() -> list[Schema]:
    """Return what can be asked; each is called like its address."""
    return [
        _operation("appoints", _("One page of the rows"), {**HEADERS, **TO_THE_NEXT_PAGE}),
        _operation("summary", _("How many rows each choice has"), HEADERS),
        _own(),
    ]


def _schema_of(section: type[Section]) -> str:
    return f"insight-{section.name}"


def _section(section: type[Section]) -> Schema:
    """Return how the lines of a section of Insight are read."""
    words = _("Insight: %s") % section.title
    own = [{"name": name, "in": "query", **each} for name, each in schemas.of_insight().items()]
    return {
        "operationId": _schema_of(section),
        "summary": words,
        "parameters": [*schemas.parameters(), *own],
        "responses": {"200": _answer(words, _schema_of(section), HEADERS), **_refusals()},
    }


def _own() -> Schema:
    """Return how this document itself is read."""
    words = _("This page as an OpenAPI document")
    content = {errors.TYPE: {"schema": {"type": "object", "required": ["openapi", "paths"]}}}
    refusals = {status: each for status, each in _refusals().items() if int(status) in OF_ANY_TOKEN}
    return {
        "operationId": "document",
        "summary": words,
        "responses": {"200": {"description": words, "content": content}, **refusals},
    }


def _operation(name: str, words: str, headers: Mapping[str, Schema]) -> Schema:
    pinned = {
        "name": AS_OF,
        "in": "query",
        "description": _("The as_of of an earlier answer: just its rows again, or 410"),
        "schema": schemas.MOMENT,
    }
    return {
        "operationId": name,
        "summary": words,
        "parameters": [*schemas.parameters(), pinned],
        "responses": {"200": _answer(words, name, headers), **_refusals()},
    }


def _refusals() -> Schema:
    found = {
        str(status): _answer(text, "error", OF_REFUSALS.get(status, {}))
        for status, text in statuses().items()
    }
    for status in NOT_JSON:
        found[str(status)].pop("content")
    return found


def _answer(words: str, schema: str, headers: Mapping[str, Schema]) -> Schema:
    return {
        "description": words,
        "content": {errors.TYPE: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
        "headers": dict(headers),
    }
