"""Every choice of one filter, where a menu shows the most frequent ones."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from appoints.connections import lookups
from appoints.display.filter_menus import MENUS, filter_menu, offered
from appoints.pages.base import ResultView
from appoints.pages.contexts import ChoicesContext
from appoints.results.result import Result

# By the parameter that a link knows, and by the field that it fills.
FIELDS = {each.name: field for field, each in MENUS.items()} | {field: field for field in MENUS}


class ChoicesPage(ResultView):
    """Every choice of a filter with its count; what cannot be counted, the list explains."""

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Answer for a filter that has choices."""
        if kwargs["name"] not in FIELDS:
            raise Http404
        return super().get(request, **kwargs)

    def answered(self, result: Result) -> HttpResponse:
        if result.facets is None:
            return self.to_list()
        name, query = FIELDS[self.kwargs["name"]], self.question.query
        reasons = lookups.reasons(self.question.connection, ask=result.error is None)
        menu = filter_menu(name, result.facets[name], query, reasons, None)
        self.form.form.offer(offered([menu]))
        return ChoicesContext(
            menu=menu,
            form=self.form.form,
            address=query.urlencode(),
            rest=list(query.but(**{name: type(getattr(query, name))()}).params()),
        ).response(self.request)
