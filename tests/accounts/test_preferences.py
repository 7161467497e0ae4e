from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from appoints.saved_views.models import PersonColumns
from dashboard.accounts.models import Preferences, User
from dashboard.accounts.zone_names import UTC_TOO, zone_called, zone_names
from tests.factories import person
from tests.screen import Screen

PATH = "/accounts/preferences/"


def test_a_person_without_a_zone_reads_in_the_sites(supervisor: User, settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Kathmandu"
    assert Preferences.of(supervisor).zone == ZoneInfo("Asia/Kathmandu")


def test_a_stranger_reads_in_the_sites_zone() -> None:
    assert Preferences.of(AnonymousUser()).zone == ZoneInfo("UTC")


def test_a_chosen_zone_is_kept(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    response = client.post(PATH, {"time_zone": "Europe/Istanbul"}, follow=True)
    assert Preferences.of(supervisor).zone == ZoneInfo("Europe/Istanbul")
    page = response.content.decode()
    assert "Your preferences are saved." in page
    assert '<option value="Europe/Istanbul" selected>' in page


def test_a_zone_can_be_given_back(client: Client, supervisor: User) -> None:
    Preferences.objects.create(user=supervisor, time_zone="Europe/Istanbul")
    client.force_login(supervisor)
    client.post(PATH, {"time_zone": ""})
    assert Preferences.of(User.objects.get()).zone == ZoneInfo("UTC")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "Europe\0", "x" * 5000])
def test_an_unknown_zone_is_named_beside_its_field(
    client: Client, supervisor: User, zone: str
) -> None:
    client.force_login(supervisor)
    response = client.post(PATH, {"time_zone": zone})
    assert response.status_code == 400
    assert "is not a time zone." in response.content.decode()
    assert not Preferences.objects.exists()


def test_an_empty_post_is_the_sites_zone_not_an_error(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    assert client.post(PATH).status_code == 302


def test_first_choices_sent_twice_at_once_are_both_taken(
    client: Client, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    Preferences.objects.create(user=supervisor, theme="dark")
    monkeypatch.setattr(Preferences, "of", lambda user: Preferences(user=user))  # read before it
    client.force_login(supervisor)
    assert client.post(PATH, {"theme": "light"}).status_code == 302
    assert Preferences.objects.get().theme == "light"


def test_one_persons_zone_is_not_anothers(client: Client, supervisor: User) -> None:
    colleague = person("colleague")
    client.force_login(supervisor)
    client.post(PATH, {"time_zone": "Europe/Istanbul"})
    assert Preferences.of(colleague).zone == ZoneInfo("UTC")


def test_a_zone_that_no_longer_exists_is_the_sites(supervisor: User) -> None:
    Preferences.objects.create(user=supervisor, time_zone="Atlantis/Capital")
    assert Preferences.of(supervisor).zone == ZoneInfo("UTC")


@pytest.mark.parametrize(
    "name", ["", "/etc/localtime", "../UTC", "UTC\0", "utc", "localtime", "Factory", "Europe"]
)
def test_what_is_no_zone_is_an_unknown_name(name: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        zone_called(name)


@given(st.text())
def test_any_text_is_a_zone_or_an_unknown_name(name: str) -> None:
    try:
        assert zone_called(name).key == ("UTC" if name in UTC_TOO else name)
    except ValueError:
        assert name not in zone_names()


def test_every_zone_offered_can_be_chosen() -> None:
    assert {zone_called(name).key for name in zone_names()} == zone_names() - UTC_TOO


def test_colours_and_rows_are_kept_and_told_to_the_style_sheet(
    client: Client, supervisor: User
) -> None:
    client.force_login(supervisor)
    response = client.post(PATH, {"theme": "dark", "density": "dense"}, follow=True)
    page = Screen(response)
    assert page.values("html", "data-bs-theme") == ["dark"]
    assert page.values("html", "data-density") == ["dense"]


def test_without_a_choice_the_device_decides_the_colours(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    assert "data-bs-theme" not in client.get(PATH).content.decode()


@pytest.mark.parametrize("field", ["language", "theme", "density"])
def test_what_nobody_offered_is_named_beside_its_field(
    client: Client, supervisor: User, field: str
) -> None:
    client.force_login(supervisor)
    response = client.post(PATH, {field: "klingon"})
    assert response.status_code == 400
    assert response.context["form"].errors.keys() == {field}


def test_the_language_that_a_person_chose_wins_over_the_browsers(
    client: Client, supervisor: User, settings: Settings
) -> None:
    settings.LANGUAGES = [("en", "English"), ("es", "Spanish")]
    client.force_login(supervisor)
    client.post(PATH, {"language": "es"})
    response = client.get(PATH, headers={"Accept-Language": "en"})
    assert response.headers["Content-Language"] == "es"


def test_saving_preferences_leaves_the_columns_alone(client: Client, supervisor: User) -> None:
    PersonColumns.objects.create(person=supervisor, columns=["state", "called_no"])
    client.force_login(supervisor)
    client.post(PATH, {"theme": "light"})
    assert PersonColumns.of(supervisor) == ["state", "called_no"]


def test_they_lead_back_to_the_list_as_it_was(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    back = "/appoints/?preset=today&state=failed"
    page = client.get(PATH, {"next": back}).content.decode()
    assert 'href="/appoints/?preset=today&amp;state=failed"' in page
    assert client.post(PATH, {"theme": "dark", "next": back})["Location"] == back


def test_they_lead_to_no_other_site(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    elsewhere = "https://example.com/"
    assert "example.com" not in client.get(PATH, {"next": elsewhere}).content.decode()
    assert client.post(PATH, {"theme": "dark", "next": elsewhere})["Location"] == PATH
