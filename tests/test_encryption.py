from __future__ import annotations

import copy
import json
import pickle
from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.core.exceptions import FieldError, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.forms import model_to_dict, modelform_factory
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from appoints.connections.models import Connection
from appoints.encryption import StoredSecret, WrongKey, sealed
from appoints.isales.secret import Secret
from tests.factories import connection_to

SK = "SK-seen-nowhere-7391"
pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(db: None) -> Connection:
    return connection_to(slug="berlin", secret_key=Secret(SK))


@pytest.fixture
def another_key(settings: Settings) -> str:
    """Run under a key that nothing was stored under."""
    key = Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [key]
    return key


def stored(connection: Connection) -> str:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT secret_key FROM connections_connection WHERE id = %s", [connection.pk]
        )
        return str(cursor.fetchone()[0])


def read_again(connection: Connection) -> Connection:
    return Connection.objects.get(pk=connection.pk)


def test_a_secret_comes_back_as_it_went_in(connection: Connection) -> None:
    assert read_again(connection).secret_key.reveal() == SK


def test_the_database_holds_a_token(connection: Connection) -> None:
    assert stored(connection).startswith("fernet:gAAAA")


@given(st.text(min_size=1))
def test_any_text_survives_sealing(plain: str) -> None:
    assert sealed(Secret(plain)).reveal() == plain


def test_a_secret_that_looks_like_a_token_is_sealed_all_the_same(connection: Connection) -> None:
    connection.secret_key = Secret("fernet:not-a-token")
    connection.save()
    assert read_again(connection).secret_key.reveal() == "fernet:not-a-token"


def test_a_saved_instance_holds_no_plain_text(connection: Connection) -> None:
    assert isinstance(connection.secret_key, StoredSecret)


def test_bare_text_is_no_secret(connection: Connection) -> None:
    connection.secret_key = SK  # type: ignore[assignment]
    with pytest.raises(ValidationError) as caught:
        connection.save()
    assert SK not in str(caught.value)


def test_an_empty_secret_is_not_valid(connection: Connection) -> None:
    connection.secret_key = Secret("")
    with pytest.raises(ValidationError, match="secret_key"):
        connection.full_clean()


def test_a_wrong_key_is_loud_on_use_and_quiet_on_load(
    connection: Connection, another_key: str
) -> None:
    loaded = read_again(connection)
    with pytest.raises(WrongKey, match="CREDENTIAL_KEYS"):
        loaded.secret_key.reveal()


def test_other_changes_keep_a_secret_that_cannot_be_decrypted(
    connection: Connection, another_key: str
) -> None:
    before = stored(connection)
    loaded = read_again(connection)
    loaded.vdn = 2
    loaded.save()
    assert stored(connection) == before


@pytest.mark.parametrize("lookup", ["", "__exact", "__in", "__contains", "__isnull", "__gt"])
def test_no_lookup_reads_a_secret(lookup: str) -> None:
    with pytest.raises(FieldError):
        Connection.objects.filter(**{f"secret_key{lookup}": [SK] if lookup == "__in" else SK})


def test_values_are_sealed(connection: Connection) -> None:
    (row,) = Connection.objects.values_list("secret_key")
    assert isinstance(row[0], StoredSecret)


def test_a_dump_holds_the_token_and_loads_again(connection: Connection, tmp_path: Path) -> None:
    path = tmp_path / "dump.json"
    call_command("dumpdata", "connections.connection", output=str(path))
    token = json.loads(path.read_text())[0]["fields"]["secret_key"]
    Connection.objects.all().delete()
    call_command("loaddata", str(path), verbosity=0)
    assert stored(Connection.objects.get()) == token
    assert Connection.objects.get().secret_key.reveal() == SK


def test_a_fixture_with_plain_text_is_refused(connection: Connection, tmp_path: Path) -> None:
    path = tmp_path / "dump.json"
    call_command("dumpdata", "connections.connection", output=str(path))
    dump = json.loads(path.read_text())
    dump[0]["fields"]["secret_key"] = "plain"
    path.write_text(json.dumps(dump))
    with pytest.raises(Exception, match="token as dumpdata writes it"):
        call_command("loaddata", str(path), verbosity=0)


def test_copies_and_pickles_of_a_connection_hold_the_token(connection: Connection) -> None:
    pickled = pickle.dumps(connection)
    assert SK.encode() not in pickled
    assert pickle.loads(pickled).secret_key.reveal() == SK
    assert copy.deepcopy(connection).secret_key == connection.secret_key


def test_an_unsaved_secret_is_copied_but_never_pickled() -> None:
    secret = Secret(SK)
    assert copy.deepcopy([secret]) == [secret]
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)


@pytest.mark.parametrize("secret", [Secret(SK), sealed(Secret(SK))], ids=["fresh", "stored"])
def test_no_way_of_writing_shows_a_secret(secret: Secret) -> None:
    ways = [repr(secret), str(secret), f"{secret}", f"{secret!r}"]
    assert set(ways) == {"<Secret>"}


def test_a_model_as_a_dict_does_not_show_its_secret(connection: Connection) -> None:
    fresh = Connection(secret_key=Secret(SK))
    assert SK not in repr(model_to_dict(fresh)) + repr(vars(fresh)) + repr(fresh)


def test_any_model_form_hides_and_keeps_what_is_stored(connection: Connection) -> None:
    form_class = modelform_factory(Connection, fields=["secret_key"])
    page = form_class(instance=connection).as_p()
    assert 'type="password"' in page
    assert "<Secret>" not in page.replace("&lt;", "<").replace("&gt;", ">")
    assert "value=" not in page


def test_equal_tokens_are_equal_and_a_fresh_secret_never_equals_a_stored_one() -> None:
    one = sealed(Secret(SK))
    assert one == StoredSecret(one.token)
    assert one != Secret("")
    assert one != sealed(Secret(SK))


class TestRotation:
    def test_every_secret_goes_under_the_first_key(
        self, connection: Connection, settings: Settings
    ) -> None:
        first = Fernet.generate_key().decode()
        settings.CREDENTIAL_KEYS = [first, *settings.CREDENTIAL_KEYS]
        said = StringIO()
        call_command("rotate_credentials", stdout=said)
        settings.CREDENTIAL_KEYS = [first]
        assert read_again(connection).secret_key.reveal() == SK
        assert said.getvalue() == "1 secret is now under the first of CREDENTIAL_KEYS.\n"

    def test_one_lost_secret_stops_all_and_is_named(
        self, connection: Connection, settings: Settings
    ) -> None:
        before = stored(connection)
        good = settings.CREDENTIAL_KEYS
        settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
        lost = connection_to(name="Lost", slug="lost")
        settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode(), *good]
        with pytest.raises(CommandError, match=lost.slug) as caught:
            call_command("rotate_credentials")
        assert connection.slug not in str(caught.value)
        assert stored(connection) == before


class TestCheck:
    def test_a_secret_that_no_key_opens_is_named(
        self, connection: Connection, another_key: str
    ) -> None:
        found = [each for each in run_checks(databases=["default"]) if each.id == "appoints.W001"]
        assert [connection.slug in each.msg for each in found] == [True]

    def test_a_secret_that_opens_is_no_matter(self, connection: Connection) -> None:
        assert not [
            each for each in run_checks(databases=["default"]) if each.id == "appoints.W001"
        ]
