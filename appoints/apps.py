from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppointsConfig(AppConfig):
    name = "appoints"
    verbose_name = _("Reserved calls")
    default_auto_field = "django.db.models.BigAutoField"
