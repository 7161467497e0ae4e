from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AbstractUser, AnonymousUser, Group
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from dashboard.accounts import token_text
from dashboard.accounts.zone_names import zone_called

NO_TEAM = "none"  # in place of a team's short name


class TeamQuerySet(models.QuerySet["Team"]):
    def of(self, user: AbstractBaseUser | AnonymousUser) -> TeamQuerySet:
        """Return the teams that a person belongs to: the one place that decides it."""
        if not (isinstance(user, User) and user.is_active):
            return self.none()
        return self.with_member(user.pk)

    def with_member(self, person: int) -> TeamQuerySet:
        """Return the teams of a person who may sign in, by their ID."""
        own = User.teams.through.objects.filter(user=person)
        return self.filter(models.Q(everybody=True) | models.Q(pk__in=own.values("team")))


class Team(models.Model):
    """People who share views and what they may see."""

    name = models.CharField(_("name"), max_length=150, unique=True)
    slug = models.SlugField(_("short name"), unique=True, help_text=_("For commands."))
    everybody = models.BooleanField(
        _("everybody"),
        default=False,
        help_text=_("Every person who can sign in is a member, whoever is named below."),
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse the word that takes all teams away in a command."""
        if self.slug == NO_TEAM:
            raise ValidationError({"slug": _("This word means no team; take another.")})


class User(AbstractUser):
    """A person who may sign in."""

    teams = models.ManyToManyField(
        Team,
        verbose_name=_("teams"),
        related_name="members",
        blank=True,
        help_text=_("A team sees what it is granted, and the views that are saved for it."),
    )
    # What of the teams and roles GROUP_MAP gave; see accounts.group_map.
    mapped_teams = models.ManyToManyField(Team, related_name="+", editable=False)
    mapped_roles = models.ManyToManyField(Group, related_name="+", editable=False)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        permissions = [
            ("enter_admin", "Can enter the administration"),
            ("give_roles", "Can give roles"),
        ]

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Tell what Django tells, which asks every backend anew for each permission of a page."""
        if obj is not None or self.is_superuser:
            return super().has_perm(perm, obj)
        return perm in self._permissions

    @cached_property
    def _permissions(self) -> set[str]:
        return self.get_all_permissions()

    @property
    def may_enter_admin(self) -> bool:
        """Whether the administration opens; what can be done there is a matter of permissions."""
        return self.is_active and (self.is_staff or self.has_perm("accounts.enter_admin"))

    @property
    def has_own_password(self) -> bool:
        """Whether a password of our own lets them in."""
        return self.has_usable_password() and (settings.LOCAL_SIGN_IN or self.is_superuser)


class Session(AbstractBaseSession):
    """A session; ``person`` is the person's ID, empty before the sign-in."""

    person = models.CharField(max_length=40, blank=True, db_index=True)

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from dashboard.accounts.session_store import SessionStore

        return SessionStore


class FrameSession(models.Model):
    """A portal's frame that shows the list to the person of a session, and ends with it.

    ``digest`` is of the frame's cookie; at first of the code that the frame gets it for.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="frames")
    digest = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(auto_now_add=True)
    has_begun = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.session.person} · {self.made}"


class Preferences(models.Model):
    """A person's own settings. No row, or an empty value, means the site's setting."""

    class Theme(models.TextChoices):
        SYSTEM = "", _("as the device")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    class Density(models.TextChoices):
        COMFORTABLE = "", _("comfortable")
        DENSE = "dense", _("dense")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences"
    )
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    theme = models.CharField(_("colours"), max_length=8, choices=Theme, blank=True, default="")
    density = models.CharField(_("rows"), max_length=8, choices=Density, blank=True, default="")

    class Meta:
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return self.user.get_username()

    @classmethod
    def of(cls, user: User | AnonymousUser) -> Self:
        """Return a person's preferences, empty if they have none."""
        if not user.is_authenticated:
            return cls()
        return getattr(user, "preferences", None) or cls(user=user)

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone, or the site's if they have none."""
        try:
            return zone_called(self.time_zone or settings.TIME_ZONE)
        except ValueError:
            # A newer zone database may lack a name that was chosen earlier.
            return ZoneInfo(settings.TIME_ZONE)


class Token(models.Model):
    """What lets a program read as a person; of its text only a keyed hash is stored.

    ``key`` is the part of the text that names it. Without ``networks`` it is good from anywhere.
    ``calls`` are those in the minute ``minute``, counted since 1970.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens"
    )
    name = models.CharField(_("name"), max_length=100)
    key = models.CharField(max_length=token_text.KEY, unique=True)
    digest = models.CharField(max_length=64)
    networks = models.JSONField(_("networks"), default=list, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    last_used = models.DateTimeField(null=True)
    minute = models.PositiveBigIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="token_name")]
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.person})"

    def store(self, days: int) -> str:
        """Store a new token, good for so many days, and return its text, which is not stored."""
        text = token_text.new()
        self.key, self.digest = token_text.key_of(text) or "", token_text.digest(text)
        self.expires = timezone.now() + timedelta(days=days)
        self.save()
        return text

    @property
    def has_expired(self) -> bool:
        """Whether its time is over."""
        return timezone.now() >= self.expires

    def count_call(self, most: int) -> bool:
        """Count a call, over all workers; return whether it is one of the ``most`` of its minute.

        That it was used is stored with the first call of a minute.
        """
        now = timezone.now()
        minute = minute_of(now)
        row = Token.objects.filter(pk=self.pk)
        # A minute far ahead is of a clock that has been set right.
        counted = row.filter(minute__range=(minute, minute + 1))
        other = Q(minute__lt=minute) | Q(minute__gt=minute + 1)
        return bool(
            counted.filter(calls__lt=most).update(calls=F("calls") + 1)
            or row.filter(other).update(minute=minute, calls=1, last_used=now)
            # Another worker began the minute between the two.
            or counted.filter(calls__lt=most).update(calls=F("calls") + 1)
        )


def minute_of(moment: datetime) -> int:
    """Return a moment's minute, counted since 1970."""
    return int(moment.timestamp() // 60)
