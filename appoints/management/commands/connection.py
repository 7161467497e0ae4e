"""Create a stored connection, or change one."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, BooleanOptionalAction
from math import isfinite
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from appoints.connections.models import Connection
from appoints.isales.secret import Secret
from appoints.isales.signing import PRESETS, SigningOptions

NEEDED = {
    "base_url": "--base-url",
    "vdn": "--vdn",
    "access_key": "--access-key",
    "secret_key": "--secret-key-file",
}
# Fields whose option has another name than theirs.
OPTIONS = {
    "name": "NAME",
    "slug": "NAME",
    "secret_key": "--secret-key-file",
    "ca_certificate": "--ca-file",
}
PLAIN = (
    "base_url",
    "vdn",
    "access_key",
    "page_limit",
    "max_concurrency",
    "max_per_second",
    "range_field",
    "milliseconds",
    "empty_query_line",
    "sign_host",
    "time_zone",
    "country_code",
    "trunk_prefix",
    "working_hours",
    "holidays",
)


class Command(BaseCommand):
    help = "Creates the stored connection NAME, or changes what the given options say."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="a slug: letters, digits, - and _")
        add_endpoint_arguments(parser)
        add_request_arguments(parser)
        add_signing_arguments(parser)
        add_centre_arguments(parser)

    def handle(self, *, name: str, **options: Any) -> None:
        stored = Connection.objects.filter(slug=name).first()
        values = _values(options)
        connection, created = stored or _new(name, values), stored is None
        before = connection.destination()
        changed = [field for field, value in values.items() if getattr(connection, field) != value]
        for field, value in values.items():
            setattr(connection, field, value)
        _check(connection)
        if not created and connection.destination() != before and "secret_key" not in values:
            words = _("another host, host to sign or CA needs the secret key anew")
            raise CommandError(f"--secret-key-file: {words}")
        # Only what was given: a rest that another process stores meanwhile must stay.
        connection.save(update_fields=None if created else list(values))
        self.stdout.write(_report(connection, changed, created=created))
        for warning in connection.warnings():
            self.stdout.write(warning)
        if connection.resting:
            words = _("It is at rest: %(why)s. To check it: manage.py check_connection %(name)s")
            self.stdout.write(words % {"why": connection.get_resting_display(), "name": name})


def add_endpoint_arguments(parser: CommandParser) -> None:
    """Declare where iSales is, and the keys it knows."""
    group = parser.add_argument_group("endpoint")
    group.add_argument(
        "--base-url",
        metavar="URL",
        help="like https://isales.example:28080; the port is usually 28080 on premises, 28050"
        " on the hosted service. iSales lists reserved calls since release 25.200.0",
    )
    group.add_argument("--vdn", type=int, metavar="N", help="virtual call centre, 1 to 9999")
    group.add_argument("--access-key", metavar="AK")
    group.add_argument("--secret-key-file", metavar="PATH", help="holds the SK; - is stdin")
    group.add_argument("--ca-file", metavar="PATH", help="PEM; '' for the system's only")


def add_request_arguments(parser: CommandParser) -> None:
    """Declare how much is asked for, and how fast."""
    group = parser.add_argument_group("requests")
    group.add_argument(
        "--page-limit", type=int, metavar="ROWS", help="a request; 100. More are often refused"
    )
    group.add_argument("--max-concurrency", type=int, metavar="N", help="requests at once; 4")
    group.add_argument("--max-per-second", type=rate, metavar="N", help="10; 0 is no limit")
    group.add_argument(
        "--range-field", metavar="FIELD", help="appointTime or createTime: what a range filters"
    )


def add_signing_arguments(parser: CommandParser) -> None:
    """Declare the preset, and each of its points."""
    group = parser.add_argument_group("signature")
    group.add_argument("--signature", choices=list(PRESETS), help="sets the three points below")
    group.add_argument("--signed-headers", metavar="LIST", help="names, separated by ; or ,")
    group.add_argument("--milliseconds", action=BooleanOptionalAction, help="in the timestamp")
    group.add_argument(
        "--empty-query-line", action=BooleanOptionalAction, help="where there is no query"
    )
    group.add_argument("--sign-host", metavar="VALUE", help="instead of the Host header as sent")


def add_centre_arguments(parser: CommandParser) -> None:
    """Declare the zone and the numbering of the call centre."""
    group = parser.add_argument_group("call centre")
    group.add_argument("--time-zone", metavar="ZONE", help="of the iSales console")
    group.add_argument(
        "--country-code", metavar="CODE", help="of the centre's own numbers, like 86; '' for none"
    )
    group.add_argument(
        "--trunk-prefix", metavar="DIGITS", help="before a number in the country, like 0"
    )
    group.add_argument(
        "--working-hours", metavar="HOURS", help="like 'Mon-Fri 09:00-18:00, Sat 10:00-14:00'"
    )
    group.add_argument("--holidays", metavar="DAYS", help="like '2026-12-25 2027-01-01'")


def rate(text: str) -> float:
    """Read a finite number; float() alone takes "nan", which no validator catches."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise ArgumentTypeError(f"{text!r} is not a number")
    return value


def _values(options: dict[str, Any]) -> dict[str, object]:
    """Return the fields that the options set; a point's own option beats the preset's."""
    values: dict[str, object] = {}
    if options["signature"]:
        preset = PRESETS[options["signature"]]
        values["signed_headers"] = ";".join(preset.signed_headers)
        values["milliseconds"] = preset.milliseconds
        values["empty_query_line"] = preset.empty_query_line
    if options["signed_headers"] is not None:
        names = tuple(options["signed_headers"].replace(",", ";").split(";"))
        values["signed_headers"] = ";".join(SigningOptions(names).signed_headers)
    values |= {field: options[field] for field in PLAIN if options[field] is not None}
    if options["range_field"] is not None:
        values["range_field_probed"] = False
    if options["secret_key_file"] is not None:
        values["secret_key"] = _secret(options["secret_key_file"])
    if options["ca_file"] is not None:
        values["ca_certificate"] = _read(options["ca_file"], "--ca-file")
    return values


def _secret(path: str) -> Secret:
    secret = Secret((sys.stdin.read() if path == "-" else _read(path, "--secret-key-file")).strip())
    if not secret:
        raise CommandError(_("--secret-key-file: it holds nothing"))
    return secret


def _read(path: str, option: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8") if path else ""
    except OSError as error:
        # Without the path: who gives the key itself by mistake would see it printed, and logged.
        raise CommandError(f"{option}: {error.strerror}") from None
    except UnicodeDecodeError:
        # Not "from": that error holds the bytes it could not read, and they may be the key's.
        raise CommandError(_("%(option)s: this is not UTF-8 text") % {"option": option}) from None


def _new(name: str, values: dict[str, object]) -> Connection:
    """Return a new connection, for which every needed value is given."""
    if missing := [option for field, option in NEEDED.items() if field not in values]:
        words = _("%(name)s does not exist yet; to create it, also give %(options)s")
        raise CommandError(words % {"name": name, "options": ", ".join(missing)})
    return Connection(name=name, slug=name)


def _check(connection: Connection) -> None:
    try:
        connection.full_clean()
    except ValidationError as error:
        raise CommandError(
            "\n".join(
                f"{OPTIONS.get(field, '--' + field.replace('_', '-'))}: {message}"
                for field, messages in error.message_dict.items()
                for message in dict.fromkeys(messages)
            )
        ) from None


def _report(connection: Connection, fields: list[str], *, created: bool) -> str:
    place = {"name": connection.slug, "url": connection.base_url, "vdn": connection.vdn}
    if created:
        return _("Created %(name)s: %(url)s, VDN %(vdn)s.") % place
    names = [str(field.verbose_name) for field in Connection._meta.fields if field.name in fields]
    if not names:
        return _("Nothing to change in %(name)s: %(url)s, VDN %(vdn)s.") % place
    return _("Changed %(name)s: %(fields)s.") % {**place, "fields": ", ".join(names)}
