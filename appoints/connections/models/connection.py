from __future__ import annotations

import re
import ssl
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from appoints.connections.models.call_state import CallState
from appoints.connections.working_hours import working_hours
from appoints.encryption import SecretField
from appoints.isales import hosts
from appoints.isales.endpoint import Endpoint, origin
from appoints.isales.errors import HostRefused
from appoints.isales.signing import SigningOptions
from dashboard.accounts.zone_names import zone_called

USUAL_PAGE = 100  # rows; the most that sister endpoints give


class Connection(CallState):
    """Stored credentials for one virtual call centre, and how to speak to it."""

    class RangeField(models.TextChoices):
        APPOINT_TIME = "appointTime", _("reserved time")
        CREATE_TIME = "createTime", _("booking time")

    class RangeEnds(models.TextChoices):
        UNKNOWN = "", _("not known")
        INCLUSIVE = "inclusive", _("both included")
        EXCLUSIVE_END = "exclusive-end", _("the end excluded")
        EXCLUSIVE = "exclusive", _("both excluded")

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(
        _("slug"), unique=True, help_text=_("Its name in addresses; portals link to it.")
    )
    active = models.BooleanField(_("active"), default=True)
    base_url = models.CharField(
        _("base URL"),
        max_length=200,
        help_text=_(
            "Like https://isales.example:28080. The port is usually 28080 on premises, 28050 on "
            "the hosted service. iSales lists reserved calls since release 25.200.0 (June 2025). "
            "Plain http:// only to this machine."
        ),
    )
    vdn = models.PositiveIntegerField(
        _("VDN"),
        validators=[MinValueValidator(1), MaxValueValidator(9999)],
        help_text=_("ID of the virtual call centre, 1 to 9999."),
    )
    access_key = models.CharField(_("access key"), max_length=200)
    secret_key = SecretField(_("secret key"))
    ca_certificate = models.TextField(
        _("CA certificate"),
        blank=True,
        help_text=_("PEM text of a private authority; without it, the system's are trusted."),
    )

    page_limit = models.PositiveIntegerField(
        _("page limit"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_(
            "Rows per request; try 50 if iSales refuses the first page. More than 100 are often "
            "refused."
        ),
    )
    max_concurrency = models.PositiveIntegerField(
        _("requests at once"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("Over all workers; the vendor asks for at most 10."),
    )
    max_per_second = models.FloatField(
        _("requests per second"),
        default=10,
        validators=[MinValueValidator(0), MaxValueValidator(1000)],
        help_text=_("Over all workers; 0 is no limit."),
    )
    range_field = models.CharField(
        _("time that a range filters"),
        max_length=20,
        choices=RangeField,
        default=RangeField.APPOINT_TIME,
    )
    range_field_probed = models.BooleanField(_("found out by a probe"), default=False)
    range_ends = models.CharField(
        _("ends of a range"),
        max_length=20,
        choices=RangeEnds,
        blank=True,
        default=RangeEnds.UNKNOWN,
    )
    time_zone = models.CharField(
        _("console time zone"),
        max_length=64,
        default="Asia/Shanghai",
        help_text=_("The zone of the iSales console, shown beside the viewer's own."),
    )

    country_code = models.CharField(
        _("country code"),
        max_length=3,
        blank=True,
        validators=[
            RegexValidator(
                r"^[1-9][0-9]{0,2}\Z", _("One to three digits, like 86, without + or 00.")
            )
        ],
        help_text=_(
            "Calling code of the centre's own country, like 86: a number is then found with and "
            "without it. Empty: no code is added or left out."
        ),
    )
    trunk_prefix = models.CharField(
        _("trunk prefix"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{1,3}\Z", _("One to three digits, like 0."))],
        help_text=_(
            "Dialled before a number within the country, like 0; empty where there is none."
        ),
    )

    working_hours = models.CharField(
        _("working hours"),
        max_length=1000,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Like Mon-Fri 09:00-18:00, Sat 10:00-14:00, in the console time zone. Empty: Insight"
            " says nothing of calls outside of them."
        ),
    )
    holidays = models.TextField(
        _("holidays"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Days without working hours, like 2026-12-25, separated by spaces."),
    )

    signed_headers = models.CharField(
        _("signed headers"),
        max_length=200,
        default="host",
        help_text=_("Lower-case names, separated by semicolons."),
    )
    milliseconds = models.BooleanField(_("timestamp with milliseconds"), default=False)
    empty_query_line = models.BooleanField(_("line for an empty query"), default=False)
    sign_host = models.CharField(
        _("host to sign"),
        max_length=200,
        blank=True,
        help_text=_("Signed instead of the Host header; empty for the header as sent."),
    )

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("connection")
        verbose_name_plural = _("connections")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Name what could not work beside its field."""
        wrong: dict[str, Any] = {}
        try:
            self.endpoint().tls()
            hosts.check(settings.ISALES_HOSTS, self.base_url)
        except (TypeError, ssl.SSLError):  # Python's two answers to what is no PEM
            wrong["ca_certificate"] = _("This is not a certificate in PEM form.")
        except ValueError as error:
            wrong["base_url"] = str(error)
        except HostRefused:
            wrong["base_url"] = _("This host may not be called (ISALES_HOSTS).")
        if not re.fullmatch(r"[!-~]*", self.access_key):
            wrong["access_key"] = _("Only letters, digits and signs of ASCII, without spaces.")
        try:
            zone_called(self.time_zone)
        except ValueError:
            wrong["time_zone"] = _(
                "There is no time zone of this name. Try one like Europe/Berlin."
            )
        if self.trunk_prefix and not self.country_code:
            wrong["trunk_prefix"] = _("A trunk prefix needs a country code beside it.")
        wrong |= self._wrong_hours()
        if wrong:
            raise ValidationError(wrong)

    def _wrong_hours(self) -> dict[str, Any]:
        """Return what is wrong with hours and holidays, each by itself."""
        wrong: dict[str, Any] = {}
        for name, hours, holidays in (
            ("working_hours", self.working_hours, ""),
            ("holidays", "Mon 09:00-18:00", self.holidays),
        ):
            try:
                working_hours(hours, holidays)
            except ValidationError as error:
                wrong[name] = error
        return wrong

    def warnings(self) -> list[str]:
        """Return what is allowed and likely to fail, in words."""
        if self.page_limit <= USUAL_PAGE:
            return []
        words = _("A page limit of %(rows)d: other lists of iSales refuse more than %(most)d.")
        return [words % {"rows": self.page_limit, "most": USUAL_PAGE}]

    def endpoint(self) -> Endpoint:
        """Return what a client needs to know; its secret stays sealed."""
        return Endpoint(
            base_url=self.base_url,
            vdn=self.vdn,
            access_key=self.access_key,
            secret_key=self.secret_key,
            signing=SigningOptions(
                tuple(self.signed_headers.split(";")),
                self.milliseconds,
                self.empty_query_line,
                self.sign_host,
            ),
            ca_pem=self.ca_certificate,
            hosts=tuple(settings.ISALES_HOSTS),
        )

    def destination(self) -> tuple[object, ...]:
        """Return what decides who receives the signed calls; a change needs the secret key anew.

        Otherwise a person who may change a connection could use its key elsewhere unseen.
        """
        # A browser posts other line ends than a file has.
        return origin(self.base_url), self.sign_host, *self.ca_certificate.split()
