"""Saved views: saving, opening, leaving, defaults."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test import Client

from appoints.access.models import Grant
from appoints.connections.models import Connection
from appoints.saved_views.forms import NamingForm
from appoints.saved_views.models import PersonDefault, SavedView, TeamDefault
from dashboard.accounts.models import Team, User
from tests.factories import administrator, browser_of, person, saved_view, team_called
from tests.screen import text_of

ASKED = "connection=demo&preset=today&state=overdue"
LIST = "/appoints/"


@pytest.fixture
def night(supervisor: User) -> Team:
    return team_called("Night", supervisor)


def saved(owner: User, name: str = "Morning list", query: str = ASKED, **fields: Any) -> SavedView:
    return saved_view(owner, name, query, **fields)


def of_everybody(name: str) -> SavedView:
    owner = User.objects.filter(username="colleague").first() or person("colleague")
    return saved_view(owner, name, ASKED, audience="everybody")


def test_a_view_keeps_what_is_asked_without_page_and_opens_it_again(
    signed_in: Client, connection: Connection
) -> None:
    posted = {"name": "Morning list", "audience": "private"}
    address = "/views/new/?preset=today&state=overdue&sort=-agent&page=7"
    response = signed_in.post(address, posted)
    view = SavedView.objects.get()
    asked = "connection=demo&preset=today&state=overdue&sort=-agent"
    assert view.query == asked
    assert response["Location"] == f"{LIST}?{asked}&view={view.slug}"
    assert signed_in.get(f"/v/{view.slug}/")["Location"] == response["Location"]


def test_saving_a_view_that_came_from_another_does_not_keep_that_one(
    signed_in: Client, connection: Connection, supervisor: User
) -> None:
    old = saved(supervisor)
    signed_in.post(
        f"/views/new/?preset=today&view={old.slug}", {"name": "New", "audience": "private"}
    )
    assert SavedView.objects.get(name="New").query == "connection=demo&preset=today"


def test_the_list_names_its_view_and_says_when_it_is_changed(
    signed_in: Client, connection: Connection, supervisor: User
) -> None:
    view = saved(supervisor)
    page = text_of(signed_in.get(f"{LIST}?{ASKED}&view={view.slug}"))
    assert "View: Morning list" in page
    assert "(changed)" not in page
    page = signed_in.get(f"{LIST}?{ASKED}&late=1&view={view.slug}")
    assert "View: Morning list (changed)" in text_of(page)
    assert f'action="/views/{view.slug}/update/?' in page.content.decode()


def test_another_page_of_a_view_is_no_change(
    signed_in: Client, connection: Connection, supervisor: User
) -> None:
    view = saved(supervisor)
    page = signed_in.get(f"{LIST}?{ASKED}&page=2&view={view.slug}")
    assert "(changed)" not in text_of(page)


def test_somebody_elses_view_can_be_saved_as_an_own_one_only(
    signed_in: Client, connection: Connection
) -> None:
    view = of_everybody("Theirs")
    page = signed_in.get(f"{LIST}?{ASKED}&late=1&view={view.slug}").content.decode()
    assert "/update/" not in page
    assert "Save as…" in page


def test_a_view_changes_no_row_and_no_count(
    signed_in: Client, connection: Connection, supervisor: User
) -> None:
    narrow = saved(supervisor, query="connection=demo&number=4711")
    with_it = signed_in.get(f"{LIST}export.csv", {"state": "failed", "view": narrow.slug})
    without = signed_in.get(f"{LIST}export.csv", {"state": "failed"})
    assert with_it.content == without.content
    assert with_it["X-Total-Count"] != "0"


def test_an_address_that_names_a_view_of_somebody_else_works_all_the_same(
    signed_in: Client, connection: Connection
) -> None:
    view = saved(person("colleague"), "Secret plan")
    response = signed_in.get(f"{LIST}?{ASKED}&view={view.slug}")
    assert response.status_code == 200
    assert "Secret plan" not in text_of(response)


def test_the_filter_form_and_every_link_of_the_page_keep_the_view(
    signed_in: Client, connection: Connection, supervisor: User
) -> None:
    view = saved(supervisor)
    page = signed_in.get(f"{LIST}?{ASKED}&view={view.slug}").content.decode()
    assert f'name="view" value="{view.slug}"' in page
    response = signed_in.post(LIST, {"preset": "today", "view": view.slug})
    assert response["Location"].endswith(f"view={view.slug}")


def test_saving_again_lets_the_view_ask_something_else(
    signed_in: Client, connection: Connection, supervisor: User
) -> None:
    view = saved(supervisor)
    response = signed_in.post(f"/views/{view.slug}/update/?{ASKED}&late=1&view={view.slug}")
    view.refresh_from_db()
    assert view.query == f"{ASKED}&late=1"
    assert response["Location"] == f"{LIST}?{ASKED}&late=1&view={view.slug}"


def test_what_the_list_refuses_is_not_saved(signed_in: Client, connection: Connection) -> None:
    response = signed_in.post("/views/new/?from=never", {"name": "x", "audience": "private"})
    assert response["Location"] == f"{LIST}?from=never"
    assert not SavedView.objects.exists()


def test_one_person_has_no_two_views_of_a_name(
    signed_in: Client, connection: Connection, supervisor: User
) -> None:
    of_everybody("Theirs")
    saved(supervisor)
    address = "/views/new/?preset=today"
    response = signed_in.post(address, {"name": "Morning list", "audience": "private"})
    assert response.status_code == 400
    assert "You have a view of this name already." in text_of(response)
    assert signed_in.post(address, {"name": "Theirs", "audience": "private"}).status_code == 302


def test_a_form_sent_twice_at_once_saves_one_view(
    signed_in: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch, supervisor: User
) -> None:
    saved(supervisor)
    monkeypatch.setattr(NamingForm, "clean_name", lambda form: form.cleaned_data["name"])
    response = signed_in.post(
        "/views/new/?preset=today", {"name": "Morning list", "audience": "private"}
    )
    assert response.status_code == 400
    assert "You have a view of this name already." in text_of(response)


def test_a_teams_view_needs_a_team_and_a_person_without_one_is_not_asked(
    connection: Connection,
) -> None:
    Team.objects.all().delete()
    chief = administrator()
    address, browser = "/views/new/?preset=today", browser_of(chief)
    assert "a team" not in text_of(browser.get(address))
    for name in ("Day", "Night"):
        team_called(name, chief)
    response = browser.post(address, {"name": "Ours", "audience": "team"})
    assert response.status_code == 400
    assert "Choose a team." in text_of(response)


def test_the_only_team_is_chosen_beforehand(
    signed_in: Client, connection: Connection, night: Team
) -> None:
    Team.objects.filter(everybody=True).delete()
    Grant.objects.create(team=night, connection=connection)
    page = signed_in.get("/views/new/?preset=today").content.decode()
    assert f'<option value="{night.pk}" selected>' in page


class TestDefaults:
    def opened(self, client: Client) -> str:
        return client.get("/")["Location"]

    def test_without_one_the_list_opens_as_of_today(self, signed_in: Client) -> None:
        of_everybody("Theirs")
        assert self.opened(signed_in) == "/appoints/?preset=today"

    def test_the_own_one_opens_and_says_so_and_can_be_left(
        self, signed_in: Client, connection: Connection
    ) -> None:
        posted = {"name": "Mine", "audience": "private", "own_default": "on"}
        signed_in.post("/views/new/?preset=next-1h", posted)
        page = signed_in.get("/", follow=True)
        assert "Your default view: Mine" in text_of(page)
        assert '<a href="/appoints/?preset=today">Leave this view</a>' in page.content.decode()

    def test_one_that_can_no_longer_be_asked_says_so_and_can_be_left(
        self, signed_in: Client, connection: Connection, supervisor: User
    ) -> None:
        view = saved(supervisor, query="connection=gone&preset=today")
        PersonDefault.objects.create(person=supervisor, view=view)
        page = signed_in.get("/", follow=True)
        assert page.status_code == 404
        assert "Your default view: Morning list" in text_of(page)
        assert "Leave this view" in text_of(page)

    def test_left_it_is_gone(
        self, signed_in: Client, connection: Connection, supervisor: User
    ) -> None:
        PersonDefault.objects.create(person=supervisor, view=saved(supervisor))
        page = text_of(signed_in.get("/appoints/?preset=today"))
        assert "Your default view" not in page

    def test_a_teams_opens_for_who_has_none_and_says_whose_it_is(
        self, signed_in: Client, connection: Connection, night: Team
    ) -> None:
        view = of_everybody("Theirs")
        TeamDefault.objects.create(team=night, view=view)
        page = text_of(signed_in.get("/", follow=True))
        assert "Default view of the team Night: Theirs" in page

    def test_the_own_one_goes_before_the_teams(
        self, signed_in: Client, supervisor: User, night: Team
    ) -> None:
        TeamDefault.objects.create(team=night, view=of_everybody("Theirs"))
        own = saved(supervisor)
        PersonDefault.objects.create(person=supervisor, view=own)
        assert self.opened(signed_in).endswith(own.slug)

    def test_of_several_teams_the_first_by_name_that_has_one_counts(
        self, signed_in: Client, connection: Connection, supervisor: User
    ) -> None:
        made = {name: team_called(name, supervisor) for name in ("Night", "Day", "Alpha")}
        TeamDefault.objects.create(team=made["Night"], view=of_everybody("for night"))
        day = of_everybody("for day")
        TeamDefault.objects.create(team=made["Day"], view=day)
        assert self.opened(signed_in).endswith(day.slug)

    def test_the_owner_of_a_teams_view_may_make_it_the_teams(
        self, signed_in: Client, connection: Connection, supervisor: User, night: Team
    ) -> None:
        posted = {"name": "Ours", "audience": "team", "team": night.pk, "team_default": "on"}
        signed_in.post("/views/new/?preset=today", posted)
        assert TeamDefault.objects.get().team == night
        view = SavedView.objects.get()
        signed_in.post(f"/views/{view.slug}/", {"name": "Ours", "audience": "private"})
        assert not TeamDefault.objects.exists()

    def test_what_opens_for_everybody_is_no_choice_of_anybody(
        self, signed_in: Client, connection: Connection, supervisor: User
    ) -> None:
        all_of_us = team_called("All of us", everybody=True)
        posted = {"name": "Ours", "audience": "team", "team": all_of_us.pk, "team_default": "on"}
        response = signed_in.post("/views/new/?preset=today", posted)
        assert response.status_code == 400
        assert "is set in the administration." in text_of(response)

    def test_a_default_that_the_administration_set_stays_when_its_view_is_renamed(
        self, signed_in: Client, connection: Connection, supervisor: User
    ) -> None:
        all_of_us = team_called("All of us", everybody=True)
        view = saved(supervisor, audience="team", team=all_of_us)
        TeamDefault.objects.create(team=all_of_us, view=view)
        posted = {"name": "New", "audience": "team", "team": all_of_us.pk, "team_default": "on"}
        assert signed_in.post(f"/views/{view.slug}/", posted).status_code == 302
        assert TeamDefault.objects.get().view == view

    def test_a_private_view_is_no_teams_default(
        self, signed_in: Client, connection: Connection, night: Team
    ) -> None:
        posted = {"name": "Mine", "audience": "private", "team_default": "on"}
        response = signed_in.post("/views/new/?preset=today", posted)
        assert response.status_code == 400
        assert "be its default." in text_of(response)

    def test_it_is_made_and_given_back_with_one_click_each(
        self, signed_in: Client, connection: Connection
    ) -> None:
        view = of_everybody("Theirs")
        address = f"{ASKED}&view={view.slug}"
        response = signed_in.post(f"/views/{view.slug}/default/?{address}")
        assert response["Location"] == f"{LIST}?{address}"
        assert self.opened(signed_in).endswith(view.slug)
        assert signed_in.post(f"/views/{view.slug}/default/", {"off": "1"}).status_code == 302
        assert self.opened(signed_in) == "/appoints/?preset=today"


def test_the_page_of_views_says_what_each_asks(
    signed_in: Client, connection: Connection, supervisor: User
) -> None:
    saved(supervisor, query=f"{ASKED}&sort=-agent_name")
    saved(supervisor, "Old", "connection=gone&preset=today")
    page = text_of(signed_in.get("/views/"))
    assert "Today · Overdue · sorted by agent name, descending" in page
    assert "This cannot be asked any more" in page


def test_the_page_of_views_marks_the_own_default_and_the_teams(
    signed_in: Client, connection: Connection, supervisor: User, night: Team
) -> None:
    own, ours = saved(supervisor), of_everybody("Ours")
    PersonDefault.objects.create(person=supervisor, view=own)
    TeamDefault.objects.create(team=night, view=ours)
    team_called("Others, who have none")
    page = text_of(signed_in.get("/views/"))
    assert "Morning list my default" in page
    assert "Ours default of the team Night" in page


def test_deleting_asks_first(signed_in: Client, connection: Connection, supervisor: User) -> None:
    view = saved(supervisor)
    assert "Delete the view “Morning list”?" in text_of(
        signed_in.get(f"/views/{view.slug}/delete/")
    )
    assert SavedView.objects.exists()
    page = signed_in.post(f"/views/{view.slug}/delete/", follow=True)
    assert "is deleted" in text_of(page)
    assert not SavedView.objects.exists()


class TestAtRest:
    def test_what_a_view_asks_is_encrypted(self, supervisor: User) -> None:
        view = saved(supervisor, query="connection=demo&number=13800138000")
        assert b"13800138000" not in bytes(SavedView.objects.get(pk=view.pk).sealed)

    def test_without_its_key_a_view_says_so(
        self, signed_in: Client, connection: Connection, supervisor: User, settings
    ) -> None:
        view = saved(supervisor)
        PersonDefault.objects.create(person=supervisor, view=view)
        settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
        for address in ("/", f"/v/{view.slug}/"):
            page = text_of(signed_in.get(address, follow=True))
            assert "What “Morning list” asks cannot be read" in page

    def test_its_key_can_be_changed(self, supervisor: User, settings) -> None:
        view = saved(supervisor)
        new = Fernet.generate_key().decode()
        settings.CREDENTIAL_KEYS = [new, *settings.CREDENTIAL_KEYS]
        call_command("rotate_credentials")
        settings.CREDENTIAL_KEYS = [new]
        assert SavedView.objects.get(pk=view.pk).query == ASKED
