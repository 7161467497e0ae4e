from __future__ import annotations

import json
import re
from base64 import b32encode
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import models
from django.utils import timezone

from dashboard.accounts.models import Team, User

MOST = 200  # lists that one person keeps
UNUSED = timedelta(days=400)  # a list that nobody opened for so long is dropped
STAMPED = timedelta(days=1)  # a use is stored once in so long

SLUG = re.compile(r"[a-z2-7]{16}")


class AgentListQuerySet(models.QuerySet["AgentList"]):
    def visible_to(self, user: User) -> AgentListQuerySet:
        """Return the lists that a person may open: their own and those of their teams' people.

        People without a team of their own share lists where a team of everybody exists.
        """
        if user.is_superuser:
            return self
        shared = models.Q(people=user) | models.Q(people__teams__in=user.teams.values("pk"))
        if Team.objects.filter(everybody=True).exists():
            shared |= models.Q(people__isnull=False, people__teams=None)
        return self.filter(shared).distinct()

    def droppable(self) -> AgentListQuerySet:
        """Return the lists that no saved view names."""
        return self.filter(saved_views=None)


class AgentList(models.Model):
    """Agents that are too many for an address, which names them by ``slug`` instead.

    The slug is made of the list itself: a list never changes, and the same list has the same link.
    Agents stand in it as addresses write them. ``people`` are those who made the list, or opened it
    by a saved view.
    """

    slug = models.CharField(max_length=16, primary_key=True)
    agents = models.JSONField(help_text="accounts or IDs, in order")
    created = models.DateTimeField(auto_now_add=True)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="agent_lists")
    used = models.DateTimeField(default=timezone.now, db_index=True)

    objects = AgentListQuerySet.as_manager()

    def __str__(self) -> str:
        return self.slug

    @staticmethod
    def slug_of(agents: Sequence[str]) -> str:
        """Return the slug of these agents, stored or not."""
        digest = sha256(json.dumps(list(agents)).encode()).digest()
        return b32encode(digest[:10]).decode().lower()

    @classmethod
    def keep(cls, agents: Sequence[str], person: int) -> str:
        """Store a list, if it is not yet, and return its slug; ``person`` is the ID of its maker.

        Above MOST, the one that was not used for longest is no longer theirs.
        """
        slug = cls.slug_of(agents)
        found, created = cls.objects.get_or_create(slug=slug, defaults={"agents": list(agents)})
        found.people.add(person)
        if created:
            own = cls.objects.droppable().filter(people=person).exclude(slug=slug)
            oldest = list(own.order_by("-used").values_list("slug", flat=True)[MOST - 1 :])
            cls.people.through.objects.filter(user=person, agentlist__in=oldest).delete()
            cls.objects.filter(slug__in=oldest, people=None).delete()
        found._stamp()
        return slug

    def _stamp(self) -> None:
        now = timezone.now()
        if abs(now - self.used) > STAMPED:
            AgentList.objects.filter(pk=self.pk).update(used=now)

    @classmethod
    def purge(cls) -> int:
        """Drop the lists that were not used for long; return how many that were."""
        unused = cls.objects.droppable().filter(used__lt=timezone.now() - UNUSED)
        return unused.delete()[1].get(cls._meta.label, 0)

    @classmethod
    def agents_of(cls, slug: str, user: User) -> list[str]:
        """Return the agents of a stored list that a person may open; none of anything else."""
        if not SLUG.fullmatch(slug):
            return []
        found = cls.objects.visible_to(user).filter(slug=slug).first()
        if found is None:
            return []
        found._stamp()
        return list(found.agents)
