"""Typed contexts: a template gets the fields of one dataclass, and no other name."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

from django.http import HttpResponse
from django.shortcuts import render

from dashboard.accounts.requests import SignedInRequest


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a template shows: its fields are the names that the template uses.

    ``template`` is the page; ``fragment`` is the part of it that a refresh by htmx swaps in.
    Context processors add request, user, perms and messages.
    """

    template: ClassVar[str]
    fragment: ClassVar[str] = ""

    def response(self, request: SignedInRequest, status: int = 200) -> HttpResponse:
        """Return the page, or its fragment where htmx asks for one.

        htmx swaps in only a fragment with status 200; a page says by its status what is wrong.
        """
        names = {field.name: getattr(self, field.name) for field in fields(self)}
        if self.fragment and request.htmx:
            return render(request, self.fragment, names)
        return render(request, self.template, names, status=status)
