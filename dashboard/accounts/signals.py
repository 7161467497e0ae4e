from __future__ import annotations

from django.dispatch import Signal

# request, name (as it was given), reason (words), way (a protocol, or none). Somebody is not let in
# whom another vouches for.
sign_in_refused = Signal()
# person, of ("team" or "group"), added and removed (names). GROUP_MAP has changed their rights.
groups_applied = Signal()
# Somebody asks whether the services that people sign in with are in order: a receiver asks its own,
# and returns what is wrong and what to do, or None.
services_examined = Signal()
