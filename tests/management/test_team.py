"""``manage.py team``: teams and what they may see, by command alone."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from appoints.access.models import Grant
from appoints.query.lists import written
from dashboard.accounts.models import Team
from dashboard.audit.models import Event
from tests.factories import connection_to, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def connections(db: None) -> None:
    for slug in ("madrid", "lima"):
        connection_to(name=slug.title(), slug=slug)
    Grant.objects.all().delete()


def run(*words: str) -> str:
    said = StringIO()
    call_command("team", *words, stdout=said)
    return said.getvalue().strip()


def refused(*words: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert caught.value.returncode == 1
    assert "\n" not in str(caught.value)
    return str(caught.value)


def granted(slug: str = "north") -> list[tuple[str, list[str], list[str]]]:
    grants = Grant.objects.filter(team__slug=slug).order_by("pk")
    return [(each.connection.slug, each.agents, each.tasks) for each in grants]


def test_a_team_is_created_with_all_that_is_given() -> None:
    grants = ["--grant", "madrid agents=101,102 tasks=7", "--grant", "lima"]
    said = run("north", "--name", "Team North", *grants)
    assert said == ("Created north: Team North, 0 members, lima; madrid agents=101,102 tasks=7.")
    assert granted() == [("madrid", ["101", "102"], ["7"]), ("lima", [], [])]


def test_a_new_team_without_a_name_is_called_as_its_slug() -> None:
    run("north")
    assert Team.objects.get(slug="north").name == "north"


def test_a_team_of_everybody_needs_to_name_nobody() -> None:
    assert "everybody" in run("all", "--everybody")
    anybody = person()
    assert Team.objects.of(anybody).filter(slug="all").exists()
    run("all", "--no-everybody")
    assert not Team.objects.of(anybody).filter(slug="all").exists()


def test_grants_that_are_named_replace_those_held() -> None:
    run("north", "--grant", "madrid agents=101", "--grant", "lima")
    kept = Grant.objects.get(connection__slug="lima")
    assert run("north", "--grant", "lima", "--grant", "madrid tasks=7").startswith(
        "Changed grants of north: "
    )
    assert sorted(granted()) == [("lima", [], []), ("madrid", [], ["7"])]
    assert Grant.objects.get(connection__slug="lima") == kept


def test_what_is_not_named_stays() -> None:
    run("north", "--name", "Team North", "--everybody", "--grant", "madrid")
    run("north", "--name", "North")
    team = Team.objects.get(slug="north")
    assert (team.name, team.everybody, granted()) == ("North", True, [("madrid", [], [])])


def test_none_takes_all_grants_away() -> None:
    run("north", "--grant", "madrid")
    assert run("north", "--grant", "none").endswith("no grants.")
    assert granted() == []


def test_running_it_again_changes_nothing_and_says_so() -> None:
    words = ["north", "--grant", "madrid agents=102,101", "--grant", "lima"]
    run(*words)
    events = Event.objects.count()
    again = ["north", "--grant", "lima", "--grant", "madrid agents=101,102,101"]
    assert run(*again).startswith("Nothing to change in north: ")
    assert Event.objects.count() == events


@pytest.mark.parametrize(
    "agent",
    ["Ana López", "a,b", 'say "x"', "x tasks=7", "\\", "夜班", "a=b", '"'],
)
def test_an_agent_of_any_name_is_granted_as_addresses_write_it(agent: str) -> None:
    run("north", "--grant", f"madrid agents={written(agent)},102 tasks={written(agent)}")
    assert granted() == [("madrid", [agent, "102"], [agent])]


def test_what_it_prints_can_be_given_again() -> None:
    said = run("north", "--grant", 'madrid agents="Ana López",102 tasks=7')
    grant = said.removeprefix("Created north: north, 0 members, ").removesuffix(".")
    assert run("north", "--grant", grant).startswith("Nothing to change")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--grant", "rome"], "--grant: there is no connection rome. Known: "),
        (
            ["--grant", "madrid agnts=1"],
            "--grant: after madrid stand only agents=… and tasks=…, not agnts=1",
        ),
        (
            ["--grant", "madrid 101 tasks=7"],
            "--grant: after madrid stand only agents=… and tasks=…, not 101",
        ),
        (["--grant", "rome agnts=1"], "--grant: after rome stand only"),
        (["--grant", "madrid agents="], "--grant: agents= and tasks= are given once, each with"),
        (["--grant", "madrid agents=,"], "--grant: No name stands here."),
        (["--grant", "madrid agents=1 agents=2"], "--grant: agents= and tasks= are given once"),
        (["--grant", "madrid agents=\x01"], "--grant: "),
        (["--grant", ""], "--grant: there is no connection"),
        (["--grant", "lima", "--grant", "none"], "--grant: there is no connection none."),
        (["--name", ""], "--name: "),
        (["--name", "South"], "--name: "),
        (["--name", "x" * 151], "--name: "),
    ],
)
def test_what_cannot_be_is_one_line_and_changes_nothing(words: list[str], said: str) -> None:
    run("south", "--name", "South")
    run("north", "--name", "North", "--grant", "madrid")
    assert refused("north", "--everybody", *words).startswith(said)
    team = Team.objects.get(slug="north")
    assert (team.name, team.everybody, granted()) == ("North", False, [("madrid", [], [])])


@pytest.mark.parametrize("slug", ["no rth", "none", "x" * 51])
def test_a_slug_that_is_none_is_refused(slug: str) -> None:
    assert refused(slug).startswith("SLUG: ")
    assert not Team.objects.filter(slug=slug).exists()


def test_the_log_tells_of_grants_given_and_taken() -> None:
    run("north", "--grant", "madrid")
    run("north", "--grant", "none")
    found = Event.objects.filter(kind="grant", name__startswith="north").order_by("pk")
    assert [(each.action, each.way, each.name) for each in found] == [
        ("create", "command", "north: Madrid"),
        ("delete", "command", "north: Madrid"),
    ]
