"""What a backup holds, and how its file begins."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.serializers import sort_dependencies
from django.db.models import Model
from django.utils.crypto import salted_hmac

FORMAT = "reserved calls: backup 1"
# What migrate makes, what is fetched again, and what is over soon; a new model is kept.
LEFT_OUT = {
    "accounts.FrameSession",
    "accounts.Session",
    "auth.Permission",
    "axes.AccessAttempt",
    "axes.AccessAttemptExpiration",
    "axes.AccessFailureLog",
    "axes.AccessLog",
    "connections.Lookup",
    "connections.Slot",
    "contenttypes.ContentType",
    "snapshots.Chunk",
    "snapshots.Pin",
    "snapshots.SharedPage",
    "snapshots.Snapshot",
}


class NoBackup(Exception):
    """Nothing was written or restored; the message says why."""


class BackupHeader(NamedTuple):
    """The first line: fingerprints of SECRET_KEY and of CREDENTIAL_KEYS, in their order."""

    secret: str
    credentials: list[str]

    @classmethod
    def of_settings(cls) -> BackupHeader:
        """Return the header of a backup that is made here."""
        return cls(fingerprint(settings.SECRET_KEY), [*map(fingerprint, settings.CREDENTIAL_KEYS)])

    @classmethod
    def read(cls, line: str) -> BackupHeader:
        """Read a first line. Raises NoBackup."""
        try:
            found = json.loads(line)
            if found.pop("format") == FORMAT:
                return cls(**found)
        except (ValueError, KeyError, TypeError, AttributeError):
            pass
        raise NoBackup("it does not begin like a backup of this release")

    def line(self) -> str:
        return json.dumps({"format": FORMAT, **self._asdict()}) + "\n"

    def warnings(self) -> list[str]:
        """Say which keys of the backup are not the ones in force here."""
        here, words = BackupHeader.of_settings(), []
        if missing := [each for each in self.credentials if each not in here.credentials]:
            words.append(
                f"It was made with another of CREDENTIAL_KEYS (fingerprint {', '.join(missing)};"
                f" here: {', '.join(here.credentials)}). Add that key: what it encrypts, secret"
                " keys of connections and saved views, stays closed without it."
            )
        if self.secret != here.secret:
            words.append(
                f"It was made with another SECRET_KEY (fingerprint {self.secret}; here:"
                f" {here.secret}). Put that one back: without it no API token of the backup is"
                " valid, and the log finds no event of before by a number."
            )
        return words


def fingerprint(key: str) -> str:
    """Return what tells a key from others and tells nothing of it."""
    return salted_hmac("appoints.backup", "", key, algorithm="sha256").hexdigest()[:12]


def kept_models() -> list[type[Model]]:
    """Return the models that a backup holds, those first that others name."""
    kept: list[tuple[Any, Any]] = [
        (app, [each for each in app.get_models() if each._meta.label not in LEFT_OUT])
        for app in apps.get_app_configs()
    ]
    models: list[type[Model]] = sort_dependencies(kept)
    # Permissions are named by what others depend on, and are not kept themselves.
    return [each for each in models if each._meta.label not in LEFT_OUT]


def in_words(counts: Counter[type[Model]]) -> str:
    """Return how many of each there are."""
    found = [(counts[each], _name(each, counts[each])) for each in kept_models() if counts[each]]
    return ", ".join(f"{count} {name}" for count, name in found) or "nothing"


def _name(model: type[Model], count: int) -> str:
    meta = model._meta
    label = "role" if model is Group else str(meta.verbose_name)
    plural = "roles" if model is Group else str(meta.verbose_name_plural)
    return label if count == 1 else plural
