"""Parts of a page that are values: those written alike look the same, and are drawn once."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import get_language

from appoints.display.html import size_of
from appoints.results.kept import kept_without_rows


class ValuePart:
    """A part that is drawn of its own fields alone, in a language; a frozen dataclass."""

    def drawn(self, draw: Callable[[], str]) -> str:
        """Return the part as HTML; ``draw`` is called where it is not kept."""
        # Not the value itself: equal moments may be written with different offsets.
        return kept_without_rows("value", draw, size_of, repr(self), get_language())
