"""What a parameter of an address is, and what a filter is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from appoints.query.columns import COLUMNS, Words

# What a parameter holds. It decides its field in the form, its comparison and its chip.
Kind = Literal[
    "choice", "choices", "connection", "count", "flag", "number", "text", "time", "word", "words",
    "zone",
]  # fmt: skip


LONGEST = 500  # characters of a number, an ID or a code; an address holds one of any alphabet


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of an address, and its field in the form.

    ``name`` is that in addresses. ``choices`` are the possible values and their words. iSales
    knows nothing of a parameter that ``needs_whole``, so that every row must be at hand.
    ``in_more_filters`` places the field among "More filters". ``most`` bounds a number, a text, or
    how many words. ``one_list`` writes several words as one parameter instead of one each.
    """

    name: str
    label: Words
    kind: Kind
    choices: Mapping[str, Words] = field(default_factory=dict)
    needs_whole: bool = False
    in_more_filters: bool = False
    is_hidden: bool = False
    most: int = 100
    one_list: bool = False

    @property
    def is_choice(self) -> bool:
        """Whether only the values with words are possible."""
        return self.kind in ("choice", "choices")

    @property
    def is_repeatable(self) -> bool:
        """Whether an address may give it several times."""
        return self.kind in ("choices", "words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(Parameter):
    """A parameter that leaves out rows by what a column of the frame holds.

    ``chip`` says in words that the filter is in force, ``%s`` stands for the value; a choice needs
    none. ``without`` says so of rows that hold nothing; where it is empty, nobody can ask for them.
    ``menu`` is the heading of the menu that counts its values, the lightest ``menu_weight`` first.
    """

    column: str = ""
    needs_whole: bool = True
    in_more_filters: bool = True
    chip: Words = ""
    without: Words = ""
    menu: Words = ""
    menu_weight: int = 0

    @property
    def words(self) -> Mapping[str, Words]:
        """The possible values and their words, which a column of codes declares."""
        return self.choices or COLUMNS[self.column].codes

    @property
    def is_counted(self) -> bool:
        """Whether the rows of each value are counted."""
        return bool(self.column) and self.kind not in ("number", "text")

    def can_be(self, value: str | None) -> bool:
        """Tell whether an address can ask for a value; None is for rows that have none."""
        if value is None:
            return bool(self.without)
        if self.kind == "flag":
            return value == "true"
        if self.is_choice:
            return value in self.words
        if self.kind == "text":
            return 0 < len(value) <= self.most and "\0" not in value
        return 0 < len(value) <= LONGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class OfClock(Filter):
    """A filter by the hour or the weekday of a time, in the zone of the view, or by working hours.

    Links ask for it, and a chip takes it back; the form only keeps it.
    """

    kind: Kind = "choices"
    in_more_filters: bool = False
    is_hidden: bool = True
