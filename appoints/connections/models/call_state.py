"""State of the calls to iSales: at rest, quiet, failing or free to call; shared by all workers."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appoints.connections import timestamps
from appoints.isales.endpoint import origin
from appoints.isales.errors import DEFAULT_QUIET, AddressLocked, ISalesError, TooFast
from dashboard.prepared import Prepared

logger = logging.getLogger(__name__)

LONGEST_QUIET = timedelta(hours=1)  # also where iSales asks for a day
ACCEPTED_FOR = timedelta(minutes=5)
RECORDED_AGAIN = timedelta(seconds=30)  # or each good answer would write
WANTED_FOR = timedelta(seconds=1)
LONGEST_CALL = timedelta(minutes=2)  # longer than any call may take
MOST_FAILURES = 5  # in a row, after which one request at a time is sent, and pauses between them
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=1)


class CallState(models.Model):
    """Abstract: the fields of a connection that say whether it may be called.

    ``resting``: nobody calls until a person's check succeeds. ``quiet_until``: iSales asked not to
    be called. ``accepted_at``: when iSales last accepted the signature; where that is long ago,
    one trial call at a time is out, under the slot of ``trial_holder``. ``failures``: how many
    requests in a row had no answer, or a server's error (its ``failing_status``), since
    ``failing_since``; where they are many, one at a time is out too, and none before ``next_try``.
    ``line_wanted``: when somebody last found no free line who is not to wait for long. A changed
    endpoint starts afresh, except that a rest stays.
    """

    base_url: models.CharField[str, str]
    slug: models.SlugField[str, str]

    class Rest(models.TextChoices):
        NONE = "", _("none")
        NOT_AUTHORISED = "not-authorised", _("the signature was not accepted (401)")
        ADDRESS_LOCKED = "address-locked", _("the address is locked (403)")

    resting = models.CharField(
        _("at rest"), max_length=20, choices=Rest, blank=True, default=Rest.NONE, editable=False
    )
    resting_since = models.DateTimeField(null=True, blank=True, editable=False)
    quiet_until = models.DateTimeField(null=True, blank=True, editable=False)
    quiet_endpoint = models.CharField(max_length=32, blank=True, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    accepted_endpoint = models.CharField(max_length=32, blank=True, editable=False)
    trial_holder = models.CharField(max_length=32, blank=True, editable=False)
    trial_until = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    failing_endpoint = models.CharField(
        max_length=32, blank=True, default="", db_default="", editable=False
    )
    failing_status = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    next_try = models.DateTimeField(null=True, blank=True, editable=False)
    line_wanted = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    ENDPOINT = (
        "base_url", "vdn", "access_key", "secret_key", "ca_certificate",
        "signed_headers", "milliseconds", "empty_query_line", "sign_host",
    )  # fmt: skip
    FAILURES = ("failures", "failing_since", "failing_endpoint", "failing_status", "next_try")
    STATE = (
        "resting", "resting_since", "quiet_until", "quiet_endpoint",
        "accepted_at", "accepted_endpoint", *FAILURES,
    )  # fmt: skip
    REREAD = (*STATE, "line_wanted")  # before each call

    def endpoint_fingerprint(self) -> str:
        """Return a hash of where and as whom iSales is called, the keys' values included."""
        values = [getattr(self, field) for field in self.ENDPOINT]
        text = repr([getattr(value, "token", value) for value in values])
        return sha256(text.encode()).hexdigest()[:32]

    def quiet_left(self) -> timedelta:
        """Return for how long iSales wants not to be called."""
        if self.quiet_endpoint and self.quiet_endpoint != self.endpoint_fingerprint():
            return timedelta()
        return timestamps.left(self.quiet_until, LONGEST_QUIET)

    def is_accepted(self, lately: timedelta = ACCEPTED_FOR) -> bool:
        """Tell whether iSales accepted the signature lately, whoever asked."""
        return (
            timestamps.recent(self.accepted_at, lately)
            and self.accepted_endpoint == self.endpoint_fingerprint()
        )

    def is_failing(self) -> bool:
        """Tell whether iSales does not answer: the last requests failed, whoever sent them."""
        many = self.failures >= MOST_FAILURES
        return many and self.failing_endpoint == self.endpoint_fingerprint()

    def pause_left(self) -> timedelta:
        """Return for how long an iSales that does not answer is not tried."""
        left = timestamps.left(self.next_try, LONGEST_PAUSE)
        return left if self.is_failing() else timedelta()

    def needs_trial(self, *, check: bool) -> bool:
        """Tell whether one request at a time may be out.

        A person's check does not wait for the others' try of an iSales that does not answer.
        """
        return not self.is_accepted() or (self.is_failing() and not check)

    def rest(self, error: ISalesError) -> None:
        """Store that nobody calls until a person's check succeeds: a repeated 401 locks us out.

        The refusal of an endpoint counts no more once another one is stored and was accepted.
        """
        locked = isinstance(error, AddressLocked)
        with self._stored() as stored:
            if stored.has_replaced(self, same_origin=not locked):
                return
            self.resting = self.Rest.ADDRESS_LOCKED if locked else self.Rest.NOT_AUTHORISED
            self.resting_since = timezone.now()
            self.accepted_at, self.trial_holder = None, ""
            self.save(update_fields=["resting", "resting_since", "accepted_at", "trial_holder"])
        logger.warning("connection %s: at rest until a check succeeds: %s", self.slug, error)

    def has_replaced(self, sent: CallState, *, same_origin: bool) -> bool:
        """Tell whether this is another endpoint than a call was sent with, and was accepted.

        Unless ``same_origin``, an endpoint on the same host does not count: a lock is of a host.
        """
        fingerprint = self.endpoint_fingerprint()
        if fingerprint == sent.endpoint_fingerprint() or fingerprint != self.accepted_endpoint:
            return False
        moved = origin(self.base_url) != origin(sent.base_url)
        return self.accepted_at is not None and (same_origin or moved)

    def wake(self) -> None:
        """End a rest and a quiet. Only a person's check that succeeded may call this."""
        self.resting, self.resting_since, self.quiet_until = self.Rest.NONE, None, None
        self.accepted_at, self.accepted_endpoint = timezone.now(), self.endpoint_fingerprint()
        self.save(
            update_fields=[
                "resting", "resting_since", "quiet_until", "accepted_at", "accepted_endpoint"
            ]
        )  # fmt: skip

    def keep_quiet(self, error: TooFast) -> float:
        """Store until when not to call, the latest of all 429s; return the seconds left.

        The next call is a trial. A 429 of an endpoint that was changed meanwhile is not stored.
        """
        seconds = DEFAULT_QUIET if error.retry_after is None else error.retry_after
        quiet = min(timedelta(seconds=seconds), LONGEST_QUIET)
        with self._stored() as stored:
            if stored.endpoint_fingerprint() == self.endpoint_fingerprint():
                quiet = max(quiet, stored.quiet_left())
                self.quiet_until = timezone.now() + quiet
                self.quiet_endpoint = self.endpoint_fingerprint()
                self.accepted_at, self.trial_holder = None, ""
                changed = ["quiet_until", "quiet_endpoint", "accepted_at", "trial_holder"]
                self.save(update_fields=changed)
        return quiet.total_seconds()

    def record_failure(self, error: Exception) -> None:
        """Store that a request had no answer; the pause grows with each that was a try."""
        fingerprint, now = self.endpoint_fingerprint(), timezone.now()
        with self._stored() as stored:
            if stored.endpoint_fingerprint() != fingerprint or stored.pause_left():
                return  # it was under way when the pause began
            again = stored.failures and stored.failing_endpoint == fingerprint
            self.failures = stored.failures + 1 if again else 1
            self.failing_since = stored.failing_since if again else now
            doubled = 2 ** min(max(self.failures - MOST_FAILURES, 0), 10)
            self.failing_endpoint, self.failing_status = fingerprint, getattr(error, "status", None)
            self.next_try = now + min(doubled * FIRST_PAUSE, LONGEST_PAUSE)
            self.save(update_fields=self.FAILURES)
        if self.failures == 1:
            logger.warning("connection %s: iSales does not answer: %s", self.slug, error)

    def record_answer(self) -> None:
        """Store that iSales answered, whatever it said."""
        if self.failures:
            logger.info("connection %s: iSales answers again", self.slug)
            self.failures, self.failing_since, self.next_try = 0, None, None
            self.save(update_fields=["failures", "failing_since", "next_try"])

    def begin_trial(self, holder: str, until: timedelta) -> bool:
        """Become the holder of the trial call; tell whether nobody else is, and nothing changed."""
        now = timezone.now()
        other = ~Q(trial_holder="") & ~Q(trial_holder=holder)
        other &= timestamps.in_force("trial_until", LONGEST_CALL)
        unchanged = {name: getattr(self, name) for name in self.STATE}
        free = type(self)._default_manager.filter(~other, pk=self.pk, **unchanged)
        return bool(free.update(trial_holder=holder, trial_until=now + until))

    def trial_left(self) -> timedelta:
        """Return for how long a trial call may still be out."""
        return timestamps.left(self.trial_until, LONGEST_CALL) if self.trial_holder else timedelta()

    def end_trial(self, holder: str) -> None:
        """Let another make a trial call, for this one's answer has come."""
        mine = type(self)._default_manager.filter(pk=self.pk, trial_holder=holder)
        mine.update(trial_holder="")

    def refresh(self, names: tuple[str, ...] = (), *, lock: bool = False) -> None:
        """Read some fields, or all, and ``lock`` the row. Raises DoesNotExist."""
        names = names or tuple(each.attname for each in self._meta.concrete_fields)
        stored = _reading(type(self), names, lock).rows(self.pk)
        if not stored:
            raise type(self).DoesNotExist
        for name, value in zip(names, stored[0], strict=True):
            setattr(self, name, value)

    @property
    def is_line_wanted(self) -> bool:
        """Whether somebody waited for a line a moment ago who is not to wait for long."""
        return timestamps.recent(self.line_wanted, WANTED_FOR)

    def want_line(self) -> None:
        """Store that somebody waits for a line."""
        self.line_wanted = timezone.now()
        type(self)._default_manager.filter(pk=self.pk).update(line_wanted=self.line_wanted)

    def record_acceptance(self) -> None:
        """Store that iSales accepted the signature; an answer amid a quiet does not count."""
        if self.is_accepted(RECORDED_AGAIN):
            return
        fingerprint, now = self.endpoint_fingerprint(), timezone.now()
        quiet = timestamps.in_force("quiet_until", LONGEST_QUIET) & Q(quiet_endpoint=fingerprint)
        awake = type(self)._default_manager.filter(~quiet, pk=self.pk, resting=self.Rest.NONE)
        if awake.update(accepted_at=now, accepted_endpoint=fingerprint):
            self.accepted_at, self.accepted_endpoint = now, fingerprint

    @contextmanager
    def _stored(self) -> Iterator[Self]:
        """Hold the row as it is stored, so that answers that come together count in turn."""
        with transaction.atomic():
            yield type(self)._default_manager.select_for_update().get(pk=self.pk)


@cache
def _reading(model: type[CallState], names: tuple[str, ...], lock: bool) -> Prepared[Any]:
    """Return what reads some fields of a connection by its primary key."""
    rows = model._default_manager.select_for_update() if lock else model._default_manager.all()
    return Prepared(lambda pk: rows.filter(pk=pk).values_list(*names))
