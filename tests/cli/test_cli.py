"""The command itself: help at once, one sentence instead of a traceback."""

import click
import pytest
from click.testing import CliRunner

from joey.cli.cli import COMMANDS, main
from joey.instance.errors import CommandFailed
from joey.kit.refusals import Invalid
from tests.journeys.running import joey


def test_help_lists_every_command_without_loading_django() -> None:
    said = joey("--help", PYTHONPROFILEIMPORTTIME="1")

    assert all(f"\n  {name} " in said.stdout for name in COMMANDS)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in said.stderr.splitlines()}
    assert "click" in loaded
    assert loaded.isdisjoint({"django", "psycopg", "httpx", "tantivy"})


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_explains_itself(name: str) -> None:
    said = CliRunner().invoke(main, [name, "--help"])

    assert said.exit_code == 0
    assert said.output.startswith(f"Usage: main {name}")


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (CommandFailed("The disk is full. Make room."), "The disk is full. Make room.\n"),
        (Invalid("That is no phone number.", field="phone"), "phone: That is no phone number.\n"),
        (
            ZeroDivisionError("division by zero"),
            "ZeroDivisionError: division by zero. Run the command with JOEY_DEBUG=1",
        ),
    ],
)
def test_what_stops_a_command_is_one_sentence_and_exit_code_one(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, said: str
) -> None:
    @click.command()
    def failing() -> None:
        raise raised

    monkeypatch.setattr(main, "get_command", lambda ctx, name: failing)
    monkeypatch.delenv("JOEY_DEBUG", raising=False)

    result = CliRunner().invoke(main, ["anything"])

    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_parts_for_a_deployment_name_what_they_miss() -> None:
    for part in ("work", "serve"):
        said = joey(part)
        assert said.returncode == 1
        assert said.stderr.startswith("Set DATABASE_URL")


def test_a_database_that_does_not_answer_is_said_so() -> None:
    said = joey("migrate", DATABASE_URL="postgresql://joey_app@127.0.0.1:1/joey")

    assert said.returncode == 1
    assert said.stderr.startswith("The database does not answer")
    assert "Traceback" not in said.stderr
