"""What the templates of one reservation show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

from appoints.connections.models import Connection
from appoints.display.attempts import Attempts
from appoints.display.call_again import CallAgain
from appoints.display.clock import Clock
from appoints.display.context import Context
from appoints.display.detail import Detail
from appoints.display.related import Neighbours, Others
from appoints.forms.reveal import RevealForm
from appoints.pages.contexts import Failed
from appoints.results.result import Result


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """The reservation is at hand; ``left_out`` says that the filters of the list leave it out.

    ``reveal_form`` asks for its number in full; None where it is seen already or may not be.
    """

    template: ClassVar[str] = "appoints/_reservation.html"
    again: ClassVar[int] = 0
    result: Result
    detail: Detail
    clock: Clock
    others: Others
    attempts: Attempts
    call_again: CallAgain
    left_out: bool
    reveal_form: RevealForm | None


@dataclass(frozen=True, kw_only=True)
class NotYet:
    """Rows are still coming, and the reservation is not among them so far.

    ``waiting`` counts the results that are loaded before this one, None once it is loading;
    ``again`` is the seconds after which the page asks again.
    """

    template: ClassVar[str] = "appoints/_not_yet.html"
    again: ClassVar[int] = 2
    waiting: int | None


@dataclass(frozen=True, kw_only=True)
class NotFound:
    """The reservation is not among the rows; ``is_browsing`` where they are one page of many."""

    template: ClassVar[str] = "appoints/_not_found.html"
    again: ClassVar[int] = 0
    is_browsing: bool


@dataclass(frozen=True, kw_only=True)
class DetailContext(Context):
    """One reservation, or why it is not at hand; ``place`` is its position in the list."""

    template = "appoints/detail.html"

    appoint_id: str
    unknown: Sequence[str]
    connection: Connection
    zone: ZoneInfo
    address: str
    cleared: str
    place: Neighbours | None
    answer: Reservation | NotYet | NotFound | Failed


@dataclass(frozen=True, kw_only=True)
class RevealContext(Context):
    """The ``number`` of a reservation in full; empty where ``problem`` or the form says why not."""

    template = "appoints/reveal.html"

    appoint_id: str
    address: str
    form: RevealForm
    number: str
    problem: str | Promise
