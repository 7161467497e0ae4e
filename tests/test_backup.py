"""What a backup brings back on an empty machine, and what it refuses."""

from __future__ import annotations

import gzip
import json
import re
from datetime import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from appoints.access.models import Grant
from appoints.alerts.models import Delivery, Incident
from appoints.backup.contents import LEFT_OUT, kept_models
from appoints.connections.models import Connection
from appoints.query.models import AgentList
from appoints.saved_views.models import PersonColumns, PersonDefault, SavedView, TeamDefault
from dashboard.accounts.models import Preferences, Team, Token, User
from dashboard.accounts.roles import make_missing_roles
from dashboard.audit.log import Target, record
from dashboard.audit.models import Event
from dashboard.audit.origin import of_command
from tests.alerts.made import rule_of
from tests.factories import PASSWORD, administrator, connection_to, person, saved_view, token_for

pytestmark = pytest.mark.django_db
SK = "SK"  # as connection_to has it
Rows = dict[str, list[dict[str, Any]]]


def run(command: str, file: Path) -> tuple[str, str]:
    said, warned = StringIO(), StringIO()
    call_command(command, str(file), stdout=said, stderr=warned, no_color=True)
    return said.getvalue(), warned.getvalue()


def rows() -> Rows:
    """Every value of every row that a backup keeps, and of the links between them."""
    models: list[type[Model]] = []
    for model in kept_models():
        links = [field.remote_field.through for field in model._meta.many_to_many]
        models += [model, *links]  # type: ignore[list-item]
    return {each._meta.label: _values(each) for each in models}


def _values(model: type[Model]) -> list[dict[str, Any]]:
    # The IDs of links mean nothing.
    names = [each.attname for each in model._meta.concrete_fields]
    if model._meta.auto_created:
        names.remove("id")
    found = [
        {
            name: bytes(value) if isinstance(value, memoryview) else value
            for name, value in each.items()
        }
        for each in model._base_manager.values(*names)
    ]
    return sorted(found, key=lambda row: repr(sorted(row.items())))


def empty() -> None:
    """Leave what a database has after migrate."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")  # past the trigger
        for model in [*apps.get_models(include_auto_created=True)]:
            if model._meta.label not in {"contenttypes.ContentType", "auth.Permission"}:
                cursor.execute(f"DELETE FROM {model._meta.db_table}")
        if database.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = origin")
    make_missing_roles("default")


@pytest.fixture
def token() -> str:
    """An installation in use; the text of a person's token."""
    connection = connection_to(slug="berlin", name="Berlin")
    boss, ana = administrator("boss"), person("ana", email="ana@example.com")
    team = Team.objects.create(name="North", slug="north")
    ana.teams.add(team)
    ana.mapped_teams.add(team)
    ana.groups.add(Group.objects.get(name="exporter"))
    Group.objects.create(name="ours").permissions.set(ana.user_permissions.all())
    Grant.objects.create(team=team, connection=connection, agents=["101"], tasks=["7"])
    slug = AgentList.keep(["101", "102"], ana.pk)
    view = saved_view(ana, "Überfällig", f"agent_list={slug}&number=13900001234")
    view.audience, view.team = SavedView.Audience.TEAM, team
    view.save()
    PersonDefault.objects.create(person=ana, view=view)
    TeamDefault.objects.create(team=team, view=view)
    PersonColumns.objects.create(person=ana, columns=["state"])
    Preferences.objects.create(user=ana, time_zone="Asia/Shanghai", language="zh-hans")
    alert = rule_of(ana, "report", at=time(7), url="https://hooks.example/")
    incident = Incident.objects.create(rule=alert, facts={"count": 3})
    Delivery.objects.bulk_create(Delivery.of(alert, "begin", incident.pk, incident=incident))
    if apps.is_installed("allauth.socialaccount"):
        from allauth.socialaccount.models import SocialAccount

        SocialAccount.objects.create(user=ana, provider="https://id.example", uid="1")
    about = {"user": boss, "content_type": ContentType.objects.get_for_model(User)}
    LogEntry.objects.create(**about, object_id="1", action_flag=2, change_message="x")
    record(of_command(), Event.Action.LOOK, Target("list"), {"a": "号"}, ["13900001234"])
    return token_for(ana)


@pytest.fixture
def file(token: str, tmp_path: Path) -> Path:
    """The backup of that installation, which is empty now."""
    path = tmp_path / "backup"
    run("backup", path)
    empty()
    return path


def changed(file: Path, before: str, after: str) -> Path:
    with gzip.open(file, "rt") as stream:
        text = stream.read()
    assert re.search(before, text)
    with gzip.open(file, "wt") as stream:
        stream.write(re.sub(before, after, text))
    return file


class TestRoundTrip:
    def test_every_row_comes_back_as_it_was(self, token: str, tmp_path: Path) -> None:
        before = rows()
        missing = {name for name, found in before.items() if not found}
        # What nothing here stores.
        missing -= {
            "account.EmailConfirmation",
            "socialaccount.SocialApp",
            "socialaccount.SocialToken",
        }
        assert missing <= {"accounts.User_mapped_roles", "account.EmailAddress"}
        said, _ = run("backup", tmp_path / "file")
        empty()
        assert run("restore", tmp_path / "file")[0].startswith("Restored ")
        assert rows() == before
        assert "2 people" in said and "1 connection," in said

    def test_people_sign_in_views_open_tokens_and_secrets_work(
        self, token: str, file: Path
    ) -> None:
        run("restore", file)
        browser = Client()
        posted = browser.post(reverse("login"), {"username": "ana", "password": PASSWORD})
        assert posted.status_code == 302
        view = SavedView.objects.get()
        opened = browser.get(f"/v/{view.slug}/")
        assert opened.status_code == 302 and "agent_list=" in opened["Location"]
        answer = Client().get("/api/v1/openapi.json", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        assert Connection.objects.get().secret_key.reveal() == SK
        assert view.query is not None and "13900001234" in view.query

    def test_new_rows_get_ids_of_their_own(self, file: Path) -> None:
        run("restore", file)
        person("new")
        record(of_command(), Event.Action.LOOK, Target("list"))

    def test_the_file_holds_neither_key_nor_secret_and_is_its_owners(
        self, file: Path, settings: Settings
    ) -> None:
        text = gzip.decompress(file.read_bytes()).decode()
        for secret in (*settings.CREDENTIAL_KEYS, settings.SECRET_KEY, "13900001234"):
            assert secret not in text
        assert file.stat().st_mode & 0o777 == 0o600
        assert [each.name for each in file.parent.iterdir()] == [file.name]

    def test_another_key_is_named_and_the_rest_is_there(
        self, file: Path, settings: Settings
    ) -> None:
        made = json.loads(gzip.decompress(file.read_bytes()).splitlines()[0])
        settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
        settings.SECRET_KEY = "another"
        _, warned = run("restore", file)
        assert made["credentials"][0] in warned and made["secret"] in warned
        assert settings.CREDENTIAL_KEYS[0] not in warned
        assert User.objects.count() == 2

    def test_the_same_keys_are_no_matter(self, file: Path) -> None:
        assert run("restore", file)[1] == ""


class TestRefusals:
    def refused(self, file: Path, words: str) -> None:
        before = rows()
        with pytest.raises(CommandError, match=words) as caught:
            run("restore", file)
        assert str(caught.value).endswith("Nothing was restored.")
        assert rows() == before

    def test_a_database_in_use(self, file: Path) -> None:
        person("somebody")
        self.refused(file, "not empty: it has .*1 person")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        self.refused(tmp_path / "nothing", "No such file")

    def test_a_file_that_is_no_backup(self, tmp_path: Path) -> None:
        (tmp_path / "text").write_text("hello")
        self.refused(tmp_path / "text", "damaged, cut short or no backup")

    def test_a_file_of_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "text").write_bytes(gzip.compress(b'{"format": "other"}\n'))
        self.refused(tmp_path / "text", "does not begin like a backup")

    def test_a_file_that_is_cut_short(self, file: Path) -> None:
        file.write_bytes(file.read_bytes()[:-20])
        self.refused(file, "damaged, cut short")

    def test_a_row_of_an_app_that_is_not_here(self, file: Path) -> None:
        self.refused(changed(file, '"access.grant"', '"access.other"'), "access.other")

    def test_a_field_of_another_release(self, file: Path) -> None:
        self.refused(changed(file, '"tasks":', '"later":'), "no field named 'later'")

    def test_a_model_that_no_backup_holds(self, file: Path) -> None:
        self.refused(
            changed(file, '"access.grant"', '"axes.accesslog"'), "another set-up|no backup"
        )

    def test_a_row_that_names_none(self, file: Path) -> None:
        self.refused(changed(file, r'"connection": \d+', '"connection": 99'), "refuses it")

    def test_a_secret_that_is_no_token_is_not_shown(self, file: Path) -> None:
        file = changed(file, '"secret_key": "fernet:', '"secret_key": "bare:')
        with pytest.raises(CommandError) as caught:
            run("restore", file)
        assert "bare:" not in str(caught.value)


class TestWriting:
    def test_a_backup_that_fails_leaves_the_one_before(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = file.read_bytes()

        def fail(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("django.core.serializers.serialize", fail)
        with pytest.raises(CommandError, match="No space left on device. Nothing was written"):
            run("backup", file)
        assert [each.name for each in file.parent.iterdir()] == [file.name]
        assert file.read_bytes() == before

    def test_a_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="No such file"):
            run("backup", tmp_path / "none" / "file")


def test_what_is_left_out_exists() -> None:
    assert {each._meta.label for each in apps.get_models()} >= LEFT_OUT


def test_the_log_and_the_tokens_are_kept() -> None:
    assert {Event, Token} <= set(kept_models())
