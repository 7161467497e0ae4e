"""The person of an identity: found by issuer and subject alone, else created."""

from __future__ import annotations

from contextlib import suppress

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from dashboard.accounts.group_map import apply_groups
from dashboard.accounts.models import User
from dashboard.accounts.sso.identity import Identity
from dashboard.accounts.sso.refusals import SignInRefused


@transaction.atomic
def person_of(identity: Identity) -> User:
    """Return the person with the rights that their groups give now. Raises SignInRefused."""
    person = _known(identity) or _created(identity)
    if not person.is_active:
        raise SignInRefused("inactive", name=person.get_username())
    apply_groups(person, identity.groups)
    return person


def _known(identity: Identity) -> User | None:
    accounts = SocialAccount.objects.filter(provider=identity.issuer, uid=identity.subject)
    return User.objects.filter(pk__in=accounts.values("user")).first()


def _created(identity: Identity) -> User:
    name = next(filter(_is_username, identity.names), None)
    if name is None:
        raise SignInRefused("name", name=identity.subject)
    if not User.objects.filter(username__iexact=name).exists():
        person = User(username=name, password=make_password(None), **identity.about)
        link = SocialAccount(user=person, provider=identity.issuer, uid=identity.subject)
        with suppress(IntegrityError), transaction.atomic():
            person.save()
            link.save()
            return person
    # Another request may have just created them.
    if known := _known(identity):
        return known
    # Whose name it is need not be who comes: services let people choose their names.
    raise SignInRefused("taken", f"taken; the subject is {identity.subject}", name)


def _is_username(name: str) -> bool:
    try:
        User._meta.get_field("username").run_validators(name)
    except ValidationError:
        return False
    # Two names that look alike must not be one person.
    return bool(name) and name == User.normalize_username(name)
