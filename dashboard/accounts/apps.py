from __future__ import annotations

from django.apps import AppConfig, apps
from django.contrib.admin import apps as django_admin
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate, post_save, pre_save
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "dashboard.accounts"
    verbose_name = _("People and teams")

    def ready(self) -> None:
        # Models can be imported only once all apps are loaded.
        from axes.signals import user_locked_out

        from dashboard.accounts import checks, metrics
        from dashboard.accounts.retention import bound, bound_attempts
        from dashboard.accounts.roles import make_missing_roles
        from dashboard.accounts.sessions import renew
        from dashboard.accounts.sign_in import keep_no_data
        from dashboard.accounts.signals import services_examined, sign_in_refused
        from dashboard.accounts.sso.sessions import forget

        register(checks.mapped_teams_exist, Tags.database)
        register(checks.people_can_sign_in, Tags.security)
        services_examined.connect(checks.provider_answers)
        pre_save.connect(keep_no_data, sender="axes.AccessAttempt")
        post_save.connect(bound_attempts, sender="axes.AccessAttempt")
        user_login_failed.connect(metrics.password_failed)
        user_locked_out.connect(metrics.locked_out)
        sign_in_refused.connect(metrics.refused)
        user_logged_in.connect(bound)
        user_logged_in.connect(forget)
        user_logged_in.connect(renew)
        # Groups are Django's, whose apps are installed after ours: our permissions are there then.
        post_migrate.connect(make_missing_roles, sender=apps.get_app_config("auth"))


class AdminConfig(django_admin.AdminConfig):
    """Django's admin, which opens for administrators too."""

    default = False
    default_site = "dashboard.accounts.admin_site.AdminSite"
