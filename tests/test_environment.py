from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import environment
from dashboard.environment import ways_in

NAMES = (
    "SECRET_KEY",
    "DEBUG",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "CREDENTIAL_KEYS",
    "TIME_ZONE",
    "FRAME_ANCESTORS",
    "HTTPS",
    "ISALES_HOSTS",
    "WEBHOOK_HOSTS",
    "EMAIL_URL",
    *ways_in.NAMES,
)
KEYS = {
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
}


@pytest.fixture(autouse=True)
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which only both keys are set."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=environment.BASE_DIR,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_debug_is_off_and_https_on_unless_asked_otherwise() -> None:
    assert (environment.read().debug, environment.read().https) == (False, True)


def test_debug_switches_https_off(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("DEBUG", "1")
    assert not environment.read().https


@pytest.mark.parametrize("name", ["DEBUG", "HTTPS", "LOCAL_SIGN_IN"])
def test_a_mistyped_switch_is_refused_not_taken_for_off(
    environ: pytest.MonkeyPatch, name: str
) -> None:
    environ.setenv(name, "flase")
    with pytest.raises(ImproperlyConfigured, match=f"{name} must be 1 or 0"):
        environment.read()


VALUES = {
    "SECRET_KEY": "from a file",
    "DEBUG": "1",
    "ALLOWED_HOSTS": "a.example,b.example",
    "CSRF_TRUSTED_ORIGINS": "https://a.example",
    "DATABASE_URL": "postgresql://user:word@db.example/calls",
    "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
    "TIME_ZONE": "Asia/Kathmandu",
    "FRAME_ANCESTORS": "https://portal.example:8443,http://localhost:*",
    "HTTPS": "0",
    "ISALES_HOSTS": "*.example,10.0.0.0/8",
    "WEBHOOK_HOSTS": "hooks.example",
    "EMAIL_URL": "smtp+tls://user:word@mail.example:587/?from=calls@a.example",
    "TRUSTED_PROXIES": "10.0.0.5,2001:db8::/64",
    "REMOTE_USER_HEADER": "X-Remote-User",
    "REMOTE_GROUPS_HEADER": "X-Remote-Groups",
    "GROUP_MAP": "sales=team:north\nCN=Boss=role:auditor",
    "LOCAL_SIGN_IN": "0",
    "OIDC_ISSUER": "https://id.example",
    "OIDC_CLIENT_ID": "dashboard",
    "OIDC_CLIENT_SECRET": "a word",
    "OIDC_NAME": "Example ID",
    "OIDC_GROUPS_CLAIM": "memberOf",
    "SAML_METADATA": (Path(__file__).parent / "sso" / "metadata.xml").read_text(),
    "SAML_ENTITY_ID": "https://calls.example",
    "SAML_NAME": "Example",
}
PROVIDER = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"]
# Without which a variable is refused.
NEEDED = {
    "REMOTE_USER_HEADER": ["TRUSTED_PROXIES"],
    "REMOTE_GROUPS_HEADER": ["TRUSTED_PROXIES", "REMOTE_USER_HEADER"],
    **{name: PROVIDER for name in VALUES if name.startswith("OIDC_")},
    **{name: ["SAML_METADATA"] for name in VALUES if name.startswith("SAML_")},
}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_says_the_same_as_the_variable(
    environ: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    for each in (name, *NEEDED.get(name, [])):
        environ.setenv(each, VALUES[each])
    direct = environment.read()
    environ.delenv(name)
    file = tmp_path / name
    file.write_text(VALUES[name] + "\n")
    environ.setenv(f"{name}_FILE", str(file))
    assert environment.read() == direct


def test_a_variable_and_its_file_together_are_refused(
    environ: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environ.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(ImproperlyConfigured, match="both set: keep one"):
        environment.read()


def test_a_missing_file_is_named(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("TIME_ZONE_FILE", "/nowhere/zone")
    with pytest.raises(ImproperlyConfigured, match="TIME_ZONE_FILE: /nowhere/zone: No such file"):
        environment.read()


def test_a_secret_key_may_begin_with_a_dollar(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("SECRET_KEY", "$tart")
    assert environment.read().secret_key == "$tart"


@pytest.mark.parametrize("name", ["SECRET_KEY", "CREDENTIAL_KEYS"])
@pytest.mark.parametrize("command", ["manage.py check", "-m gunicorn -c python:dashboard.gunicorn"])
def test_a_missing_key_stops_the_start_with_one_line(
    environ: pytest.MonkeyPatch, name: str, command: str
) -> None:
    environ.delenv(name)
    done = run(*command.split(), *(["dashboard.wsgi"] if "gunicorn" in command else []))
    assert done.returncode != 0
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{name} is not set: set it, or {name}_FILE, to the output of ")
    assert "python -c " in line


@pytest.mark.parametrize("name", ["SECRET_KEY", "CREDENTIAL_KEYS"])
def test_the_hint_makes_a_key_that_is_accepted(environ: pytest.MonkeyPatch, name: str) -> None:
    environ.delenv(name)
    with pytest.raises(ImproperlyConfigured) as problem:
        environment.read()
    program = str(problem.value).partition("python -c ")[2].strip("'")
    environ.setenv(name, run("-c", program).stdout)
    environment.read()


def test_debug_derives_both_keys_and_the_same_ones_each_time(
    environ: pytest.MonkeyPatch,
) -> None:
    environ.delenv("SECRET_KEY")
    environ.delenv("CREDENTIAL_KEYS")
    environ.setenv("DEBUG", "1")
    first, second = environment.read(), environment.read()
    Fernet(first.credential_keys[0])
    assert (first.secret_key, first.credential_keys) == (second.secret_key, second.credential_keys)


def test_credential_keys_keep_their_order(environ: pytest.MonkeyPatch) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(3)]
    environ.setenv("CREDENTIAL_KEYS", ", ".join(keys))
    assert environment.read().credential_keys == keys


def test_a_bad_credential_key_is_named_by_its_place_and_not_shown(
    environ: pytest.MonkeyPatch,
) -> None:
    environ.setenv("CREDENTIAL_KEYS", f"{KEYS['CREDENTIAL_KEYS']},not-a-key")
    with pytest.raises(ImproperlyConfigured) as problem:
        environment.read()
    assert "key 2 of 2" in str(problem.value)
    assert "not-a-key" not in str(problem.value)


def test_no_secret_is_in_the_repr(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("DATABASE_URL", "postgresql://user:hidden-word@db.example/calls")
    shown = repr(environment.read())
    assert not [s for s in (*KEYS.values(), "hidden-word") if s in shown]


def test_sqlite_lets_several_writers_wait_their_turn() -> None:
    database = environment.read().database
    assert database["NAME"] == str(environment.BASE_DIR / "db.sqlite3")
    assert database["OPTIONS"] == {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        " PRAGMA cache_size=-512;",
    }


@pytest.mark.django_db(transaction=True)
def test_sqlite_journals_ahead() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        pragmas = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "cache_size")
        ]
    assert pragmas == ["wal", 1, -512]


def test_sqlite_keeps_connections_but_not_for_long() -> None:
    """To open one takes as long as a request's queries; a file put in its place is soon seen."""
    assert 10 <= environment.read().database["CONN_MAX_AGE"] <= 60


def test_postgresqls_connections_are_given_back_after_each_request(
    environ: pytest.MonkeyPatch,
) -> None:
    environ.setenv("DATABASE_URL", "postgresql://user:p%40ss@db.example:5433/calls?sslmode=require")
    database = environment.read().database
    assert database["ENGINE"] == "dashboard.postgresql"
    assert (database["PASSWORD"], database["PORT"]) == ("p@ss", 5433)
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["CONN_MAX_AGE"] == 0


def test_a_postgresql_that_is_gone_is_noticed_within_seconds(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("DATABASE_URL", "postgresql://user@db.example/calls?connect_timeout=2")
    options = environment.read().database["OPTIONS"]
    assert int(options["connect_timeout"]) == 2
    assert options["tcp_user_timeout"] <= 30_000


@pytest.mark.parametrize("url", ["mysql://u:hidden@h/d", "hidden", "postgresql://u:hidden@h:x/d"])
def test_a_bad_database_address_is_refused_without_its_password(
    environ: pytest.MonkeyPatch, url: str
) -> None:
    environ.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL") as problem:
        environment.read()
    assert "hidden" not in str(problem.value)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "/etc/localtime", "UTC+3"])
def test_an_unknown_time_zone_is_named(environ: pytest.MonkeyPatch, zone: str) -> None:
    environ.setenv("TIME_ZONE", zone)
    with pytest.raises(ImproperlyConfigured, match="TIME_ZONE: '.*' is not an IANA time zone"):
        environment.read()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="\0,")))
def test_no_portal_can_end_its_directive(environ: pytest.MonkeyPatch, text: str) -> None:
    environ.setenv("FRAME_ANCESTORS", f"https://portal.example{text}")
    try:
        (origin,) = environment.read().frame_ancestors
    except ImproperlyConfigured:
        return
    assert not set(origin) & set("; \t\r\n'\"")


@pytest.mark.parametrize("portals", ["", "https://portal.example"])
def test_the_production_settings_pass_the_deployment_check(portals: str) -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", FRAME_ANCESTORS=portals)
    assert done.returncode == 0, done.stderr


def test_a_number_may_be_tuned_within_its_bounds(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("FRESH_SECONDS", "120")
    assert environment.read().numbers["FRESH_SECONDS"] == 120


@pytest.mark.parametrize("value", ["0", "-5", "soon", "99999999999999999999", "²"])
def test_a_number_out_of_its_bounds_is_refused(environ: pytest.MonkeyPatch, value: str) -> None:
    environ.setenv("FRESH_SECONDS", value)
    with pytest.raises(ImproperlyConfigured, match="FRESH_SECONDS must be a number from 1 to"):
        environment.read()


def test_hosts_names_domains_and_networks_that_may_be_called(environ: pytest.MonkeyPatch) -> None:
    assert environment.read().isales_hosts == environment.read().webhook_hosts == []
    environ.setenv("ISALES_HOSTS", "isales.example, *.corp,10.0.0.0/8,[2001:db8::1],10.1.2.3")
    assert environment.read().isales_hosts == [
        "isales.example", "*.corp", "10.0.0.0/8", "[2001:db8::1]", "10.1.2.3",
    ]  # fmt: skip


@pytest.mark.parametrize("entry", ["*", "a b", "https://x", "x:443", "*.*", "a..b", "10.0.0.0/99"])
def test_what_is_no_host_domain_or_network_is_refused(
    environ: pytest.MonkeyPatch, entry: str
) -> None:
    environ.setenv("ISALES_HOSTS", f"isales.example,{entry}")
    with pytest.raises(ImproperlyConfigured, match="ISALES_HOSTS: .* is not a host"):
        environment.read()
