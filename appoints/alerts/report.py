"""A report: the figures of a question, the link, and the file if its person wishes and may."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urljoin

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from appoints.access.rights import EXPORT_FILES
from appoints.alerts import messages
from appoints.alerts.conditions import FAILED, LOADING, TOO_MANY
from appoints.alerts.models import Delivery, Rule
from appoints.alerts.questions import Asked, is_complete
from appoints.connections import lookups
from appoints.connections.failures import failure_of
from appoints.display.charts.agents import by_agent
from appoints.display.charts.causes import causes
from appoints.isales.errors import FetchError
from appoints.labels import STATE_WORDS
from appoints.pages import audit_trail
from appoints.pages.export import ExportFile, about, about_title, file_name
from appoints.results import export, facets, spreadsheet_cells, workbook
from appoints.results.file_rows import FileRows
from appoints.results.passthrough import TooLong
from appoints.results.result import NeedsWhole, Result
from dashboard.notify.email import Attachment, Email

# For how long a report waits for rows that are loading, or for an iSales that fails: then it says
# that it has no figures. A report of a part would look like one of all; one that never comes would
# look like nothing to tell.
PATIENCE = timedelta(hours=2)
AGENTS = 10  # agents that a report names
LARGEST_FILE = 10 * 2**20  # bytes; many mail servers take no more
TYPES = {
    Rule.File.CSV: "text/csv",
    Rule.File.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

logger = logging.getLogger(__name__)


class FiguresMissing(Exception):
    """The rows are not there yet; ``trouble`` says why, as of a check."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class NoFile(Exception):
    """No file is attached; the message says why."""


def email(delivery: Delivery, asked: Asked, wait: float) -> Email:
    """Return the report; rows may take ``wait`` seconds. Raises FiguresMissing."""
    result, why = _ask(asked, wait)
    if result is None and _may_wait(delivery, why):
        raise FiguresMissing(why.trouble)
    files: list[Attachment] = []
    lines = [_what(delivery, asked), ""]
    if result is None:
        lines += [_("There are no figures in this report: %s") % why.words]
    else:
        lines += _figures(asked, result)
        lines += _file(delivery, asked, result, files)
    rule = delivery.rule
    lines += ["", messages.link(rule, asked), "", *messages.footer(rule)]
    return Email(
        to=rule.person.email,
        subject=f"{messages.heading(delivery.phase)}: {rule.name}",
        text="\n".join(lines),
        id=delivery.message_id,
        language=get_language() or "",
        files=files,
    )


class Missing(NamedTuple):
    """Why there are no figures: the word of a check, and a sentence."""

    trouble: str
    words: str


def _ask(asked: Asked, wait: float) -> tuple[Result | None, Missing]:
    """Return the rows if all are there and fresh, else why not."""
    too_many = Missing(TOO_MANY, _("these are more rows than are fetched. Narrow the range."))
    try:
        result = asked.question.ask(wait=wait)
    except (NeedsWhole, TooLong):
        return None, too_many
    except FetchError as error:
        return None, _failed(error)
    if result.is_browsing:
        return None, too_many
    if is_complete(result):
        return result, Missing("", "")
    if result.error is not None:
        return None, _failed(result.error)
    return None, Missing(LOADING, _("its rows could not be loaded in time."))


def _failed(error: FetchError) -> Missing:
    failure = failure_of(error)
    return Missing(FAILED, f"{failure.title} {failure.advice}")


def _may_wait(delivery: Delivery, why: Missing) -> bool:
    if why.trouble == TOO_MANY:
        return False  # time does not help
    return delivery.slot is None or timezone.now() - delivery.slot < PATIENCE


def _what(delivery: Delivery, asked: Asked) -> str:
    words = asked.words or _("every reserved call")
    when = delivery.slot or timezone.now()
    return f"{asked.question.connection.name}: {words} ({messages.moment(when)})"


def _figures(asked: Asked, result: Result) -> Iterator[str]:
    question, found = asked.question, result.facets or {}
    as_of = result.as_of or question.now
    yield _("Data as of: %s") % messages.moment(as_of)
    if not result.is_settled:
        yield _("iSales reported another number of rows than came: some may be missing here.")
    yield ""
    yield _("Calls: %s") % intcomma(result.total)
    totals = facets.summary(found)
    for name in STATE_WORDS:
        if totals[name]:
            yield _line(str(STATE_WORDS[name]), totals[name])
    if totals["late"]:
        yield _line(_("Called late"), totals["late"])
    yield from _causes(asked, result)
    yield from _agents(asked, result)


def _causes(asked: Asked, result: Result) -> Iterator[str]:
    query = asked.question.query
    lines = facets.failures(result.facets or {}, query)
    groups = [bar for bar in causes(lines, query, {}).bars if not bar.part]
    if groups:
        yield ""
        yield _("Failed, by who has to act:")
        yield from (_line(bar.text, bar.rows) for bar in groups)


def _agents(asked: Asked, result: Result) -> Iterator[str]:
    names = facets.names((result.facets or {}).get("agents", []))
    bars = by_agent(facets.by_agent(result.rows), asked.question.query, names).bars
    if bars:
        yield ""
        yield _("Overdue and failed, by agent:")
    for bar in bars[:AGENTS]:
        parts = [f"{part.word} {intcomma(part.rows)}" for part in bar.parts if part.rows]
        yield f"  {bar.text}: {', '.join(parts)}"
    if left := len(bars[AGENTS:]):
        yield "  " + ngettext("and %s more agent", "and %s more agents", left) % intcomma(left)


def _line(words: str, rows: int) -> str:
    return f"  {words}: {intcomma(rows)}"


def _file(
    delivery: Delivery, asked: Asked, result: Result, files: list[Attachment]
) -> Iterator[str]:
    """Add the file where it may be sent; yield a line of why it is not."""
    rule = delivery.rule
    if rule.file == Rule.File.NONE:
        return
    yield ""
    try:
        content = _allowed_content(rule, asked, result)
    except NoFile as why:
        yield _("No file is attached: %s") % why
        return
    if delivery.attempts <= 1:
        audit_trail.sent_file(asked.question, result, rule.person)
    name = file_name(ExportFile.stem, asked.question, result, rule.file)
    files.append(Attachment(name, content, TYPES[Rule.File(rule.file)]))
    yield _("The file is attached: %s") % name


def _allowed_content(rule: Rule, asked: Asked, result: Result) -> bytes:
    """Return the content of a file that may be sent. Raises NoFile."""
    if not rule.person.has_perm(EXPORT_FILES):
        raise NoFile(_("you may not take files. Ask for the role “exporter”."))
    if not result.is_settled:
        raise NoFile(_("it might be short."))
    try:
        content = _content(rule, asked, result)
    except spreadsheet_cells.SheetIsFull:
        raise NoFile(_("these are more rows than a sheet of Excel holds.")) from None
    except workbook.DiskFull:
        logger.exception("a file is not sent, for it cannot be made")
        raise NoFile(_("the server has no room for it.")) from None
    except workbook.FolderUnusable:
        logger.exception("a file is not sent, for it cannot be made")
        raise NoFile(_("the server's folder for temporary files is unusable.")) from None
    if len(content) > LARGEST_FILE:
        raise NoFile(_("it is too large for an e-mail. Take it from the list."))
    return content


def _content(rule: Rule, asked: Asked, result: Result) -> bytes:
    question = asked.question
    reasons = lookups.reasons(question.connection, ask=result.may_ask_names)
    rows = FileRows(result.selection, reasons=reasons)
    if rule.file == Rule.File.CSV:
        return b"".join(export.csv(rows, question.zone, excel=False))
    source = urljoin(rule.site, reverse(f"appoints:{rule.file}"))
    notes = about(question, result, rows, rule.person.get_username(), source)
    return workbook.xlsx(rows, question.zone, notes, about_title())
