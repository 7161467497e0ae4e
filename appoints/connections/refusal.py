"""What a refusal of iSales says, and what to do about it."""

from __future__ import annotations

from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appoints.connections.old_release import OLD_RELEASE, is_old_release
from appoints.isales import codes
from appoints.isales.errors import Refused

TRY_AGAIN = gettext_lazy("Try again in a minute. If it stays, show this to whoever runs iSales.")

FixedBy = Literal["time", "connection", "filters"]


def said(error: Refused) -> str:
    """Return our words for its code, and iSales' own."""
    words = (
        _(error.words).capitalize() + "." if error.words else "",
        _("iSales says: “%s”.") % error.description if error.description else "",
    )
    return " ".join(each for each in words if each)


def hint(error: Refused) -> tuple[str | Promise, FixedBy]:
    """Return what to do about its code, and what has to change."""
    if error.code in codes.PAGE_TOO_LARGE:
        words = _("Change the filters. If even the first page is refused, try a page limit of 50.")
        return words, "filters"
    if error.code == codes.DATABASE_FAILED:
        return TRY_AGAIN, "time"
    if is_old_release(error):
        return OLD_RELEASE, "connection"
    return _("Change the filters. If it stays, show this to whoever runs iSales."), "filters"
