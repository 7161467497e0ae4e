"""A page of the admin says what a person may see and do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from appoints.access.models import Grant
from appoints.connections.models import Connection
from dashboard.accounts.models import User
from tests.factories import administrator, browser_of, connection_to, person, team_called
from tests.screen import Screen, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(db: None) -> User:
    return person("ana", rights=())


@pytest.fixture
def madrid(db: None) -> Connection:
    """A connection that nobody is granted yet."""
    found = connection_to(name="Madrid", slug="madrid")
    Grant.objects.all().delete()
    return found


def address(user: User) -> str:
    return f"/admin/accounts/user/{user.pk}/preview/"


def page_of(user: User) -> Screen:
    found = User.objects.filter(username="administrator").first() or administrator()
    response = browser_of(found).get(address(user))
    assert response.status_code == 200
    return Screen(response)


def rows(user: User) -> list[list[str]]:
    cells = page_of(user).texts("#content-main tbody :is(th, td)")
    return [cells[start : start + 3] for start in range(0, len(cells), 3)]


def facts(user: User) -> list[str]:
    return page_of(user).texts("#content-main li")


def test_rows_are_those_of_each_grant_of_each_team(ana: User, madrid: Connection) -> None:
    lima = connection_to(name="Lima", slug="lima")
    Grant.objects.all().delete()
    north, everybody = team_called("North", ana), team_called("All of us", everybody=True)
    Grant.objects.create(team=north, connection=madrid, agents=["102", "101"], tasks=["7"])
    Grant.objects.create(team=everybody, connection=madrid, tasks=["8"])
    Grant.objects.create(team=everybody, connection=lima)
    Grant.objects.create(team=team_called("South"), connection=madrid)
    assert sorted(rows(ana)) == [
        ["Lima", "all", "all"],
        ["Madrid", "101 , 102", "7"],
        ["Madrid", "all", "8"],
    ]


def test_the_teams_of_everybody_are_named_as_such(ana: User) -> None:
    team_called("North", ana)
    team_called("All of us", everybody=True)
    assert page_of(ana).texts("#content-main > p")[0] == "Teams: All of us (everybody), North"


def test_who_sees_nothing_is_said_to(ana: User, madrid: Connection) -> None:
    assert rows(ana) == []
    assert "sees no reserved call" in page_of(ana).text


def test_a_connection_that_is_switched_off_is_seen_by_nobody(ana: User) -> None:
    off = connection_to(active=False)
    Grant.objects.create(team=team_called("North", ana), connection=off)
    assert rows(ana) == []


def test_who_is_inactive_sees_nothing(ana: User, madrid: Connection) -> None:
    Grant.objects.create(team=team_called("North", ana), connection=madrid)
    User.objects.update(is_active=False)
    assert "cannot sign in, and see nothing" in page_of(ana).text
    assert rows(ana) == []


@pytest.mark.parametrize(
    ("roles", "permissions", "said"),
    [
        ([], [], "Sees telephone numbers masked."),
        (["numbers"], [], "Sees telephone numbers in full."),
        ([], ["reveal_number"], "masked, and may reveal a single one with a reason."),
        ([], [], "Takes no files."),
        (["exporter"], [], "Takes files: CSV, Excel and JSON."),
        ([], [], "Does not read the log."),
        (["auditor"], [], "Reads the log."),
        (["auditor"], [], "Does not enter the administration."),
        (["administrator"], [], "Enters the administration, and does there what the roles permit."),
    ],
)
def test_what_roles_permit_is_said_in_words(
    roles: list[str], permissions: list[str], said: str
) -> None:
    user = person("ana", *permissions, rights=())
    user.groups.set(Group.objects.filter(name__in=roles))
    assert len([fact for fact in facts(user) if said in fact]) == 1


def test_a_superuser_sees_and_does_everything(madrid: Connection) -> None:
    root = administrator()
    assert rows(root) == [["Madrid", "all", "all"]]
    assert facts(root)[-1] == "Enters the administration, and does everything there."


def test_the_page_of_a_person_leads_to_it(ana: User) -> None:
    browser = browser_of(administrator())
    page = browser.get(f"/admin/accounts/user/{ana.pk}/change/")
    assert Screen(page).links(f"a[href='{address(ana)}']")


@pytest.mark.parametrize(
    ("rights", "status"),
    [(["view_user", "view_grant"], 200), (["view_user"], 403), (["view_grant"], 403)],
)
def test_it_needs_the_right_to_view_people_and_grants(
    ana: User, rights: list[str], status: int
) -> None:
    browser = browser_of(person("staff", *rights, is_staff=True))
    assert browser.get(address(ana)).status_code == status
    page = browser.get(f"/admin/accounts/user/{ana.pk}/change/")
    assert ("As this person" in text_of(page)) is (status == 200)


def test_of_nobody_there_is_none() -> None:
    browser = browser_of(administrator())
    assert browser.get("/admin/accounts/user/999/preview/").status_code == 404
