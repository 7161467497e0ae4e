"""What an administrator may do to people, and what only a superuser may."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from dashboard.accounts.models import User
from dashboard.audit.models import Event
from tests.factories import administrator as superuser
from tests.factories import browser_of, person, team_called
from tests.screen import Screen, content_of, form_of

pytestmark = pytest.mark.django_db

ADD = "/admin/accounts/user/add/"
NEW = "staple for a horse"


def plain(name: str, *permissions: str, **fields: Any) -> User:
    """A person with these permissions, and no other."""
    return person(name, *permissions, rights=(), **fields)


def role(name: str) -> Group:
    return Group.objects.get(name=name)


def with_roles(name: str, *roles: str, **fields: Any) -> User:
    made = plain(name, **fields)
    made.groups.set(map(role, roles))
    return made


def right(codename: str) -> Permission:
    return Permission.objects.get(codename=codename)


@pytest.fixture
def max_(db: None) -> User:
    return with_roles("max", "administrator")


@pytest.fixture
def browser(max_: User) -> Client:
    return browser_of(max_)


def page_of(user: User, page: str = "change") -> str:
    return f"/admin/accounts/user/{user.pk}/{page}/"


def save(browser: Client, user: User, **values: Any) -> int:
    """Change a person as the page offers it, with what is posted besides; return the status."""
    page = browser.get(page_of(user))
    return browser.post(page_of(user), form_of(page, "#user_form") | values).status_code


def roles_of(user: User) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_an_administrator_gives_and_takes_roles_and_teams(browser: Client) -> None:
    ana, north = with_roles("ana", "exporter"), team_called("North")
    assert save(browser, ana, groups=[role("numbers").pk], teams=[north.pk]) == 302
    assert (roles_of(ana), list(ana.teams.all())) == ({"numbers"}, [north])


def test_what_administrators_give_themselves_stands_in_the_log(browser: Client, max_: User) -> None:
    kept = [role("administrator").pk, role("numbers").pk]
    assert save(browser, max_, groups=kept) == 302
    assert again(max_).has_perm("access.see_numbers")
    told = Event.objects.get(kind="user", name="max", way="admin")
    assert (told.actor, told.details) == ("max", {"of": "group", "added": ["numbers"]})


@pytest.mark.parametrize("flag", ["is_superuser", "is_staff"])
@pytest.mark.parametrize("own", [True, False])
def test_an_administrator_makes_nobody_staff_or_superuser(
    browser: Client, max_: User, flag: str, *, own: bool
) -> None:
    user = max_ if own else plain("ana")
    assert save(browser, user, **{flag: "on"}) == 302
    assert getattr(again(user), flag) is False


def test_an_administrator_adds_nobody_as_staff_or_superuser(browser: Client) -> None:
    passwords = {"password1": NEW, "password2": NEW}
    rights = {"is_superuser": "on", "is_staff": "on", "user_permissions": [right("add_group").pk]}
    page = browser.get(ADD)
    browser.post(ADD, form_of(page, "#user_form") | {"username": "ana"} | passwords | rights)
    ana = User.objects.get(username="ana")
    assert not (ana.is_superuser or ana.is_staff or ana.user_permissions.exists())


def test_an_administrator_gives_no_permission_but_by_roles(browser: Client, max_: User) -> None:
    assert save(browser, max_, user_permissions=[right("change_group").pk]) == 302
    assert not again(max_).has_perm("auth.change_group")


def test_an_administrator_gives_no_group_that_is_no_role(browser: Client) -> None:
    other, ana = Group.objects.create(name="other"), plain("ana")
    assert save(browser, ana, groups=[other.pk]) == 200
    page = Screen(browser.get(page_of(ana)))
    assert set(page.texts("#id_groups label")) == {
        "exporter",
        "numbers",
        "auditor",
        "administrator",
    }
    assert roles_of(ana) == set()


def test_a_group_that_is_no_role_stays_when_roles_change(browser: Client) -> None:
    other, ana = Group.objects.create(name="other"), with_roles("ana", "auditor")
    ana.groups.add(other)
    assert save(browser, ana, groups=[role("exporter").pk]) == 302
    assert roles_of(ana) == {"exporter", "other"}


@pytest.mark.parametrize("page", ["change", "password", "delete"])
@pytest.mark.parametrize("active", [True, False])
def test_an_administrator_touches_no_superuser(browser: Client, page: str, *, active: bool) -> None:
    root = superuser("root")
    root.is_active = active
    root.save()
    posted = {"username": "root", "password1": NEW, "password2": NEW, "post": "yes"}
    assert browser.post(page_of(root, page), posted).status_code == 403
    assert again(root).password == root.password


def rights_beyond(user: User, kind: str) -> None:
    """Give a person what no role permits."""
    if kind == "own":
        user.user_permissions.add(right("change_group"))
    else:
        group = Group.objects.create(name="other")
        group.permissions.add(right("change_group"))
        user.groups.add(group)


@pytest.mark.parametrize("kind", ["own", "group"])
@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize("page", ["change", "password", "delete"])
def test_an_administrator_touches_nobody_with_rights_that_no_role_gives(
    browser: Client, kind: str, page: str, *, active: bool
) -> None:
    ana = plain("ana", is_active=active)
    rights_beyond(ana, kind)
    posted = {"username": "ana", "password1": NEW, "password2": NEW, "post": "yes"}
    assert browser.post(page_of(ana, page), posted).status_code == 403
    assert again(ana).password == ana.password


def test_an_administrator_sets_the_password_of_whoever_has_roles_only(browser: Client) -> None:
    ana = with_roles("ana", "numbers", "auditor")
    posted = {"usable_password": "true", "password1": NEW, "password2": NEW}
    assert browser.post(page_of(ana, "password"), posted).status_code == 302
    assert again(ana).check_password(NEW)


@pytest.mark.parametrize("page", ["", "add/", "1/change/", "1/delete/"])
def test_an_administrator_does_not_change_what_a_role_permits(browser: Client, page: str) -> None:
    address = f"/admin/auth/group/{page.replace('1', str(role('numbers').pk))}"
    assert browser.get(address).status_code == 403
    assert browser.post(address, {"name": "x", "post": "yes"}).status_code == 403


def test_who_may_change_groups_and_is_no_superuser_changes_none() -> None:
    user = plain("staff", "change_group", "view_group", "add_group", "delete_group", is_staff=True)
    address = f"/admin/auth/group/{role('numbers').pk}/change/"
    posted = {"name": "numbers", "permissions": [right("add_user").pk]}
    assert browser_of(user).post(address, posted).status_code == 403
    assert browser_of(user).get(address).status_code == 200


def test_who_may_change_people_only_gives_no_roles_and_no_teams() -> None:
    user = plain("staff", "change_user", "view_user", is_staff=True)
    north = team_called("North")
    given = {"groups": [role("administrator").pk], "teams": [north.pk]}
    assert save(browser_of(user), user, **given) == 302
    assert (roles_of(user), list(user.teams.all())) == (set(), [])


def test_who_may_add_people_only_adds_them_without_roles_and_teams() -> None:
    browser = browser_of(plain("staff", "add_user", "change_user", "view_user", is_staff=True))
    given = {"groups": [role("administrator").pk], "teams": [team_called("North").pk]}
    new = {"username": "ana", "password1": NEW, "password2": NEW}
    browser.post(ADD, form_of(browser.get(ADD), "#user_form") | new | given)
    ana = User.objects.get(username="ana")
    assert (roles_of(ana), list(ana.teams.all())) == (set(), [])


@pytest.mark.parametrize("more", ["role", "team"])
def test_who_may_change_people_only_touches_nobody_who_may_do_or_see_more(more: str) -> None:
    browser = browser_of(plain("staff", "change_user", "view_user", is_staff=True))
    ana = with_roles("ana", *(["numbers"] if more == "role" else []))
    if more == "team":
        team_called("North", ana)
    posted = {"usable_password": "true", "password1": NEW, "password2": NEW}
    assert browser.post(page_of(ana, "password"), posted).status_code == 403


def test_who_may_change_people_only_touches_whoever_may_do_as_much() -> None:
    browser = browser_of(plain("staff", "change_user", "view_user", is_staff=True))
    ana = plain("ana")
    team_called("All of us", ana, everybody=True)
    posted = {"usable_password": "true", "password1": NEW, "password2": NEW}
    assert browser.post(page_of(ana, "password"), posted).status_code == 302


def test_who_may_only_view_people_is_shown_no_hash_of_a_password() -> None:
    browser = browser_of(plain("staff", "view_user", is_staff=True))
    ana = plain("ana")
    assert ana.password not in content_of(browser.get(page_of(ana)))


def test_who_is_no_administrator_any_more_stays_outside(browser: Client, max_: User) -> None:
    assert browser.get("/admin/").status_code == 200
    max_.groups.clear()
    assert browser.get("/admin/", follow=True).status_code == 403


def test_the_way_into_the_administration_is_shown_to_administrators(browser: Client) -> None:
    link = "a[href='/admin/']"
    assert Screen(browser.get("/views/")).links(link)
    assert not Screen(browser_of(with_roles("ana", "auditor")).get("/views/")).links(link)


def test_a_deletion_by_the_list_is_bound_alike(browser: Client) -> None:
    root, ana, ben = superuser("root"), plain("ana"), plain("ben")
    rights_beyond(ana, "own")
    for user in (root, ana, ben):
        ticked = {"action": "delete_selected", "_selected_action": [str(user.pk)], "post": "yes"}
        browser.post("/admin/accounts/user/", ticked)
    assert set(User.objects.values_list("username", flat=True)) == {"root", "ana", "max"}
