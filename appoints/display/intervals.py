"""How often a page may refresh itself, in words, by seconds."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

INTERVALS: Mapping[int, str | Promise] = {
    30: _("every 30 s"),
    60: _("every minute"),
    300: _("every 5 min"),
}
