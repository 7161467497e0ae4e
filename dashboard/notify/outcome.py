"""What became of a message that was handed over, to be stored and told in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST_DETAIL = 300  # characters


class Outcome(NamedTuple):
    """``kind`` is one of REASONS, empty where the other end took the message.

    ``detail`` is what it said, or which error there was. ``again``: another try may help.
    """

    kind: str = ""
    detail: str = ""
    again: bool = False

    @property
    def is_sent(self) -> bool:
        """Whether the other end took the message."""
        return not self.kind


SENT = Outcome()
NOT_SET_UP = Outcome("no-email")

REASONS: Mapping[str, str | Promise] = {
    "no-email": _("E-mail is not set up on this server."),
    "no-address": _("You have no e-mail address here."),
    "bounced": _("The mail server refused the address."),
    "mail-refused": _("The mail server refused the message."),
    "mail-sign-in": _("The mail server refused our sign-in."),
    "mail-unreachable": _("The mail server could not be reached."),
    "too-slow": _("There was no answer in time."),
    "host-refused": _("The host is not among those that may be called (WEBHOOK_HOSTS)."),
    "unreachable": _("The host could not be reached."),
    "redirect": _("The host led elsewhere, which is not followed."),
    "status": _("The host did not take the message."),
    "no-secret": _("The secret cannot be decrypted: make a new one."),
    "internal": _("The message could not be made; the server's log says why."),
}


def failed(kind: str, detail: object = "", *, again: bool = False) -> Outcome:
    """Return the outcome of a message that was not taken."""
    text = " ".join(str(detail).split())
    return Outcome(kind, text[:LONGEST_DETAIL], again)
