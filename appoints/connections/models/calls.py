"""Whether a connection may be called now, as its last answers left it: shared by all workers."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appoints.connections import stamps
from appoints.isales.errors import DEFAULT_QUIET, AddressLocked, ISalesError, TooFast

LONGEST_QUIET = timedelta(hours=1)  # one request an hour asks again where iSales says a day
PROVEN_FOR = timedelta(minutes=5)
PROVEN_AGAIN = timedelta(seconds=30)  # so that many good answers write but now and then
LONGEST_CALL = timedelta(minutes=2)  # longer than any call may take


class Calls(models.Model):
    """What is known of an endpoint's answers. A changed endpoint starts afresh, but for a rest.

    ``resting``: nobody calls until a person's check succeeds. ``quiet_until``: iSales asked not to
    be called. ``proven``: when it last accepted the signature; without that lately, one call at a
    time is out, that of ``knocker``, a slot's holder.
    """

    class Rest(models.TextChoices):
        NONE = "", _("none")
        NOT_AUTHORISED = "not-authorised", _("the signature was not accepted (401)")
        ADDRESS_LOCKED = "address-locked", _("the address is locked (403)")

    resting = models.CharField(
        _("at rest"), max_length=20, choices=Rest, blank=True, default=Rest.NONE, editable=False
    )
    resting_since = models.DateTimeField(null=True, blank=True, editable=False)
    quiet_until = models.DateTimeField(null=True, blank=True, editable=False)
    quiet_at = models.CharField(max_length=32, blank=True, editable=False)
    proven = models.DateTimeField(null=True, blank=True, editable=False)
    proven_at = models.CharField(max_length=32, blank=True, editable=False)
    knocker = models.CharField(max_length=32, blank=True, editable=False)
    knock_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    ENDPOINT = (
        "base_url", "vdn", "access_key", "secret_key", "ca_certificate",
        "signed_headers", "milliseconds", "empty_query_line", "sign_host",
    )  # fmt: skip
    STATE = ("resting", "resting_since", "quiet_until", "quiet_at", "proven", "proven_at")

    def endpoint_name(self) -> str:
        """Return a name for where and as whom iSales is called, the keys' values included."""
        values = [getattr(self, field) for field in self.ENDPOINT]
        text = repr([getattr(value, "token", value) for value in values])
        return sha256(text.encode()).hexdigest()[:32]

    def quiet_left(self) -> timedelta:
        """Return for how long iSales wants not to be called."""
        if self.quiet_at and self.quiet_at != self.endpoint_name():
            return timedelta()
        return stamps.left(self.quiet_until, LONGEST_QUIET)

    def is_proven(self, lately: timedelta = PROVEN_FOR) -> bool:
        """Tell whether iSales accepted the signature lately, whoever asked."""
        return stamps.recent(self.proven, lately) and self.proven_at == self.endpoint_name()

    def rest(self, error: ISalesError) -> None:
        """Store that nobody calls until a person's check succeeds: a repeated 401 locks us out."""
        locked = isinstance(error, AddressLocked)
        self.resting = self.Rest.ADDRESS_LOCKED if locked else self.Rest.NOT_AUTHORISED
        self.resting_since = timezone.now()
        self.proven, self.knocker = None, ""
        self.save(update_fields=["resting", "resting_since", "proven", "knocker"])

    def wake(self) -> None:
        """End a rest and a quiet. Only a check that a person asked for, and that succeeded, may."""
        self.resting, self.resting_since, self.quiet_until = self.Rest.NONE, None, None
        self.proven, self.proven_at = timezone.now(), self.endpoint_name()
        self.save(update_fields=["resting", "resting_since", "quiet_until", "proven", "proven_at"])

    def keep_quiet(self, error: TooFast) -> float:
        """Store and return for how many seconds not to call; who calls next knocks first."""
        seconds = DEFAULT_QUIET if error.retry_after is None else error.retry_after
        quiet = min(timedelta(seconds=seconds), LONGEST_QUIET)
        self.quiet_until, self.quiet_at = timezone.now() + quiet, self.endpoint_name()
        self.proven, self.knocker = None, ""
        self.save(update_fields=["quiet_until", "quiet_at", "proven", "knocker"])
        return quiet.total_seconds()

    def knock(self, holder: str, until: timedelta) -> bool:
        """Become the one whose call is out, if nobody is and nothing came since the last look."""
        now = timezone.now()
        theirs = ~Q(knocker="") & ~Q(knocker=holder) & stamps.in_force("knock_until", LONGEST_CALL)
        unchanged = {name: getattr(self, name) for name in self.STATE}
        free = type(self)._default_manager.filter(~theirs, pk=self.pk, **unchanged)
        return bool(free.update(knocker=holder, knock_until=now + until))

    def knock_left(self) -> timedelta:
        """Return for how long a call that proves the key may still be out."""
        return stamps.left(self.knock_until, LONGEST_CALL) if self.knocker else timedelta()

    def prove(self) -> None:
        """Store that iSales accepted a signature; answers that come amid a quiet do not count."""
        if self.is_proven(PROVEN_AGAIN):
            return
        name, now = self.endpoint_name(), timezone.now()
        quiet = stamps.in_force("quiet_until", LONGEST_QUIET) & Q(quiet_at=name)
        me = type(self)._default_manager.filter(~quiet, pk=self.pk, resting=self.Rest.NONE)
        if me.update(proven=now, proven_at=name):
            self.proven, self.proven_at = now, name

    def let_knock(self, holder: str) -> None:
        """Let another knock, for this one's answer has come."""
        type(self)._default_manager.filter(pk=self.pk, knocker=holder).update(knocker="")
