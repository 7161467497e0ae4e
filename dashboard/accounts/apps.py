from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import pre_save


class AccountsConfig(AppConfig):
    name = "dashboard.accounts"

    def ready(self) -> None:
        # Models can be imported only once all apps are loaded.
        from dashboard.accounts.retention import bound
        from dashboard.accounts.sign_in import keep_no_data

        pre_save.connect(keep_no_data, sender="axes.AccessAttempt")
        user_logged_in.connect(bound)
