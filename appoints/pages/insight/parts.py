"""A section with its rows, or why there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.http import urlencode

from appoints.connections.failures import failure_of
from appoints.display.chips import chips
from appoints.display.clock import clock_of
from appoints.display.insight.figures import rows_link
from appoints.forms.bind import Question
from appoints.isales.errors import FetchError
from appoints.pages.freshness import days_in_words, stale
from appoints.pages.insight.contexts import SectionPart
from appoints.pages.insight.section import FigureOptions, Section
from appoints.query.time_range import EPOCH, Window
from appoints.results.passthrough import TooLong
from appoints.results.result import NeedsWhole, Result

POLL = 2  # seconds between two looks at rows that are being loaded

Found = dict[str, Result]


def own_parameters(options: FigureOptions) -> str:
    """Return the end of an address that says the options, as far as they are none by themselves."""
    given = {
        **({"working": "1"} if options.working else {}),
        **({"day": options.day.isoformat()} if options.day else {}),
        **({"first": str(options.first)} if options.first > 1 else {}),
    }
    return f"&{urlencode(given)}" if given else ""


def empty_part(section: Section, asked: Question, *, may_export: bool) -> SectionPart:
    """Return a section before anything is asked; ``asked`` is the question of the page."""
    address = f"{asked.query.urlencode()}{own_parameters(section.options)}"
    left_out = asked.query.leaving_out(
        *(name for name in section.leaves_out if name not in section.hides_left_out)
    )
    kept = {chip.text for chip in chips(left_out, asked.zone)}
    gone = [chip.text for chip in chips(asked.query, asked.zone) if chip.text not in kept]
    file = f"{reverse('insight:csv', args=[section.name])}?{address}"
    return SectionPart(
        name=section.name,
        title=section.title,
        about=section.about,
        address=f"{reverse('insight:section', args=[section.name])}?{address}",
        file=file if may_export else "",
        left_out=", ".join(gone),
    )


def filled(part: SectionPart, section: Section, found: Mapping[str, Result]) -> SectionPart:
    """Return a section with the figures of its rows, where all of them are at hand."""
    needed = [found[name] for name in section.needed]
    # What is not whole decides; else what is oldest.
    main = next((each for each in needed if not each.is_whole), needed[0])
    wrong = next((each for each in needed if each.error), main)
    waits = any(each.is_loading for each in found.values())
    part = replace(
        part,
        result=main,
        rows=rows_link(main.total, section.question.query),
        too_many=any(each.is_browsing for each in needed),
        stale=stale(wrong, section.question.zone),
        behind=days_in_words(_behind(needed), section.question.zone),
        clock=clock_of(section.question, main.as_of, []),
        poll=POLL if waits else 0,
    )
    if all(each.is_whole for each in needed):
        part = replace(part, figures=section.shown(found))
    return part


def _behind(results: Sequence[Result]) -> list[Window]:
    """Return the windows that lack calls which moved there, each once, by time."""
    found = {window for each in results for window in each.behind}
    return sorted(found, key=lambda window: window.begin or EPOCH)


def asked(section: Section, wait: float, known: Mapping[Question, Result]) -> Found:
    """Return what is at hand for each question of a section within ``wait`` seconds each.

    ``known`` are results that are there already. Raises what the questions that are needed raise.
    """
    found: Found = {}
    for name, question in section.questions().items():
        try:
            found[name] = known[question] if question in known else question.ask(wait=wait)
        except (FetchError, NeedsWhole, TooLong):
            if name in section.needed:
                raise
    return found


def part_of(
    section: Section,
    asked_for: Question,
    *,
    wait: float,
    may_export: bool,
    known: Mapping[Question, Result],
) -> SectionPart:
    """Return a section as a page shows it, whatever came of its questions."""
    part = empty_part(section, asked_for, may_export=may_export)
    try:
        return filled(part, section, asked(section, wait, known))
    except (NeedsWhole, TooLong):
        return replace(part, too_many=True)
    except FetchError as error:
        return replace(part, failure=failure_of(error))
