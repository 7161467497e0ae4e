from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from appoints.encryption import SealedQuestion, SecretField, StoredSecret, WrongKey
from appoints.isales.secret import Secret
from dashboard.notify import webhook

MOST = 20  # alerts and reports that one person keeps
SLUG_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def new_rule_slug() -> str:
    """Return a short ID that nobody can guess."""
    return get_random_string(10, SLUG_SIGNS)


class Rule(SealedQuestion):
    """An alert or a report that a person has set up for themselves.

    It holds what is asked, never rows: whoever sends it looks up what the person may see then.
    ``limit`` is a number of calls or of minutes, ``least`` a number of calls; see ``conditions``.
    ``weekday`` counts from Monday, 0; None is every day. A report is not sent for a time before
    ``since``. ``language`` is for a person who chose none, ``site`` where the links lead to.
    ``checked`` is what the last check found: ``value``, or ``trouble``.
    """

    class Kind(models.TextChoices):
        OVERDUE = "overdue", _("Overdue calls")
        SILENCE = "silence", _("No call begins")
        CONNECTION = "connection", _("iSales cannot be asked")
        OLD_DATA = "old-data", _("Old data")
        REPORT = "report", _("Report")

    class File(models.TextChoices):
        NONE = "", _("none")
        CSV = "csv", "CSV"
        XLSX = "xlsx", _("Excel workbook")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="rules"
    )
    slug = models.CharField(max_length=10, unique=True, default=new_rule_slug, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(_("name"), max_length=100)
    limit = models.PositiveIntegerField(default=0)
    least = models.PositiveIntegerField(default=1)
    by_email = models.BooleanField(_("by e-mail"), default=True)
    url = models.CharField(_("webhook"), max_length=500, blank=True)
    secret = SecretField(blank=True, default="")
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet to"), null=True, blank=True)
    most_a_day = models.PositiveSmallIntegerField(_("most a day"), default=10)
    weekday = models.PositiveSmallIntegerField(_("day"), null=True, blank=True)
    at = models.TimeField(_("time"), null=True, blank=True)
    file = models.CharField(_("file"), max_length=4, choices=File, blank=True, default=File.NONE)
    since = models.DateTimeField(default=timezone.now)
    language = models.CharField(max_length=16)
    site = models.CharField(max_length=200)
    paused = models.BooleanField(_("paused"), default=False)
    checked_at = models.DateTimeField(null=True)
    checked = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)

    # What the product itself moves on.
    MACHINE = frozenset({"checked_at", "checked", "since", "language", "site"})

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("alert or report")
        verbose_name_plural = _("alerts and reports")
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="rule_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_report(self) -> bool:
        """Whether it is sent at a time, whatever happens."""
        return self.kind == self.Kind.REPORT

    def rotate(self) -> None:
        """Put question and secret under the first key, without saving. What no key opens stays."""
        super().rotate()
        if isinstance(self.secret, StoredSecret):
            with suppress(WrongKey):
                self.secret = self.secret.rotated()

    def renew_secret(self) -> str:
        """Store a new secret for the webhook, and return its text, which is shown once."""
        text = webhook.new_secret()
        self.secret = Secret(text)
        self.save(update_fields=["secret"])
        return text

    @property
    def channels(self) -> list[str]:
        """By which ways it is sent."""
        ways = {Delivery.Channel.EMAIL: self.by_email, Delivery.Channel.WEBHOOK: bool(self.url)}
        return [way.value for way, is_used in ways.items() if is_used]

    @property
    def incident(self) -> Incident | None:
        """What the alert tells of at present, None where nothing is amiss."""
        return self.incidents.filter(ended=None).first()


class Incident(models.Model):
    """A time through which the condition of an alert held; ``facts`` are the latest figures."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="incidents")
    began = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            # Of two machines that find the same at once, one begins it.
            models.UniqueConstraint(
                fields=["rule"], condition=models.Q(ended=None), name="incident_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.began}"


class Delivery(models.Model):
    """A message that is to be sent by one channel, and what became of it.

    ``key`` is the same for the same message, whoever makes it. ``message_id`` names it to its
    receivers in each try. Whoever sends it holds ``claim`` until ``claimed_until``; a machine that
    dies meanwhile lets another send it again. ``due_at`` is when it is worth another try,
    ``slot`` the moment that a report is for.
    """

    class Phase(models.TextChoices):
        BEGIN = "begin", _("it begins")
        END = "end", _("it ends")
        REPORT = "report", _("report")
        TRIAL = "trial", _("trial")

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        WEBHOOK = "webhook", _("webhook")

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        DROPPED = "dropped", _("not sent")

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="deliveries")
    incident = models.ForeignKey(
        Incident, on_delete=models.CASCADE, null=True, related_name="deliveries"
    )
    phase = models.CharField(max_length=10, choices=Phase)
    channel = models.CharField(max_length=10, choices=Channel)
    key = models.CharField(max_length=60)
    message_id = models.CharField(max_length=32)
    slot = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    reason = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claim = models.CharField(max_length=32, blank=True)
    claimed_until = models.DateTimeField(null=True)
    created = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created", "-pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [models.Index(fields=["status", "due_at"], name="delivery_due")]
        constraints = [models.UniqueConstraint(fields=["rule", "key"], name="delivery_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.key}"

    @classmethod
    def of(cls, rule: Rule, phase: str, name: object, **fields: Any) -> list[Delivery]:
        """Return a message of a rule for each of its channels, not stored; ``name`` tells which."""
        return [
            cls(
                rule=rule,
                phase=phase,
                channel=channel,
                key=f"{phase} {name} {channel}",
                message_id=get_random_string(32),
                **fields,
            )
            for channel in rule.channels
        ]

    @property
    def moment(self) -> datetime:
        """When it was sent or given up, or made."""
        return self.ended_at or self.created
