"""A release of iSales that does not list reserved calls yet, recognised by its answer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from appoints.isales import codes
from appoints.isales.errors import FetchError, Refused, UnexpectedAnswer

NOT_KNOWN_THERE = frozenset({400, 404})  # what a release without reservations answers
OLD_RELEASE = gettext_lazy(
    "iSales lists reserved calls since release 25.200.0 (June 2025); an older one answers like"
    " this. So does a wrong port: 28080 is usual on premises, 28050 on the hosted service."
)


def is_old_release(error: FetchError) -> bool:
    """Tell whether a release without reserved calls would answer like this."""
    if isinstance(error, Refused):
        return error.status in NOT_KNOWN_THERE and error.code not in codes.RESULT_CODES
    return isinstance(error, UnexpectedAnswer) and error.status in NOT_KNOWN_THERE
