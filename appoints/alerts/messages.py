"""What an alert says, as e-mail and as webhook, in the language and the zone of its person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from appoints.alerts.models import Delivery, Rule
from appoints.alerts.questions import Asked
from appoints.connections.failures import failure_of
from appoints.display.formats import clock, isolated, offsets_of
from appoints.isales.errors import FetchError
from dashboard.notify.email import Email
from dashboard.notify.webhook import Webhook

Phase = Delivery.Phase
Facts = Mapping[str, Any]


def email(delivery: Delivery, asked: Asked) -> Email:
    """Return the e-mail of an alert."""
    rule, facts = delivery.rule, facts_of(delivery, asked)
    lines = [
        sentence(rule, delivery.phase, facts),
        *_about(delivery, asked, facts),
        "",
        link(rule, asked),
        "",
        *footer(rule),
    ]
    return Email(
        to=rule.person.email,
        subject=f"{heading(delivery.phase)}: {rule.name}",
        text="\n".join(lines),
        id=delivery.message_id,
        language=get_language() or "",
    )


def webhook(delivery: Delivery, asked: Asked) -> Webhook:
    """Return the webhook of an alert."""
    rule, incident, facts = delivery.rule, delivery.incident, facts_of(delivery, asked)
    figures = {name: facts.get(name) for name in ("count", "due", "limit", "as_of")}
    body = {
        "id": delivery.message_id,
        "event": delivery.phase,
        "kind": rule.kind,
        "alert": {"id": rule.slug, "name": rule.name},
        "incident": incident and incident.pk,
        "began": incident and incident.began.isoformat(timespec="seconds"),
        "ended": incident and incident.ended and incident.ended.isoformat(timespec="seconds"),
        "connection": asked.question.connection.slug,
        "filters": asked.words,
        "text": sentence(rule, delivery.phase, facts),
        "figures": {name: value for name, value in figures.items() if value is not None},
        "link": link(rule, asked),
    }
    return Webhook(rule.url, delivery.message_id, body, rule.secret.reveal)


def facts_of(delivery: Delivery, asked: Asked) -> Facts:
    """Return the figures of a message; none where they are of another scope than now."""
    facts: Facts = delivery.incident.facts if delivery.incident else {}
    return facts if facts.get("scope") == asked.scope_mark else {}


def heading(phase: str) -> str:
    """Return how the subject of a message begins."""
    headings = {
        Phase.BEGIN: _("Alert"),
        Phase.END: _("Over"),
        Phase.TRIAL: _("Trial"),
        Phase.REPORT: _("Report"),
    }
    return headings[Phase(phase)]


def sentence(rule: Rule, phase: str, facts: Facts) -> str:
    """Return what has happened, in a sentence; without figures where they are not known."""
    if phase == Phase.TRIAL:
        return _("This is a trial that you asked for. Nothing has happened.")
    words = _begun if phase == Phase.BEGIN else _over
    return words(rule, facts)


def _begun(rule: Rule, facts: Facts) -> str:
    limit = intcomma(facts.get("limit", rule.limit))
    if rule.kind == Rule.Kind.OVERDUE:
        if "count" not in facts:
            return _("More than %s calls are overdue.") % limit
        words = _("%(count)s calls are overdue, more than %(limit)s.")
        return words % {"count": intcomma(facts["count"]), "limit": limit}
    if rule.kind == Rule.Kind.SILENCE:
        minutes = ngettext("%s minute", "%s minutes", rule.limit) % limit
        if "due" not in facts:
            return _("No call has begun for %s, though calls were due.") % minutes
        words = _("No call has begun for %(minutes)s, though %(due)s were due in that time.")
        return words % {"minutes": minutes, "due": intcomma(facts["due"])}
    if rule.kind == Rule.Kind.OLD_DATA:
        return _("The data are older than %s minutes.") % limit
    return _("iSales cannot be asked for reserved calls.")


def _over(rule: Rule, facts: Facts) -> str:
    limit = intcomma(facts.get("limit", rule.limit))
    if rule.kind == Rule.Kind.OVERDUE:
        return _("No more than %s calls are overdue any more.") % limit
    if rule.kind == Rule.Kind.SILENCE:
        return _("Calls begin again, or none are due.")
    if rule.kind == Rule.Kind.OLD_DATA:
        return _("The data are no older than %s minutes again.") % limit
    return _("iSales can be asked again.")


def _about(delivery: Delivery, asked: Asked, facts: Facts) -> Iterator[str]:
    """Yield what is told besides: since when, of what, why."""
    if "error" in facts and delivery.phase == Phase.BEGIN:
        failure = failure_of(FetchError.from_json(facts["error"]))
        yield f"{failure.title} {failure.advice}"
    yield ""
    incident = delivery.incident
    if incident:
        yield _("Began: %s") % moment(incident.began)
        if incident.ended:
            yield _("Ended: %s") % moment(incident.ended)
    if as_of := facts.get("as_of"):
        yield _("Data as of: %s") % moment(datetime.fromisoformat(as_of))
    yield _("Connection: %s") % asked.question.connection.name
    if asked.words and delivery.rule.kind != Rule.Kind.CONNECTION:
        yield _("Filters: %s") % asked.words


def moment(when: datetime) -> str:
    """Return a moment in the zone in force, with the zone."""
    local = timezone.localtime(when).replace(microsecond=0)
    zone = timezone.get_current_timezone_name()
    return isolated(f"{clock(local)} {zone} ({offsets_of([local])})")


def link(rule: Rule, asked: Asked) -> str:
    """Return the address of the rows that a rule is about."""
    return f"{urljoin(rule.site, reverse('appoints:list'))}?{asked.question.query.urlencode()}"


def footer(rule: Rule) -> Iterator[str]:
    """Yield how a message came, and how it can be stopped."""
    yield _("You set up this message yourself, under “%s”. Change, pause or delete it here:") % (
        rule.name
    )
    yield urljoin(rule.site, reverse("alerts:list"))
