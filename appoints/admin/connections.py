"""Connections in the admin. A secret key is never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appoints.connections.check import check
from appoints.connections.models import Connection
from appoints.encryption import WrongKey
from appoints.isales.secret import Secret

if TYPE_CHECKING:  # Django's own classes take type arguments in their stubs only
    ModelForm = forms.ModelForm[Connection]
    ModelAdmin = admin.ModelAdmin[Connection]
else:
    ModelForm, ModelAdmin = forms.ModelForm, admin.ModelAdmin

NEEDED_ANEW = gettext_lazy(
    "Another host, host to sign or CA certificate needs the secret key anew: enter it here."
)


class ConnectionForm(ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("secret_key"):  # who may only view has no fields
            field.required = not self.instance.secret_key
            field.help_text = _state_of(self.instance.secret_key)

    def clean(self) -> dict[str, Any] | None:
        """Ask for the secret key anew where another host would be called with it."""
        cleaned = super().clean() or self.cleaned_data
        if self.instance.secret_key and not cleaned.get("secret_key"):
            names = ("base_url", "sign_host", "ca_certificate")
            wanted = Connection(**{name: cleaned.get(name, "") for name in names})
            if (
                not set(names) & set(self.errors)
                and wanted.destination() != self.instance.destination()
            ):
                self.add_error("secret_key", NEEDED_ANEW)
        return cleaned


@admin.register(Connection)
class ConnectionAdmin(ModelAdmin):
    form = ConnectionForm
    list_display = ("name", "slug", "base_url", "vdn", "active", "state")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("state", "range_field_probed")
    actions = ("check_connections",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "active", "state")}),
        (gettext_lazy("Where iSales is"), {"fields": ("base_url", "vdn", "ca_certificate")}),
        (gettext_lazy("Keys"), {"fields": ("access_key", "secret_key")}),
        (
            gettext_lazy("How much may be asked"),
            {"fields": ("page_limit", "max_concurrency", "max_per_second")},
        ),
        (
            gettext_lazy("What iSales' reference leaves open"),
            {
                "fields": ("range_field", "range_field_probed", "range_ends", "time_zone"),
                "description": gettext_lazy("manage.py check_connection --probe finds it out."),
            },
        ),
        (
            gettext_lazy("Telephone numbers"),
            {"fields": ("country_code", "trunk_prefix")},
        ),
        (
            gettext_lazy("Working hours"),
            {
                "fields": ("working_hours", "holidays"),
                "description": gettext_lazy("In the console time zone, for Insight."),
            },
        ),
        (
            gettext_lazy("Signature"),
            {"fields": ("signed_headers", "milliseconds", "empty_query_line", "sign_host")},
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.check_view)
        name = "connections_connection_check"
        return [path("<int:pk>/check/", view, name=name), *super().get_urls()]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        _seal(request)
        return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        """Write what was changed only: a rest that is stored meanwhile must stay."""
        changed = set(form.changed_data)
        if "range_field" in changed:
            obj.range_field_probed = False
            changed.add("range_field_probed")
        obj.save(update_fields=changed if change else None)
        for warning in obj.warnings():
            messages.warning(request, warning)

    def check_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask iSales once and come back with the verdict."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        connection = get_object_or_404(Connection, pk=pk)
        if not self.has_change_permission(request, connection):
            raise PermissionDenied
        _tell(request, connection)
        return HttpResponseRedirect(reverse("admin:connections_connection_change", args=[pk]))

    @admin.action(permissions=["change"], description=gettext_lazy("Check connection"))
    def check_connections(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            _tell(request, connection)

    @admin.display(description=gettext_lazy("state"))
    def state(self, connection: Connection) -> str:
        if connection.resting:
            since = timezone.localtime(connection.resting_since)
            return _("at rest since %(since)s: %(why)s; only a check that succeeds ends it") % {
                "since": date_format(since, "DATETIME_FORMAT") + since.strftime(" %Z"),
                "why": connection.get_resting_display(),
            }
        if connection.quiet_left():
            until = timezone.localtime(connection.quiet_until)
            return _("quiet until %s, as iSales asked") % until.strftime("%H:%M:%S %Z")
        if connection.is_failing() and connection.failing_since:
            since = timezone.localtime(connection.failing_since)
            moment = date_format(since, "DATETIME_FORMAT") + since.strftime(" %Z")
            if connection.failing_status:
                values = {"since": moment, "status": connection.failing_status}
                return _("answers only with errors since %(since)s (HTTP %(status)s)") % values
            return _("does not answer since %s") % moment
        return _("ready")


def _seal(request: HttpRequest) -> None:
    """Keep a posted secret out of whatever an error page shows of the request and of frames."""
    if "secret_key" in request.POST:
        data: Any = request.POST.copy()
        data["secret_key"] = Secret(data["secret_key"].strip())
        request.POST = data


def _state_of(secret: Secret) -> str:
    if not secret:
        return _("Not stored.")
    try:
        secret.reveal()
    except WrongKey:
        return _(
            "Stored, but none of CREDENTIAL_KEYS decrypts it: store it anew, or put back the key."
        )
    return _("Stored. Leave empty to keep it.")


def _tell(request: HttpRequest, connection: Connection) -> None:
    verdict = check(connection)
    words = f"{connection}: {' '.join(verdict.words)}"
    messages.add_message(request, messages.SUCCESS if verdict.ok else messages.ERROR, words)
