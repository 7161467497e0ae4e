from __future__ import annotations

from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "dashboard.audit"
    verbose_name = _("Log")

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from axes.signals import user_locked_out
        from django.contrib.auth.models import Group

        from dashboard.accounts.models import Team, Token, User
        from dashboard.accounts.signals import groups_applied, sign_in_refused
        from dashboard.audit import sign_in
        from dashboard.audit.changes import watch

        user_logged_in.connect(sign_in.signed_in)
        user_logged_out.connect(sign_in.signed_out)
        user_login_failed.connect(sign_in.failed)
        user_locked_out.connect(sign_in.locked_out)
        sign_in_refused.connect(sign_in.refused)
        groups_applied.connect(sign_in.mapped)
        watch(User, machine={"last_login"})
        watch(Team)
        watch(Group)
        watch(Token)
        if apps.is_installed("allauth.socialaccount"):
            from allauth.socialaccount.models import SocialAccount

            watch(SocialAccount, machine={"last_login"})
