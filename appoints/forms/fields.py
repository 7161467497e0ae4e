"""Form fields for what an address can hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms.utils import flatatt
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appoints.query import presets
from appoints.query.lists import one, split, written
from appoints.query.parameters import LONGEST
from appoints.query.time_range import Bound, local, parse_bound
from dashboard.accounts.zone_names import zone_called

# Of characters that quotes would spell out; those that part words are none of these.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
MOST_NAMES = 10_000  # agents, or tasks, that one grant names
# What is meant for a time, but is no ISO 8601: seconds since 1970, millionths and billionths of
# one, digits of a day and a time, and words as in "now-1h".
SECONDS = re.compile(r"([0-9]{9,10})(?:[.,]([0-9]+))?")
FINER = re.compile(r"[0-9]{16}(?:[0-9]{3})?")
DIGITS = re.compile(r"(20[0-9]{6})([0-9]{4}(?:[0-9]{2})?)")
RELATIVE = re.compile(r"now|today|tomorrow|yesterday|[-+]?[0-9]+ *[smhdw]", re.IGNORECASE)
FIRST_YEAR, LAST_YEAR = 2000, 2100


class WordField(forms.Field):
    """One word, as an ID, in quotes where every character of it counts."""

    read = staticmethod(one)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validators=[MaxLengthValidator(LONGEST)], **kwargs)

    def to_python(self, value: str | None) -> str:
        text = (value or "").strip()
        if CONTROL.search(text):
            raise ValidationError(_("Control characters are not allowed here."))
        found = self.read(text)
        if text and not found:
            raise _impossible(found)
        return found


class WordsInput(forms.Textarea):
    """A box for a list, which an address may also repeat as a parameter."""

    offered: frozenset[str] = frozenset()  # words that stand beside it, each with a box to tick

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name) or ""]
        return "\n".join(values)

    def format_value(self, value: Any) -> str:
        text = "\n".join(value) if isinstance(value, list | tuple) else str(value or "")
        if not self.offered:
            return text
        return "\n".join(written(word) for word in split(text) if word not in self.offered)


class OneOf(forms.Select):
    """Django's own, drawn at once: it takes a template for each option, and two for the whole."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = self.format_value(value)
        options = [
            f'<option value="{escape(each)}"{" selected" if each in chosen else ""}>'
            f"{escape(str(words))}</option>"
            for each, words in _written(self.choices)
        ]
        own = flatatt(self.build_attrs(self.attrs, attrs))
        return SafeString(f'<select name="{escape(name)}"{own}>{"".join(options)}</select>')


class Boxes(forms.RadioSelect):
    """Django's own, drawn at once: it takes two templates for each box, and two for the whole."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = self.format_value(value)
        own = self.build_attrs(self.attrs, attrs)
        id_ = own.pop("id", "")
        start = f'<input type="{self.input_type}" name="{escape(name)}"'
        boxes = [
            f'<label class="check">{start} value="{escape(each)}"'
            f"{flatatt(own | self._mark(id_, number, each in chosen))}>"
            f" {escape(str(words))}</label>"
            for number, (each, words) in enumerate(_written(self.choices))
        ]
        return SafeString("\n".join(boxes))

    def _mark(self, id_: str, number: int, is_chosen: bool) -> dict[str, Any]:
        """Return the attributes of one box alone."""
        found: dict[str, Any] = {"id": f"{id_}_{number}"} if id_ else {}
        return found | ({"checked": True} if is_chosen else {})


def _written(choices: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield each choice with its value as text; None stands for none."""
    return (("" if value is None else str(value), words) for value, words in choices)


class ManyOf(Boxes, forms.CheckboxSelectMultiple):
    """Boxes of which several may be ticked."""


def _impossible(word: str) -> ValidationError:
    message = _("“%(word)s” is not possible here.")
    return ValidationError(message, params={"word": word[:LONGEST]})


class WordsField(forms.Field):
    """Several words, separated as in a pasted column or sentence; doubles count once.

    A word in quotes holds separators too, as ``written`` makes it.
    """

    widget = WordsInput

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most

    def to_python(self, value: str | None) -> tuple[str, ...]:
        text = value or ""
        if CONTROL.search(text):
            raise _impossible(next(word for word in split(text) if CONTROL.search(word)))
        return split(text)

    def run_validators(self, value: tuple[str, ...]) -> None:
        if len(value) > self.most:
            message = _("At most %(most)s are possible; there are %(count)s.")
            raise ValidationError(message, params={"most": self.most, "count": len(value)})
        for word in value:
            if not word or len(word) > LONGEST:
                raise _impossible(word)


class NamesField(WordsField):
    """Agents or tasks of a grant, as they are pasted; the empty list stands for all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(most=MOST_NAMES, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(written, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        found = list(super().clean(value))
        if value.strip() and not found:
            # A column of separators is a mistake, and must not give everything away.
            raise ValidationError(_("No name stands here. Leave it empty for all."))
        return found

    def has_changed(self, initial: list[str] | None, data: Any) -> bool:
        return super().has_changed(tuple(initial or ()), data)


class BoundInput(forms.DateTimeInput):
    """The browser's own picker, which takes ISO values in every language, and local ones only.

    What was mistyped stays as text.
    """

    input_type = "datetime-local"
    zone: ZoneInfo  # of the times that are shown
    end = False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        if shown and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{3})?)?", shown):
            context["widget"]["type"] = "text"
        return context

    def format_value(self, value: Any) -> str | None:
        if not value:
            return None
        try:
            shown = local(parse_bound(value), self.zone, end=self.end)
        except (ValueError, OverflowError):
            return str(value)
        if shown.microsecond:
            return shown.isoformat().removesuffix("000")
        return shown.isoformat(timespec="seconds" if shown.second else "minutes")


def _is_bound(text: str) -> bool:
    with suppress(ValueError):
        return bool(parse_bound(text))
    return False


def _spellings(text: str) -> Iterator[str]:
    """Yield how to write a bound, and first what was probably meant."""
    if seconds := SECONDS.fullmatch(text):
        milliseconds = seconds[1] + (seconds[2] or "").ljust(3, "0")[:3]
        yield gettext("A number must be milliseconds: %s.") % milliseconds
    elif FINER.fullmatch(text):
        yield gettext("A number must be milliseconds: %s.") % text[:13]
    elif (meant := DIGITS.sub(r"\1T\2", text.replace(".", ":"))) and _is_bound(meant):
        yield gettext("Write it like this: %s.") % meant
    elif text.lower() in presets.NAMES:
        yield (
            gettext("A range that moves with the clock has a name: %s.") % f"preset={text.lower()}"
        )
    elif RELATIVE.match(text):
        names = ", ".join(f"preset={name}" for name in presets.NAMES)
        yield gettext("A range that moves with the clock has a name: %s.") % names
    yield gettext("Give a day like 2026-01-31 or a time like 2026-01-31T09:30.")


class BoundField(forms.Field):
    """A day, or a time of day with or without its offset, in ISO 8601."""

    widget = BoundInput

    def to_python(self, value: str | None) -> Bound | None:
        if not value or not value.strip():
            return None
        try:
            bound = parse_bound(value)
        except ValueError as error:
            raise ValidationError(list(_spellings(value.strip()))) from error
        if not FIRST_YEAR <= bound.year <= LAST_YEAR:
            message = _("The year must lie between %(first)s and %(last)s.")
            raise ValidationError(message, params={"first": FIRST_YEAR, "last": LAST_YEAR})
        return bound


class ZoneField(forms.CharField):
    """An IANA time zone, by name."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if value:
            try:
                zone_called(value)
            except ValueError as error:
                message = _("There is no time zone of this name. Try one like Europe/Berlin.")
                raise ValidationError(message) from error
