"""What each template of alerts and reports shows; see ``display.context``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.core.paginator import Page
from django.utils.functional import Promise

from appoints.alerts.forms import RuleForm
from appoints.alerts.models import Delivery, Rule
from appoints.display.context import Context
from dashboard.accounts.models import User


class RuleLine(NamedTuple):
    """An alert or a report as its page lists it.

    ``words`` are its filters, None where its person may not ask them; ``since`` is when what it
    tells of began, None where nothing is amiss; ``trouble`` is why the last check told nothing.
    """

    rule: Rule
    condition: str
    words: str | None
    ways: str
    quiet: str
    since: datetime | None
    trouble: str


class MessageLine(NamedTuple):
    """A message that was sent, or not; ``result`` says why."""

    delivery: Delivery
    result: str


@dataclass(frozen=True, kw_only=True)
class AlertListContext(Context):
    """A person's alerts and reports, and the messages of the last weeks.

    ``kinds`` are what can be set up, ``address`` the question of the list that the person came
    from, ``asked`` the same in words. ``email_is_set_up`` and ``has_address`` say whether e-mail
    can reach the person, ``idle`` that nothing checks alerts; ``administrators`` can change that.
    """

    template = "appoints/alerts/list.html"

    lines: Sequence[RuleLine]
    kinds: Sequence[tuple[str, str | Promise]]
    address: str
    asked: str
    sent: Sequence[MessageLine]
    page: Page[Delivery]
    email_is_set_up: bool
    has_address: bool
    idle: bool
    administrators: Sequence[User]


@dataclass(frozen=True, kw_only=True)
class RuleFormContext(Context):
    """The form of an alert or a report of a kind; ``new`` says that it is not stored yet.

    ``zone`` is the person's, in which its times are; ``webhooks`` says whether any may be called.
    """

    template = "appoints/alerts/form.html"

    form: RuleForm
    kind: str | Promise
    is_report: bool
    new: bool
    zone: str
    webhooks: bool


@dataclass(frozen=True, kw_only=True)
class DeleteRuleContext(Context):
    """The question whether an alert or a report may go."""

    template = "appoints/alerts/delete.html"

    rule: Rule


@dataclass(frozen=True, kw_only=True)
class SecretContext(Context):
    """The secret of a webhook, which is shown this once."""

    template = "appoints/alerts/secret.html"

    rule: Rule
    secret: str
