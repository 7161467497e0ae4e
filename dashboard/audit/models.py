from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn

from django.db import connections, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Unchangeable(TypeError):
    """The log only grows; nothing in it is changed or deleted before its time."""


class EventQuerySet(models.QuerySet["Event"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise Unchangeable

    def delete(self) -> NoReturn:
        raise Unchangeable

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unchangeable

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Event]:
        if kwargs.get("update_conflicts"):
            raise Unchangeable
        return super().bulk_create(*args, **kwargs)

    def purge(self, before: datetime) -> int:
        """Drop what is older: the one way out of the log. Return how many rows that were."""
        with transaction.atomic(using=self.db), connections[self.db].cursor() as cursor:
            if connections[self.db].vendor == "postgresql":
                # What the trigger looks for; it ends with the transaction.
                cursor.execute("SELECT set_config('audit.purge', 'on', true)")
            dropped = super(EventQuerySet, self.filter(at__lt=before)).delete()[0]
            if connections[self.db].vendor == "postgresql":
                cursor.execute("SELECT set_config('audit.purge', '', true)")
        return dropped


class Event(models.Model):
    """Something that a person did or looked at. Names are texts: they outlive what they name."""

    class Way(models.TextChoices):
        PAGE = "page", _("page")
        FILE = "file", _("file")
        API = "api", "API"
        COMMAND = "command", _("command")
        ADMIN = "admin", _("administration")
        SIGN_IN = "sign-in", _("sign-in")
        EMAIL = "email", _("e-mail")

    class Action(models.TextChoices):
        SIGN_IN = "sign-in", _("signed in")
        SIGN_IN_FAILED = "sign-in failed", _("sign-in failed")
        LOCKED_OUT = "locked out", _("locked out")
        SIGN_OUT = "sign-out", _("signed out")
        LOOK = "look", _("looked")
        FILE = "file", _("took a file")
        REVEAL = "reveal", _("revealed a number")
        CREATE = "create", pgettext_lazy("event", "created")
        CHANGE = "change", pgettext_lazy("event", "changed")
        DELETE = "delete", pgettext_lazy("event", "deleted")

    at = models.DateTimeField(_("time"), default=timezone.now, db_index=True)
    person = models.BigIntegerField(_("ID of the person"), null=True)
    actor = models.CharField(_("person"), max_length=150, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    way = models.CharField(_("way"), max_length=10, choices=Way)
    action = models.CharField(_("action"), max_length=20, choices=Action)
    kind = models.CharField(_("kind"), max_length=50, blank=True)
    object_id = models.CharField(_("ID"), max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    details = models.JSONField(_("details"), default=dict)
    # Tokens of numbers, never numbers; a space stands before and after each.
    numbers = models.TextField(blank=True)
    # The same look has the same; empty where each event counts.
    look = models.CharField(max_length=32, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["look", "at"], name="audit_same_look")]
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.action} {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new event; one that is stored stays as it is."""
        if not self._state.adding:
            raise Unchangeable
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unchangeable
