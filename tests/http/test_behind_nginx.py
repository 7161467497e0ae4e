"""nginx signs people in and names them to gunicorn, over real sockets: every way round it fails."""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import pytest

from dashboard.accounts.models import User
from dashboard.audit.models import Event
from dashboard.operations import servers
from tests import settings as _keys  # noqa: F401 the server reads them from the environment
from tests.factories import team_called
from tests.gunicorn import gunicorn

PROXY, CLIENT, STRANGER = "127.0.0.1", "127.0.0.7", "127.0.0.9"
PAGE = "/accounts/preferences/"
SIGN_IN = f"/accounts/login/?next={PAGE}"
# As the operator's guide has it; the groups come with the address, for nginx knows none of itself.
CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log stderr crit;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        auth_basic "people"; auth_basic_user_file {folder}/people;
        location / {{
            proxy_pass http://127.0.0.1:{behind};
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header Remote-User $remote_user;
            proxy_set_header Remote-Groups $arg_groups;
        }}
    }}
}}
"""

SETTINGS = {
    "TRUSTED_PROXIES": PROXY,
    "REMOTE_USER_HEADER": "Remote-User",
    "REMOTE_GROUPS_HEADER": "Remote-Groups",
    "GROUP_MAP": "sales=team:north;chiefs=role:auditor",
}

pytestmark = pytest.mark.django_db(transaction=True)


class Ports(NamedTuple):
    nginx: int
    gunicorn: int


class Answer(NamedTuple):
    status: int
    location: str
    cookie: str
    text: str


@pytest.fixture(scope="module")
def ports(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    """Both servers, on the tests' database."""
    found = Ports(servers.free_port(), servers.free_port())
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "people").write_text("ana:{PLAIN}word\nben:{PLAIN}word\n")
    children: servers.Children = {}
    try:
        children["gunicorn"] = gunicorn(found.gunicorn, **SETTINGS)
        children["nginx"] = nginx(folder, found)
        servers.wait_for(found.gunicorn, "/readyz", children)
        servers.wait_for(found.nginx, "/", children)
        yield found
    finally:
        servers.end(children)


def nginx(folder: Path, ports: Ports) -> subprocess.Popen[bytes]:
    made = CONFIGURATION.format(folder=folder, port=ports.nginx, behind=ports.gunicorn)
    (folder / "nginx.conf").write_text(made)
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "sh tests/debian.sh nginx"
    return subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-e", "stderr"])


def ask(port: int, address: str, path: str, headers: list[tuple[str, str]]) -> Answer:
    """Ask for a page from an address of this machine."""
    client = HTTPConnection("127.0.0.1", port, timeout=20, source_address=(address, 0))
    try:
        client.putrequest("GET", path)
        for name, value in headers:
            client.putheader(name, value)
        client.endheaders()
        response = client.getresponse()
        location = response.headers.get("Location", "")
        cookies = (each.partition(";")[0] for each in response.headers.get_all("Set-Cookie", []))
        return Answer(response.status, location, "; ".join(cookies), response.read().decode())
    finally:
        client.close()


def visit(
    ports: Ports, name: str, path: str = f"{PAGE}?groups=sales", *more: tuple[str, str]
) -> Answer:
    """Ask nginx for a page, as a person with a password there."""
    password = b64encode(f"{name}:word".encode()).decode()
    return ask(ports.nginx, CLIENT, path, [("Authorization", f"Basic {password}"), *more])


def go_round(ports: Ports, address: str, *headers: tuple[str, str]) -> Answer:
    """Ask gunicorn itself."""
    return ask(ports.gunicorn, address, PAGE, [*headers])


def menu_of(answer: Answer) -> str:
    return answer.text.partition("Menu of ")[2].partition('"')[0]


def held(name: str) -> list[str]:
    person = User.objects.get(username=name)
    teams, roles = person.teams.all(), person.groups.all()
    return [*(each.slug for each in teams), *(each.name for each in roles)]


def test_who_signs_in_at_nginx_is_signed_in(ports: Ports) -> None:
    assert menu_of(visit(ports, "ana")) == "ana"
    event = Event.objects.get(action="sign-in")
    assert (event.actor, event.address) == ("ana", CLIENT)


def test_groups_are_mapped_and_taken_away(ports: Ports) -> None:
    team_called("North")
    cookie = visit(ports, "ana", f"{PAGE}?groups=sales,chiefs").cookie
    assert held("ana") == ["north", "auditor"]
    visit(ports, "ana", f"{PAGE}?groups=chiefs", ("Cookie", cookie))
    assert held("ana") == ["auditor"]
    assert Event.objects.filter(action="sign-in").count() == 1


def test_first_requests_that_come_together_make_one_person(ports: Ports) -> None:
    team_called("North")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: visit(ports, "ana"), range(6)))
    assert [menu_of(each) for each in answers] == ["ana"] * 6
    assert held("ana") == ["north"]


def test_no_groups_at_all_are_refused_in_words(ports: Ports) -> None:
    answer = visit(ports, "ana", PAGE)
    assert answer.status == 403
    assert "does not say which groups you are in" in answer.text


def test_a_client_cannot_name_another_by_way_of_nginx(ports: Ports) -> None:
    spoofs = [("Remote-User", "ben"), ("Remote_User", "ben"), ("REMOTE-USER", "ben")]
    assert menu_of(visit(ports, "ana", f"{PAGE}?groups=x", *spoofs)) == "ana"
    assert not User.objects.filter(username="ben").exists()


def test_a_client_cannot_give_itself_groups_by_way_of_nginx(ports: Ports) -> None:
    spoofs = [("Remote-Groups", "chiefs"), ("Remote_Groups", "chiefs")]
    visit(ports, "ana", f"{PAGE}?groups=x", *spoofs)
    assert held("ana") == []


def test_a_client_cannot_choose_its_address(ports: Ports) -> None:
    visit(ports, "ana", f"{PAGE}?groups=x", ("X-Forwarded-For", "198.51.100.1, 127.0.0.1"))
    assert Event.objects.get(action="sign-in").address == CLIENT


def test_a_session_goes_with_its_person_alone(ports: Ports) -> None:
    cookie = visit(ports, "ana").cookie
    answer = visit(ports, "ben", f"{PAGE}?groups=x", ("Cookie", cookie))
    assert menu_of(answer) == "ben"
    assert menu_of(visit(ports, "ana", f"{PAGE}?groups=x", ("Cookie", answer.cookie))) == "ana"


def test_a_session_ends_where_its_cookie_goes_round_nginx(ports: Ports) -> None:
    cookie = visit(ports, "ana").cookie
    named = [("Remote-User", "ana"), ("Remote-Groups", "x"), ("Cookie", cookie)]
    assert go_round(ports, STRANGER, *named).location == SIGN_IN
    assert [each.action for each in Event.objects.order_by("-pk")[:1]] == ["sign-out"]


@pytest.mark.parametrize("name", ["Remote-User", "Remote_User", "remote-user"])
def test_a_stranger_is_not_believed(ports: Ports, name: str) -> None:
    spoofs = [(name, "ana"), ("Remote-Groups", "x"), ("X-Forwarded-For", PROXY)]
    assert go_round(ports, STRANGER, *spoofs).location == SIGN_IN
    assert not User.objects.exists()


def test_two_names_are_none(ports: Ports) -> None:
    names = [("Remote-User", "ana"), ("Remote-User", "ben"), ("Remote-Groups", "x")]
    assert go_round(ports, PROXY, *names).status == 403
    assert not User.objects.exists()


def test_an_underscore_is_no_dash(ports: Ports) -> None:
    spoofs = [("Remote_User", "ben"), ("Remote_Groups", "chiefs")]
    named = [("Remote-User", "ana"), ("Remote-Groups", "x")]
    assert menu_of(go_round(ports, PROXY, *named, *spoofs)) == "ana"
    assert held("ana") == []
    assert go_round(ports, PROXY, *spoofs).location == SIGN_IN


def test_no_header_turns_an_address_into_another(ports: Ports) -> None:
    spoofs = [("SCRIPT_NAME", "/elsewhere"), ("PATH_INFO", "/admin/")]
    assert go_round(ports, PROXY, *spoofs).location == SIGN_IN
