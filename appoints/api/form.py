from __future__ import annotations

from dataclasses import replace

import django_filters

from appoints.forms.filterset import KINDS, AppointFilter
from appoints.query.filters import NAMES, PARAMETERS

MOST_PER_PAGE = 1000


class ApiFilter(AppointFilter):
    """The parameters of the list, with pages of any size that one answer may have."""

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        size = replace(PARAMETERS["per_page"], kind="count", most=MOST_PER_PAGE)
        field = KINDS[size.kind](size, label=size.label, min_value=1)
        return {**super().get_filters(), NAMES["per_page"]: field}
