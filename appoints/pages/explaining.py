"""The pages that say themselves what is wrong with a question; all others lead to the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from django.http import HttpResponse
from django_htmx.http import HttpResponseClientRefresh

from appoints.connections.models import Connection
from appoints.display.controls import Controls
from appoints.display.intervals import INTERVALS
from appoints.display.limits import limits
from appoints.display.preset_links import PresetLinks
from appoints.pages.base import ResultView
from appoints.pages.contexts import ListContext, NoConnectionContext
from appoints.query.query import BLANK
from appoints.results.result import Result
from appoints.saved_views.menu import view_menu_of
from dashboard.accounts.administrators import administrators
from dashboard.accounts.models import Team

FORM_ONLY = frozenset({"csrfmiddlewaretoken"})
REFRESH = "refresh"  # of the link by which a person asks for newer rows; no part of an address


class ExplainingView(ResultView):
    """A page that shows a wrong form itself, and says how to connect a call centre.

    ``own_parameters`` are those of its address that ask for no rows.
    """

    context: ClassVar[type[ListContext]] = ListContext
    own_parameters: ClassVar[frozenset[str]] = frozenset()

    def without_connection(self, status: int = 200) -> HttpResponse:
        """Say how to connect a call centre, or whom to ask."""
        if self.request.htmx:
            # The grant was taken away while the page stood.
            return HttpResponseClientRefresh()
        active = Connection.objects.filter(active=True).exists()
        return NoConnectionContext(
            dormant=not active and Connection.objects.exists(),
            ungranted=active,
            teamless=not Team.objects.of(self.request.user).exists(),
            administrators=administrators(),
        ).response(self.request, status)

    def invalid(self) -> HttpResponse:
        return self.wrong_form()

    def wrong_form(self, context: ListContext | None = None) -> HttpResponse:
        """Show what was typed, with the errors beside the fields."""
        if self.request.htmx:
            # The form is not in the part that refreshes itself.
            return HttpResponseClientRefresh()
        if context is None:
            view_menu = view_menu_of(
                self.request.user, self.scope, self.form.form.data.get("view", "")
            )
            context = replace(self.base_context(), view_menu=view_menu)
        return context.response(self.request, self.form.wrong_status)

    def base_context(self) -> ListContext:
        """Return the context of any form, right or wrong, without an answer."""
        form = self.form
        return self.context(
            form=form.form,
            connections=self.scope.connections,
            unknown=form.unknown(FORM_ONLY | {REFRESH} | self.own_parameters),
            zone=form.zone,
            # Of a form that is wrong only the way out is offered.
            preset_links=PresetLinks(BLANK),
            controls=Controls(form=form.form, place=self.request.path),
            intervals=INTERVALS,
            limits=limits(self.scope),
        )

    def controls(
        self, result: Result, tasks: Mapping[str, str], reasons: Mapping[str, str]
    ) -> Controls:
        """Return the fields and menus over a result, kept with one that is whole."""
        return Controls(
            form=self.form.form,
            query=self.question.query,
            counted=result.facets or {},
            tasks=tasks,
            reasons=reasons,
            place=self.request.path,
            keep=result.selection.made if result.is_whole else None,
        )
