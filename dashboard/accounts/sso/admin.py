"""Of allauth the admin shows one thing: as whom a company's service knows a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from dashboard.accounts.models import User

if TYPE_CHECKING:
    LinkInlineBase = admin.TabularInline[Any, User]
    LinkFormBase = forms.ModelForm[Any]
else:
    LinkInlineBase, LinkFormBase = admin.TabularInline, forms.ModelForm

admin.site.unregister([EmailAddress, SocialAccount, SocialApp, SocialToken])


class LinkForm(LinkFormBase):
    """A link; its service is one that is set, or stays."""

    provider = forms.ChoiceField(label=_("sign-in service"))

    class Meta:
        labels = {"uid": _("subject, as the log tells it")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        issuers = {*_issuers(), self.instance.provider} - {""}
        field = self.fields["provider"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(issuer, issuer) for issuer in sorted(issuers)]


def _issuers() -> Iterator[str]:
    if settings.OIDC:
        yield settings.OIDC.issuer
    if settings.SAML:
        yield settings.SAML.provider["entityId"]


class LinkInline(LinkInlineBase):
    """Whoever makes a link lets somebody in as this person: only superusers may."""

    model = SocialAccount
    form = LinkForm
    fields = ("provider", "uid")
    extra = 0
    verbose_name = _("link to a sign-in service")
    verbose_name_plural = _("links to sign-in services")
