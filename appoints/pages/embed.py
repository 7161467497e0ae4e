"""The list in a portal's frame."""

from __future__ import annotations

import re
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django_htmx.http import HttpResponseClientRefresh

from appoints.pages.contexts import SignedOutFrameContext
from appoints.pages.list import ListPage

# The links of the list itself begin with a question mark.
OUTWARD = re.compile(rb'<a (?=[^>]*\bhref="[^?#])')
FORBIDDEN = 403


@method_decorator(login_not_required, name="dispatch")
class EmbedPage(ListPage):
    """The list without filters and menus; whatever leads elsewhere opens in a tab of its own."""

    http_method_names = ["get", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer in frames of the portals that are named; without any there is no such page."""
        if not settings.FRAME_ANCESTORS:
            raise Http404
        self.request.is_framed = True
        known = request.user.is_authenticated
        response: Any = super().dispatch(request, *args, **kwargs) if known else self._signed_out()
        response.content = OUTWARD.sub(b'<a target="_blank" rel="noopener" ', response.content)
        return cast(HttpResponse, response)

    def _signed_out(self) -> HttpResponse:
        """Say that the browser sends no sign-in; a refresh leads to the same page."""
        if self.request.htmx:
            return HttpResponseClientRefresh()
        address = self.request.GET.urlencode()
        return SignedOutFrameContext(address=address).response(self.request, FORBIDDEN)
