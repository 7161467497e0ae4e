"""Storing what one person keeps so many of at the most, each by a name of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

if TYPE_CHECKING:  # Django's own classes take type arguments in their stubs only
    from django.forms import BaseModelForm
    from django.utils.functional import Promise


class NoRoom(Exception):
    """The person keeps as many as one can, which the text says."""


def stored(form: BaseModelForm[Any], same_name: str | Promise) -> bool:
    """Store what a valid form is of; otherwise the form knows what is wrong."""
    if not form.is_valid():
        return False
    try:
        form.save()
    except IntegrityError:  # the same form was sent twice at once
        form.add_error("name", str(same_name))
        return False
    except NoRoom as full:
        form.add_error("name", str(full))
        return False
    return True
