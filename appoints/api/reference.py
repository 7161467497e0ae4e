"""The page that says how to read the API, made of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from appoints.api.document import document
from appoints.api.schemas import Schema
from appoints.display.context import Context
from dashboard.accounts.requests import SignedInRequest


class ReferenceLine(NamedTuple):
    """A name with its words, and what it may be."""

    name: str
    words: str
    possible: str = ""


@dataclass(frozen=True, kw_only=True)
class ReferenceContext(Context):
    """The addresses of the API, whole, with their parameters, columns and statuses."""

    template = "appoints/api.html"

    addresses: Sequence[ReferenceLine]
    parameters: Sequence[ReferenceLine]
    columns: Sequence[ReferenceLine]
    statuses: Sequence[ReferenceLine]


@require_safe
def reference(request: SignedInRequest) -> HttpResponse:
    """Show how to read the API."""
    found = document()
    operations = [(path, each["get"]) for path, each in found["paths"].items()]
    _path, first = operations[0]
    row = found["components"]["schemas"]["row"]["properties"]
    return ReferenceContext(
        addresses=[
            ReferenceLine(request.build_absolute_uri(path), each["summary"])
            for path, each in operations
        ],
        parameters=[
            ReferenceLine(each["name"], each["description"], possible(each["schema"]))
            for each in first["parameters"]
        ],
        columns=[ReferenceLine(name, each["description"]) for name, each in row.items()],
        statuses=[
            ReferenceLine(status, each["description"])
            for status, each in first["responses"].items()
        ],
    ).response(request)


def possible(schema: Schema) -> str:
    """Return in words what a parameter may be."""
    if schema["type"] == "array":
        return _("%s; repeatable") % possible(schema["items"])
    if schema["type"] == "integer":
        return f"{schema['minimum']}–{schema['maximum']}"
    if "enum" in schema:
        return ", ".join(schema["enum"])
    return _("text")
