from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class AppointsConfig(AppConfig):
    name = "appoints"
    verbose_name = _("Reserved calls")

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from appoints.checks import secrets_can_be_decrypted

        register(secrets_can_be_decrypted, Tags.database)
