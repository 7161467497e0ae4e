"""The roles: groups that ``migrate`` makes, and that a superuser's changes outlive."""

from __future__ import annotations

from itertools import chain

import pytest
from django.contrib.auth.models import Group, Permission, PermissionsMixin
from django.core.management import call_command
from django.test import Client

from dashboard.accounts.models import User
from dashboard.accounts.roles import ROLES, make_missing_roles
from dashboard.audit.models import Event

pytestmark = pytest.mark.django_db


def permitted(name: str) -> set[str]:
    found = Group.objects.get(name=name).permissions.values_list(
        "content_type__app_label", "codename"
    )
    return {f"{app}.{codename}" for app, codename in found}


def migrate() -> None:
    call_command("migrate", verbosity=0)


@pytest.mark.parametrize("role", ROLES)
def test_migrate_makes_each_role_with_its_permissions(role: str) -> None:
    assert permitted(role) == set(ROLES[role])


def test_a_role_that_was_changed_stays_so() -> None:
    exporter = Group.objects.get(name="exporter")
    exporter.permissions.set(Permission.objects.filter(codename="view_event"))
    migrate()
    assert permitted("exporter") == {"audit.view_event"}


def test_a_role_that_was_deleted_comes_back_and_the_log_says_nothing_of_it() -> None:
    Group.objects.get(name="exporter").delete()
    events = Event.objects.count()
    migrate()
    assert permitted("exporter") == {"access.export_files"}
    assert Event.objects.count() == events


def test_a_role_waits_for_its_permissions() -> None:
    Group.objects.get(name="exporter").delete()
    Permission.objects.get(codename="export_files").delete()
    make_missing_roles("default")
    assert not Group.objects.filter(name="exporter").exists()
    migrate()
    assert permitted("exporter") == {"access.export_files"}


def test_roles_add_up() -> None:
    ana = User.objects.create_user("ana")
    ana.groups.set(Group.objects.filter(name__in=["exporter", "numbers"]))
    assert ana.has_perms(["access.export_files", "access.see_numbers"])
    assert not ana.has_perm("audit.view_event")


@pytest.mark.parametrize("given", [{}, {"is_superuser": True}, {"is_active": False}], ids=str)
def test_a_person_may_what_django_lets_them(given: dict[str, bool]) -> None:
    ana = User.objects.create_user("ana", **given)
    ana.groups.set(Group.objects.filter(name__in=["exporter", "auditor"]))
    ana.user_permissions.set(Permission.objects.filter(codename="see_numbers"))
    names = sorted({"accounts.no_such", *chain(*ROLES.values())})
    plain = [PermissionsMixin.has_perm(User.objects.get(pk=ana.pk), name) for name in names]
    assert [ana.has_perm(name) for name in names] == plain
    assert any(plain) == ana.is_active


def status(role: str, address: str) -> int:
    ana = User.objects.create_user("ana")
    ana.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(ana)
    return client.get(address).status_code


@pytest.mark.parametrize(
    ("role", "enters"), [("administrator", True), ("auditor", False), ("numbers", False)]
)
def test_the_administration_opens_for_administrators_who_are_no_staff(
    role: str, *, enters: bool
) -> None:
    assert (status(role, "/admin/") == 200) is enters


@pytest.mark.parametrize("address", ["/admin/accounts/user/", "/admin/connections/connection/"])
def test_an_administrator_keeps_people_and_connections(address: str) -> None:
    assert status("administrator", address) == 200


def test_an_administrator_reads_no_log_unless_an_auditor_too() -> None:
    assert status("administrator", "/audit/") == 403


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_emptied_has_the_roles_again() -> None:
    call_command("flush", verbosity=0, interactive=False)
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
