"""A right to change something in the admin is no way to rights, rows or numbers beyond it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from appoints.saved_views.models import SavedView
from dashboard.accounts.models import User
from tests.factories import browser_of, person, saved_view, team_called
from tests.screen import form_of

NUMBER = "66609876543"


@pytest.fixture
def view(db: None) -> SavedView:
    """A private view that names a customer's number."""
    return saved_view(person("owner"), "Mine", f"number={NUMBER}")


def staff(*rights: str) -> tuple[User, Client]:
    user = person("staff", *rights, is_staff=True)
    return user, browser_of(user)


def address(view: SavedView) -> str:
    return f"/admin/saved_views/savedview/{view.pk}/change/"


def test_a_private_view_cannot_be_made_ones_own(view: SavedView) -> None:
    user, client = staff("change_savedview")
    night = team_called("Night", user)
    for given in ("private", "team", "everybody"):
        posted = {"name": "Taken", "owner": str(user.pk), "audience": given, "team": str(night.pk)}
        client.post(address(view), posted)
        view.refresh_from_db()
        assert (view.owner.username, view.audience, view.team) == ("owner", "private", None)
        assert NUMBER not in client.get("/views/").content.decode()
        assert client.get(f"/v/{view.slug}/").status_code == 404


@pytest.mark.parametrize("page", ["", "change/", "history/", "delete/"])
def test_no_page_of_a_view_shows_what_it_asks(view: SavedView, page: str) -> None:
    _, client = staff("change_savedview", "view_savedview", "delete_savedview")
    end = f"{view.pk}/{page}" if page else ""
    response = client.get(f"/admin/saved_views/savedview/{end}")
    assert response.status_code == 200
    assert NUMBER not in response.content.decode()
    assert bytes(view.sealed).decode() not in response.content.decode()


@pytest.mark.parametrize(
    "lookup",
    ["owner__password__startswith", "owner__saved_views__sealed", "team__user__password__contains"],
)
def test_the_list_of_views_cannot_be_asked_about_people(view: SavedView, lookup: str) -> None:
    _, client = staff("view_savedview")
    assert client.get(f"/admin/saved_views/savedview/?{lookup}=x").status_code in (302, 400)


def person_form(user: User, **values: str) -> dict[str, str]:
    return {
        "username": user.username,
        "email": "",
        "is_active": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00",
        **values,
    }


@pytest.mark.django_db
def test_who_may_change_people_gives_themselves_no_rights() -> None:
    user, client = staff("change_user", "view_user")
    right = Permission.objects.get(codename="change_connection")
    posted = person_form(user, is_superuser="on", is_staff="on", user_permissions=str(right.pk))
    response = client.post(f"/admin/accounts/user/{user.pk}/change/", posted)
    assert response.status_code == 302
    found = User.objects.get(pk=user.pk)
    assert not found.is_superuser
    assert not found.has_perm("connections.change_connection")
    assert found.is_staff


@pytest.mark.django_db
def test_who_may_change_people_makes_nobody_staff() -> None:
    _, client = staff("change_user", "view_user", "add_user")
    friend = person("friend")
    client.post(f"/admin/accounts/user/{friend.pk}/change/", person_form(friend, is_staff="on"))
    assert not User.objects.get(username="friend").is_staff


@pytest.mark.parametrize("page", ["change/", "password/", "delete/"])
def test_who_may_change_people_does_not_become_a_superuser(admin_user: User, page: str) -> None:
    _, client = staff("change_user", "view_user", "delete_user")
    new = {"password1": "staple for a horse", "password2": "staple for a horse", "post": "yes"}
    response = client.post(
        f"/admin/accounts/user/{admin_user.pk}/{page}", person_form(admin_user) | new
    )
    assert response.status_code == 403
    found = User.objects.get(pk=admin_user.pk)
    assert found.password == admin_user.password


def test_superusers_are_not_deleted_by_the_lists_action(admin_user: User) -> None:
    _, client = staff("change_user", "view_user", "delete_user")
    ticked = {"action": "delete_selected", "_selected_action": [str(admin_user.pk)], "post": "yes"}
    client.post("/admin/accounts/user/", ticked)
    assert User.objects.filter(pk=admin_user.pk).exists()


@pytest.mark.django_db
def test_who_may_change_teams_changes_no_right() -> None:
    _, client = staff("change_team", "view_team")
    night = team_called("Night")
    right = Permission.objects.get(codename="change_lookup")
    address = f"/admin/accounts/team/{night.pk}/change/"
    posted = form_of(client.get(address), "#team_form")
    response = client.post(address, posted | {"name": "Nights", "permissions": str(right.pk)})
    assert response.status_code == 302
    night.refresh_from_db()
    assert (night.name, right.user_set.count(), right.group_set.count()) == ("Nights", 0, 0)


def test_a_superuser_gives_rights(admin_client: Client) -> None:
    friend = person("friend")
    admin_client.post(
        f"/admin/accounts/user/{friend.pk}/change/", person_form(friend, is_staff="on")
    )
    assert User.objects.get(username="friend").is_staff
