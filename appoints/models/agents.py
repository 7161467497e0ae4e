from __future__ import annotations

import json
import re
from base64 import b32encode
from collections.abc import Sequence
from hashlib import sha256

from django.db import models

SLUG = re.compile(r"[a-z2-7]{16}")


class AgentList(models.Model):
    """Agents that are too many for an address, which names them by ``slug`` instead.

    The slug is made of the list itself: a list never changes, and the same list has the same link.
    Agents stand in it as addresses write them.
    """

    slug = models.CharField(max_length=16, primary_key=True)
    agents = models.JSONField(help_text="accounts or IDs, in order")
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.slug

    @staticmethod
    def slug_of(agents: Sequence[str]) -> str:
        """Return the slug of these agents, stored or not."""
        digest = sha256(json.dumps(list(agents)).encode()).digest()
        return b32encode(digest[:10]).decode().lower()

    @classmethod
    def keep(cls, agents: Sequence[str]) -> str:
        """Store a list, if it is not yet, and return its slug."""
        slug = cls.slug_of(agents)
        cls.objects.get_or_create(slug=slug, defaults={"agents": list(agents)})
        return slug

    @classmethod
    def agents_of(cls, slug: str) -> list[str]:
        """Return the agents of a stored list; none of anything else."""
        if not SLUG.fullmatch(slug):
            return []
        return cls.objects.filter(slug=slug).values_list("agents", flat=True).first() or []
