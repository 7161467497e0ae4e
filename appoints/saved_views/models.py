from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from appoints.encryption import SealedQuestion
from appoints.query import lists
from appoints.query.models import AgentList
from appoints.results.numbers import may_hold_number
from dashboard.accounts.models import Team, User
from dashboard.prepared import Prepared

MOST = 200  # views that one person keeps
SLUG_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def new_slug() -> str:
    """Return a short ID that nobody can guess."""
    return get_random_string(10, SLUG_SIGNS)


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def changeable_by(self, user: User | AnonymousUser) -> SavedViewQuerySet:
        """Return what this person may rename, change, share and delete: only their own."""
        return self.filter(owner=user) if user.is_authenticated else self.none()


class SavedView(SealedQuestion):
    """A question under a name: its filters, sort, columns and, as they are, its relative dates.

    It holds what is asked, never rows; who opens it sees what they may see. The question is
    encrypted, for it may name a customer's number.
    """

    class Audience(models.TextChoices):
        PRIVATE = "private", _("only me")
        TEAM = "team", _("a team")
        EVERYBODY = "everybody", _("everybody")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="saved_views",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=100)
    slug = models.CharField(
        _("short link"), max_length=10, unique=True, default=new_slug, editable=False
    )
    # Of the agents that the question names by it, which hence stays.
    agent_list = models.ForeignKey(
        AgentList,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="saved_views",
    )
    # The slug that the question names, if any: the connection may be gone.
    connection = models.CharField(max_length=50, default="", editable=False)
    names_number = models.BooleanField(default=False, editable=False)
    # Those that the question names, by itself or by a list.
    agents = models.JSONField(default=list, editable=False)
    tasks = models.JSONField(default=list, editable=False)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    audience = models.CharField(
        _("who sees it"), max_length=10, choices=Audience, default=Audience.PRIVATE
    )
    # A team that is gone takes no view along: its owner alone sees it then.
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="saved_views",
        verbose_name=_("team"),
    )
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="view_name_once"),
            models.CheckConstraint(
                condition=models.Q(team__isnull=True) | models.Q(audience="team"),
                name="view_of_a_team",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Name a team where one is meant, and none otherwise."""
        if self.audience != self.Audience.TEAM:
            self.team = None
        elif self.team is None:
            raise ValidationError({"team": _("Choose a team.")})

    def keep(self, query: str) -> None:
        """Take a query string and what it names, without saving."""
        super().keep(query)
        asked = QueryDict(query)
        self.connection = asked.get("connection") or ""
        self.names_number = bool(asked.get("number")) or may_hold_number(asked.get("q") or "")
        slug = asked.get("agent_list")
        self.agent_list = AgentList.objects.filter(slug=slug).first() if slug else None
        listed = self.agent_list.agents if self.agent_list else []
        self.agents = lists.split(" ".join([*asked.getlist("agent"), *listed]))
        self.tasks = [lists.one(each) for each in asked.getlist("task") if each]


class PersonColumns(models.Model):
    """The columns of the list that a person chose, in their order. None: as the site has it."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_columns"
    )
    columns = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return str(self.person_id)

    @classmethod
    def of(cls, person: User) -> list[str]:
        """Return the columns that a person chose, or none."""
        own = COLUMNS.rows(person.pk)
        return list(own[0].columns) if own else []


COLUMNS = Prepared(lambda person: PersonColumns.objects.filter(person=person))


class PersonDefault(models.Model):
    """The view that opens for a person who comes to the dashboard."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="default_view"
    )
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="person_defaults")

    def __str__(self) -> str:
        return f"{self.person_id}: {self.view_id}"


class TeamDefault(models.Model):
    """The view that opens for people of a team who chose none of their own."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="default_view")
    view = models.ForeignKey(
        SavedView,
        on_delete=models.CASCADE,
        related_name="team_defaults",
        verbose_name=_("default view"),
    )

    class Meta:
        verbose_name = _("default view")
        verbose_name_plural = _("default views")

    def __str__(self) -> str:
        return str(self.view)

    def clean(self) -> None:
        """Refuse what the team could not open."""
        if self.view_id is None:
            return
        seen = self.view.audience == SavedView.Audience.EVERYBODY or self.view.team == self.team
        if not seen:
            raise ValidationError({"view": _("The team may not see this view.")})
