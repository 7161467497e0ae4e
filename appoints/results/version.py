"""The version of an answer: the same for two looks that would be shown the same."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.crypto import salted_hmac

from appoints.access.scope import Visibility
from appoints.results.found import Found


class Unchanged(Exception):
    """The answer is of the version that the asker has."""


def version_of(found: Iterable[Found], visible: Visibility, *question: object) -> str:
    """Return the version of what was found for a question, within what a person may see.

    ``question`` is all else that the answer depends on; each part tells all of it by its repr. The
    hash is keyed: whose numbers are masked could else try numbers until one has the version.
    That newer rows are coming changes nothing before they have come. After a restored backup,
    another snapshot may have an ID that one had before.
    """
    progress = [
        (held.pk, str(held.created), held.status, held.lease, held.received, repr(error))
        for held, error, _ in found
    ]
    parts = sorted((sorted(part.agents), sorted(part.tasks)) for part in visible.row_filter.parts)
    told = repr((progress, parts, visible.masked, question))
    return salted_hmac("results.version", told, algorithm="sha256").hexdigest()[:32]
