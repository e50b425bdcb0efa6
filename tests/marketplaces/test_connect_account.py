"""`joey marketplaces connect CODE` takes an account by standard input, asks it, and keeps it for its owner to read."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pytest_django import Settings

from joey.cli.cli import main
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from tests.marketplaces.conftest import Script
from tests.sandbox.conftest import Sandbox

Connect = Callable[..., Result]
GARBAGE = "a-secret-that-nothing-may-print"


@pytest.fixture
def account(sandbox: Sandbox) -> dict[str, Any]:
    """That of the sandbox's Taobao."""
    found: dict[str, Any] = sandbox.get("/control/marketplaces").json()["taobao"]
    return found


@pytest.fixture
def file(tmp_path: Path, settings: Settings) -> Path:
    """Where accounts are kept."""
    settings.JOEY_MARKETPLACES_FILE = tmp_path / "marketplaces.json"
    settings.JOEY_MARKETPLACES = {}
    return tmp_path / "marketplaces.json"


@pytest.fixture
def connect(committed_db: EmbeddedPostgres, file: Path, monkeypatch: pytest.MonkeyPatch) -> Connect:
    monkeypatch.setenv("JOEY_SECRET", "a secret of the tests, long enough to be one")

    def run(given: object, *words: str) -> Result:
        text = given if isinstance(given, str) else json.dumps(given)
        return CliRunner().invoke(main, ["marketplaces", "connect", *(words or ("taobao",))], input=text)

    return run


def held(file: Path) -> Any:
    return json.loads(file.read_text())


def test_an_account_that_is_taken_is_kept_for_its_owner_only_beside_the_others(
    connect: Connect, account: dict[str, Any], file: Path
) -> None:
    file.write_text('{"jd": {"gateway": "http://localhost:1/feed/jd"}}')
    file.chmod(0o600)

    done = connect(account, "tmall")

    assert (done.exit_code, done.stderr) == (0, "")
    assert f"taobao: account 34200001 is connected. It is kept in {file}." in done.stdout
    assert "Joey uses it once it is started again: stop `joey up` with Ctrl-C" in done.stdout
    assert "Next: `joey marketplaces check taobao` asks the account, reading only" in done.stdout
    assert held(file) == {"jd": {"gateway": "http://localhost:1/feed/jd"}, "taobao": account}
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir() if "marketplaces" in each.name] == [file.name]
    assert not [value for value in secrets(account) if value in done.output]


def secrets(account: dict[str, Any]) -> list[str]:
    return [account["credentials"][name] for name in ("app_secret", "session")]


def test_the_same_account_again_changes_nothing_and_a_new_secret_of_it_is_kept(
    connect: Connect, account: dict[str, Any], file: Path
) -> None:
    connect(account)
    before = file.stat().st_ino

    again = connect(account)
    assert "is connected already. Nothing was changed." in again.stdout
    assert file.stat().st_ino == before

    renewed = account | {"credentials": account["credentials"] | {"sign_method": "md5"}}
    assert connect(renewed).exit_code == 0
    assert held(file) == {"taobao": renewed}


def test_another_account_takes_its_place_only_where_that_is_said(
    connect: Connect, account: dict[str, Any], file: Path
) -> None:
    other = account | {"credentials": account["credentials"] | {"app_key": "99999999"}}
    file.write_text(json.dumps({"taobao": other}))
    file.chmod(0o600)

    refused = connect(account)
    assert (refused.exit_code, held(file)) == (1, {"taobao": other})
    assert "Another account of Taobao is connected here, so this one was not, and nothing was changed" in refused.stderr
    assert "run the same command with --replace." in refused.stderr

    assert connect(account, "taobao", "--replace").exit_code == 0
    assert held(file) == {"taobao": account}


def test_an_account_that_is_not_taken_is_not_kept_and_its_secret_not_printed(
    connect: Connect, account: dict[str, Any], file: Path, script: Script
) -> None:
    wrong = account | {"credentials": account["credentials"] | {"app_secret": GARBAGE}}
    lacking = account | {"credentials": {"app_key": "34200001", "session": GARBAGE}}
    script.answers = [(200, {"error_response": {"code": 7, "msg": f"limited {GARBAGE}", "sub_msg":
                                                "This ban will last for 3000 more seconds"}})]  # fmt: skip

    said = {
        "Invalid Signature (25)": connect(wrong),
        "app_secret: ": connect(lacking),
        "must": connect({"credentials": [GARBAGE]}),
        "did not answer": connect(wrong | {"gateway": script.url}),
        "not the JSON of one account: a quotation mark, comma or bracket is missing": connect(
            '{"credentials": {"app_secret": "' + GARBAGE
        ),
        "not the JSON of one account: it has one name twice": connect('{"a": "' + GARBAGE + '", "a": 1}'),
    }

    said["This is not an account: one is written as a JSON object"] = said.pop("must")
    assert [(words, done.output) for words, done in said.items() if words not in done.stderr] == []
    assert {done.exit_code for done in said.values()} == {1}
    assert not [done.stderr for done in said.values() if not re.search("[Nn]othing was changed", done.stderr)]
    assert "taobao/README.md says how the account is written: correct it, and run" in said["app_secret: "].stderr
    assert "`joey marketplaces connect CODE < FILE`" in connect(" ").stderr
    assert not any(GARBAGE in done.output for done in said.values())
    assert not file.exists()


def test_a_file_that_cannot_be_read_is_left_as_it_is(connect: Connect, account: dict[str, Any], file: Path) -> None:
    file.write_text('{"taobao": {')
    file.chmod(0o600)

    done = connect(account)

    assert (done.exit_code, file.read_text()) == (1, '{"taobao": {')
    assert f"{file} cannot be read as JSON" in done.stderr


def test_what_has_no_account_is_misuse_and_an_account_without_a_check_is_kept_as_it_is(
    connect: Connect, file: Path
) -> None:
    unknown = connect({"credentials": {}}, "moon")
    by_file = connect({"gateway": "http://localhost:1/feed/jd"}, "jd")

    assert unknown.exit_code == 2
    assert "No marketplace “moon” is known here" in unknown.stderr
    assert (by_file.exit_code, held(file)) == (0, {"jd": {"gateway": "http://localhost:1/feed/jd"}})
    assert "Next: `joey fetch WORDS --marketplace jd` searches there." in by_file.stdout


def test_the_books_of_a_demo_get_no_real_account(
    connect: Connect, account: dict[str, Any], file: Path, settings: Settings
) -> None:
    settings.DEMO = True

    done = connect(account)

    assert (done.exit_code, file.exists()) == (1, False)
    assert "joey up --no-demo" in done.stderr
