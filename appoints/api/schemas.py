"""JSON Schema of parameters and answers, from the declarations of filters and columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from appoints.api.form import MOST_PER_PAGE, ApiFilter
from appoints.display.dictionary import dictionary
from appoints.insight.line import FigureLine, columns
from appoints.query.columns import COLUMNS, FILE_COLUMNS, Kind
from appoints.query.filters import FILTERS, PARAMETERS
from appoints.query.parameters import LONGEST, Parameter
from appoints.query.query import STATES

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NONE: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
FROM_ONE: Schema = {"type": "integer", "minimum": 1}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
OF_KIND: Mapping[Kind, Schema] = {
    "time": {**TEXT_OR_NONE, "format": "date-time"},
    "flag": {"type": ["boolean", "null"]},
    "count": {"type": ["integer", "null"]},
}
# Of a column of figures, which may be empty; lengths of time are seconds.
OF_FIGURE: Mapping[type, Schema] = {
    str: TEXT_OR_NONE,
    int: {"type": ["integer", "null"]},
    float: {"type": ["number", "null"]},
    timedelta: {"type": ["number", "null"]},
    bool: {"type": ["boolean", "null"]},
    datetime: {**TEXT_OR_NONE, "format": "date-time"},
}
LIMITED = ("choice", "choices", "count", "flag")  # kinds that are no text of one's own
# By the name of a filter's argument.
BOUNDS = {"min_value": "minimum", "max_value": "maximum", "max_length": "maxLength"}


def parameters() -> list[Schema]:
    """Return every parameter that an address of the list may have."""
    return [_parameter(each) for each in PARAMETERS.values()]


def _parameter(parameter: Parameter) -> Schema:
    found = {"name": parameter.name, "in": "query", "description": str(parameter.label)}
    # As if it were not given; the others are texts, and one text is empty.
    empty = {"allowEmptyValue": True} if parameter.kind in LIMITED else {}
    return {**found, **empty, "schema": _of_parameter(parameter)}


def _of_parameter(parameter: Parameter) -> Schema:
    """Return what a parameter may be, as the form takes it."""
    extra = ApiFilter.base_filters[parameter.name].extra
    bounds = {BOUNDS[name]: extra[name] for name in BOUNDS if name in extra}
    if "max_value" in extra:
        return {"type": "integer", **bounds}
    if parameter.kind == "words":
        # Each may be a list in itself; how many there are is known once they are split.
        return {"type": "array", "items": TEXT}
    one: Schema = {**TEXT, "maxLength": LONGEST, **bounds}
    if parameter.is_choice or parameter.kind == "flag":
        one = {**TEXT, "enum": [value for value, _words in extra["choices"]()]}
    return {"type": "array", "items": one} if parameter.is_repeatable else one


def row() -> Schema:
    """Return what a row holds: the columns of files."""
    words = dict(dictionary())
    return _object(
        {name: {**_of_column(name), "description": words[name]} for name in FILE_COLUMNS}
    )


def _of_column(name: str) -> Schema:
    if name == "state":
        return {**TEXT, "enum": list(STATES)}
    return OF_KIND.get(COLUMNS[name].kind, TEXT_OR_NONE)


def rows() -> Schema:
    """Return what an answer with a page of rows holds."""
    page = {
        "type": "array",
        "maxItems": MOST_PER_PAGE,
        "items": {"$ref": "#/components/schemas/row"},
    }
    return _object({**_about(), "page": FROM_ONE, "pages": FROM_ONE, "rows": page})


def summary() -> Schema:
    """Return what an answer with numbers of rows holds."""
    line = _object({"value": TEXT_OR_NONE, "name": TEXT_OR_NONE, "rows": COUNT})
    counted = [each.name for each in FILTERS.values() if each.is_counted]
    lines = {"type": "array", "items": line}
    return _object({**_about(), "counts": _object(dict.fromkeys(counted, lines))})


def insight(line: type[FigureLine]) -> Schema:
    """Return what an answer with the lines of a section of Insight holds."""
    found = {name: OF_FIGURE[kind] for name, kind in columns(line).items()}
    return _object({**_about(), "rows": {"type": "array", "items": _object(found)}})


def of_insight() -> Mapping[str, Schema]:
    """Return the parameters that only Insight has."""
    return {
        "working": {
            "description": _("Delays in working hours"),
            "schema": {**TEXT, "enum": ["1"]},
            "allowEmptyValue": True,
        },
        "day": {
            "description": _("Day of the lanes"),
            "schema": {**TEXT, "format": "date"},
            "allowEmptyValue": True,
        },
    }


def error() -> Schema:
    """Return what every refusal holds."""
    fields = {"type": "object", "additionalProperties": {"type": "array", "items": TEXT}}
    return _object({"error": _object({"code": TEXT, "message": TEXT, "fields": fields})})


def _about() -> Mapping[str, Schema]:
    return {
        "connection": TEXT,
        "as_of": {**MOMENT, "description": _("when the oldest row was fetched")},
        "zone": {**TEXT, "description": _("the time zone of all times")},
        "total": {**COUNT, "description": _("rows of all pages")},
        "masked": {**FLAG, "description": _("whether the numbers are masked")},
    }


def _object(properties: Mapping[str, Schema]) -> Schema:
    """Return an object that has just these properties."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
