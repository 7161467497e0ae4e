from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from appoints.connections.check import Verdict
from appoints.connections.models import Connection
from appoints.isales.errors import NotAuthorised
from appoints.management.commands import check_connection
from appoints.management.commands import connection as connection_command

SK = "SK-seen-nowhere-7391"
pytestmark = pytest.mark.django_db


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    path = tmp_path / "key"
    path.write_text(f"{SK}\n")
    return str(path)


def run(command: str, *words: str) -> str:
    said = StringIO()
    call_command(command, *words, stdout=said)
    return said.getvalue()


def create(key_file: str, *words: str, name: str = "berlin") -> Connection:
    needed = ["--base-url", "https://isales.example:28080", "--vdn", "7", "--access-key", "AK"]
    run("connection", name, *needed, "--secret-key-file", key_file, *words)
    return Connection.objects.get(slug=name)


class TestConnection:
    def test_it_is_created_with_the_keys_of_the_file(self, key_file: str) -> None:
        connection = create(key_file)
        assert (connection.name, connection.slug, connection.vdn) == ("berlin", "berlin", 7)
        assert connection.secret_key.reveal() == SK

    def test_creating_names_all_that_is_missing_in_one_line(self) -> None:
        with pytest.raises(CommandError) as caught:
            run("connection", "berlin", "--vdn", "7")
        assert str(caught.value).endswith("--base-url, --access-key, --secret-key-file")
        assert "\n" not in str(caught.value)

    def test_an_update_changes_what_is_given_and_nothing_else(self, key_file: str) -> None:
        create(key_file, "--page-limit", "50")
        said = run("connection", "berlin", "--vdn", "8")
        connection = Connection.objects.get()
        assert (connection.vdn, connection.page_limit, connection.access_key) == (8, 50, "AK")
        assert connection.secret_key.reveal() == SK
        assert said == "Changed berlin: VDN.\n"

    def test_another_host_needs_the_key_file_anew(self, key_file: str) -> None:
        create(key_file)
        for words in (["--base-url", "https://isales.other:28080"], ["--sign-host", "x"]):
            before = Connection.objects.get().destination()
            with pytest.raises(CommandError, match="--secret-key-file: .*anew"):
                run("connection", "berlin", *words)
            assert Connection.objects.get().destination() == before
            run("connection", "berlin", *words, "--secret-key-file", key_file)
            assert Connection.objects.get().destination() != before

    @pytest.mark.parametrize("host", ["169.254.169.254", "0xa9fea9fe", "[fd00:ec2::254]"])
    def test_a_host_that_may_not_be_called_is_refused(self, key_file: str, host: str) -> None:
        create(key_file)
        with pytest.raises(CommandError, match="--base-url: This host may not be called"):
            run("connection", "berlin", "--base-url", f"https://{host}")

    def test_an_update_of_nothing_says_so(self, key_file: str) -> None:
        create(key_file)
        assert run("connection", "berlin").startswith("Nothing to change")

    def test_an_update_names_what_differs_from_before_alone(self, key_file: str) -> None:
        create(key_file, "--signature", "host-only")
        assert run("connection", "berlin", "--signature", "host-only").startswith("Nothing")
        said = run("connection", "berlin", "--signature", "host-only", "--vdn", "8")
        assert said == "Changed berlin: VDN.\n"

    def test_an_update_leaves_a_rest_and_says_how_to_end_it(self, key_file: str) -> None:
        create(key_file).rest(NotAuthorised("401"))
        said = run("connection", "berlin", "--access-key", "AK2")
        assert "check_connection berlin" in said
        assert Connection.objects.get().resting

    def test_the_key_may_come_from_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", StringIO(f"{SK}\n"))
        assert create("-").secret_key.reveal() == SK

    def test_no_limit_of_pace_is_zero(self, key_file: str) -> None:
        assert create(key_file, "--max-per-second", "0").max_per_second == 0

    def test_a_preset_sets_its_three_points(self, key_file: str) -> None:
        connection = create(key_file, "--signature", "three-headers")
        assert connection.signed_headers == "content-length;content-type;host"
        assert (connection.milliseconds, connection.empty_query_line) == (True, True)

    def test_a_points_own_option_beats_the_preset(self, key_file: str) -> None:
        connection = create(key_file, "--signature", "three-headers", "--no-milliseconds")
        assert (connection.milliseconds, connection.empty_query_line) == (False, True)

    def test_signed_headers_are_put_in_order_and_host_is_always_among_them(
        self, key_file: str
    ) -> None:
        connection = create(key_file, "--signed-headers", "X-B, content-type")
        assert connection.signed_headers == "content-type;host;x-b"

    def test_how_the_country_writes_numbers_is_set_and_taken_back(self, key_file: str) -> None:
        connection = create(key_file, "--country-code", "86", "--trunk-prefix", "0")
        assert (connection.country_code, connection.trunk_prefix) == ("86", "0")
        run("connection", "berlin", "--country-code", "", "--trunk-prefix", "")
        connection.refresh_from_db()
        assert (connection.country_code, connection.trunk_prefix) == ("", "")

    def test_saying_which_time_is_filtered_is_no_probe(self, key_file: str) -> None:
        Connection.objects.filter(pk=create(key_file).pk).update(range_field_probed=True)
        run("connection", "berlin", "--range-field", "createTime")
        assert not Connection.objects.get().range_field_probed

    @pytest.mark.parametrize(
        ("words", "option"),
        [
            (["--base-url", "http://isales.example"], "--base-url"),
            (["--base-url", "isales"], "--base-url"),
            (["--base-url", "https://isales.other"], "--secret-key-file"),
            (["--vdn", "0"], "--vdn"),
            (["--access-key", "A K"], "--access-key"),
            (["--access-key", "Ä"], "--access-key"),
            (["--page-limit", "0"], "--page-limit"),
            (["--max-concurrency", "11"], "--max-concurrency"),
            (["--max-per-second", "-1"], "--max-per-second"),
            (["--range-field", "beginTime"], "--range-field"),
            (["--time-zone", "Mars/Olympus"], "--time-zone"),
            (["--country-code", "+86"], "--country-code"),
            (["--country-code", "86", "--trunk-prefix", "x"], "--trunk-prefix"),
            (["--trunk-prefix", "0"], "--trunk-prefix"),
            (["--ca-file", "/nowhere"], "--ca-file"),
            (["--ca-file", __file__], "--ca-file"),
            (["--secret-key-file", "/nowhere"], "--secret-key-file"),
            (["--secret-key-file", "/dev/null"], "--secret-key-file"),
        ],
    )
    def test_a_bad_value_is_one_line_that_names_its_option(
        self, key_file: str, words: list[str], option: str
    ) -> None:
        before = create(key_file)
        with pytest.raises(CommandError) as caught:
            run("connection", "berlin", *words)
        assert str(caught.value).startswith(f"{option}: ")
        assert "\n" not in str(caught.value)
        before.refresh_from_db()
        assert (before.vdn, before.time_zone) == (7, "Asia/Shanghai")

    def test_each_bad_value_has_its_line(self, key_file: str) -> None:
        with pytest.raises(CommandError) as caught:
            create(key_file, "--page-limit", "0", "--time-zone", "Mars/Olympus")
        lines = str(caught.value).splitlines()
        assert [line.split(":")[0] for line in lines] == ["--page-limit", "--time-zone"]

    @pytest.mark.parametrize(("rows", "warned"), [(100, False), (101, True), (1000, True)])
    def test_a_page_limit_above_100_is_warned_of(
        self, key_file: str, rows: int, *, warned: bool
    ) -> None:
        create(key_file)
        said = run("connection", "berlin", "--page-limit", str(rows))
        assert ("refuse more than 100" in said) is warned

    def test_its_help_names_the_usual_ports_and_the_first_release(self) -> None:
        said = connection_command.Command().create_parser("manage.py", "connection").format_help()
        assert all(each in said for each in ("28080", "28050", "25.200.0"))

    @pytest.mark.parametrize("rate", ["nan", "inf", "fast"])
    def test_a_pace_is_a_finite_number(self, key_file: str, rate: str) -> None:
        with pytest.raises(CommandError, match="--max-per-second"):
            create(key_file, "--max-per-second", rate)

    def test_a_name_that_is_no_slug_is_refused(self, key_file: str) -> None:
        with pytest.raises(CommandError, match="NAME: "):
            create(key_file, name="ber lin")

    def test_a_key_file_that_is_no_text_is_not_quoted(self, tmp_path: Path) -> None:
        path = tmp_path / "key"
        path.write_bytes(b"\xff" + SK.encode())
        with pytest.raises(CommandError, match="not UTF-8") as caught:
            create(str(path))
        assert caught.value.__cause__ is None

    def test_a_key_given_in_place_of_its_file_is_not_repeated(self) -> None:
        with pytest.raises(CommandError) as caught:
            create(SK)
        assert str(caught.value) == "--secret-key-file: No such file or directory"
        assert caught.value.__cause__ is None


class TestCheckConnection:
    def test_an_unknown_name_is_answered_with_the_known_ones(self, key_file: str) -> None:
        create(key_file)
        with pytest.raises(CommandError, match=r"no connection paris\. Known: berlin"):
            run("check_connection", "paris")

    @pytest.fixture
    def steps(self, key_file: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Verdict]:
        """Let both steps say what the test puts here, and nothing be asked."""
        create(key_file)
        verdicts = {"check": Verdict(True, ["accepted"]), "probe_of": Verdict(True, ["found"])}
        for step in verdicts:
            monkeypatch.setattr(check_connection, step, lambda _, step=step: verdicts[step])
        return verdicts

    def test_a_success_is_told(self, steps: dict[str, Verdict]) -> None:
        assert run("check_connection", "berlin") == "accepted\n"

    def test_a_probe_follows_when_asked_for(self, steps: dict[str, Verdict]) -> None:
        assert run("check_connection", "berlin", "--probe") == "accepted\nfound\n"

    @pytest.mark.parametrize(
        ("step", "said"), [("check", "failed\n"), ("probe_of", "accepted\nfailed\n")]
    )
    def test_a_failure_is_told_and_ends_with_status_1(
        self, steps: dict[str, Verdict], step: str, said: str
    ) -> None:
        steps[step] = Verdict(False, ["failed"])
        heard = StringIO()
        with pytest.raises(SystemExit) as caught:
            call_command("check_connection", "berlin", "--probe", stdout=heard)
        assert (caught.value.code, heard.getvalue()) == (1, said)
