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

MOST = 200  # lists that one person keeps
UNUSED = timedelta(days=400)  # a list that nobody opened for so long is dropped
STAMPED = timedelta(days=1)  # a use is stored once in so long

SLUG = re.compile(r"[a-z2-7]{16}")


class AgentList(models.Model):
    """Agents that are too many for an address, which names them by ``slug`` instead.

    The slug is made of the list itself: a list never changes, and the same list has the same link.
    Agents stand in it as addresses write them.
    """

    slug = models.CharField(max_length=16, primary_key=True)
    agents = models.JSONField(help_text="accounts or IDs, in order")
    created = models.DateTimeField(auto_now_add=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    used = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.slug

    @staticmethod
    def slug_of(agents: Sequence[str]) -> str:
        """Return the slug of these agents, stored or not."""
        digest = sha256(json.dumps(list(agents)).encode()).digest()
        return b32encode(digest[:10]).decode().lower()

    @classmethod
    def keep(cls, agents: Sequence[str], person: int | None = None) -> str:
        """Store a list, if it is not yet, and return its slug; ``person`` is an ID.

        Above MOST, the person's list goes that was not used for longest.
        """
        slug = cls.slug_of(agents)
        values = {"agents": list(agents), "person_id": person}
        found, created = cls.objects.get_or_create(slug=slug, defaults=values)
        if created and person is not None:
            own = cls.droppable().filter(person=person).exclude(slug=slug).order_by("-used")
            cls.objects.filter(
                slug__in=list(own.values_list("slug", flat=True)[MOST - 1 :])
            ).delete()
        found._stamp()
        return slug

    def _stamp(self) -> None:
        now = timezone.now()
        if abs(now - self.used) > STAMPED:
            AgentList.objects.filter(pk=self.pk).update(used=now)

    @classmethod
    def droppable(cls) -> models.QuerySet[AgentList]:
        """Return the lists that no saved view names."""
        return cls.objects.filter(saved_views=None)

    @classmethod
    def purge(cls) -> int:
        """Drop the lists that were not used for long; return how many that were."""
        return cls.droppable().filter(used__lt=timezone.now() - UNUSED).delete()[0]

    @classmethod
    def agents_of(cls, slug: str) -> list[str]:
        """Return the agents of a stored list; none of anything else."""
        if not SLUG.fullmatch(slug):
            return []
        found = cls.objects.filter(slug=slug).first()
        if found is None:
            return []
        found._stamp()
        return list(found.agents)
